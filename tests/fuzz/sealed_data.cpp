// The data of an event with personal fields: sealed, opened, erased, tampered with.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "persistence/sealed_text.hpp"
#include "tests/fuzz/fuzzing.hpp"

namespace rentwave::fuzz {
namespace {

using ordered = nlohmann::ordered_json;

account_id person(std::uint8_t n) {
  account_id who;
  std::ranges::fill(who.value, 0x11);
  who.value.data[0] = n;
  return who;
}
const account_id ann = person(1), bob = person(2), erased = person(3);

journal_result<std::string> keys(account_id of) {
  return of == erased ? std::string{} : std::string(32, of == ann ? 'a' : 'b');
}

/// Whether a field of this name stands anywhere, with a text in it.
bool has_field(const ordered& value, const char* name) {
  if (value.is_object() && value.size() == 1 && value.begin().key() == name)
    if (const auto* text = value.begin()->get_ptr<const std::string*>()) return !text->empty();
  if (!value.is_structured()) return false;
  for (const auto& each : value)
    if (has_field(each, name)) return true;
  return false;
}

void check_text(std::string_view text) {
  const std::string key(32, 'k');
  auto sealed = seal_text(text, ann, key);
  demand(sealed_for(sealed) == ann, "a sealed text says whose it is");
  demand(open_sealed_text(sealed, key) == text, "a sealed text opens");
  demand(!open_sealed_text(sealed, std::string(32, 'l')), "another key opens nothing");
  auto& changed = sealed[text.size() * 7 % sealed.size()];
  changed = changed == 'A' ? 'B' : 'A';
  demand(!open_sealed_text(sealed, key), "a sealed text that was changed does not open");
}

void check_members(std::string_view data) {
  const auto parsed = ordered::parse(data, nullptr, false);
  const auto sealed = seal_members(data, ann, keys);
  demand(sealed.has_value() == parsed.is_object(), "a JSON object is sealed, and nothing else");
  const auto opened = open_members(data, std::nullopt, keys);
  if (!opened) demand(!opened.error().detail.empty(), "what does not open is explained");
  if (!sealed) return;

  demand(!has_field(ordered::parse(*sealed), "personal"), "nothing personal is left");
  const auto twice = seal_members(*sealed, bob, keys);
  demand(twice && *twice == *sealed, "what is sealed stays sealed");
  const auto gone = seal_members(data, erased, keys);
  demand(gone && !has_field(ordered::parse(*gone), "personal"), "who is erased leaves nothing");
  if (has_field(parsed, "sealed") || data.find("sealed") != data.npos) return;
  const auto back = open_members(*sealed, ann, keys);
  demand(back && *back == parsed.dump(-1, ' ', false, ordered::error_handler_t::replace),
         "what is sealed opens as it was");
  if (has_field(parsed, "personal"))
    demand(!open_members(*sealed, bob, keys), "nobody else's fields open");
}

}  // namespace

void examine(std::string_view input) {
  check_text(input);
  check_members(input);
  sealed_for(input);
  open_sealed_text(input, std::string(32, 'k'));
}

}  // namespace rentwave::fuzz
