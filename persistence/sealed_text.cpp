#include "persistence/sealed_text.hpp"

#include <sodium.h>
#include <nlohmann/json.hpp>

#include <cassert>

#include "persistence/json_traits.hpp"

namespace rentwave {
namespace {

// The members of an object stay in the order in which they were written.
using ordered = nlohmann::ordered_json;

constexpr std::string_view form = "v1.";
constexpr std::size_t uuid_length = 36;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t key_size = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr int base64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr const char* sealed_member = "sealed";

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

std::string to_base64(std::string_view raw) {
  std::string text(sodium_base64_encoded_len(raw.size(), base64), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes(raw), raw.size(), base64);
  text.pop_back();  // the terminating zero
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string raw(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(bytes(raw), raw.size(), text.data(), text.size(), nullptr, &size, &end,
                        base64) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  raw.resize(size);
  return raw;
}

journal_error corrupt(std::string why) {
  return {journal_errc::corrupt, std::move(why)};
}

/// The text of {"<name>": "text"}, the form of a personal field.
std::string* only_text(ordered& value, const char* name) {
  if (!value.is_object() || value.size() != 1 || value.begin().key() != name) return nullptr;
  return value.begin()->get_ptr<std::string*>();
}

using replace = std::function<std::optional<journal_error>(ordered& field, std::string& text)>;

/// Calls `change` with each field of this name within `value`.
std::optional<journal_error> change_fields(ordered& value, const char* name,
                                           const replace& change) {
  if (auto* text = only_text(value, name)) return change(value, *text);
  if (!value.is_structured()) return std::nullopt;
  for (auto& each : value)
    if (auto failed = change_fields(each, name, change)) return failed;
  return std::nullopt;
}

journal_result<std::string> change_data(std::string_view data, const char* name,
                                        const replace& change) {
  auto parsed = ordered::parse(data, nullptr, false);
  if (!parsed.is_object()) return corrupt("the data is not a JSON object");
  if (auto failed = change_fields(parsed, name, change)) return std::move(*failed);
  return parsed.dump(-1, ' ', false, ordered::error_handler_t::replace);
}

}  // namespace

std::string make_personal_key() {
  std::string key(key_size, '\0');
  crypto_aead_xchacha20poly1305_ietf_keygen(bytes(key));
  return key;
}

bool is_personal_key(std::string_view key) {
  return key.size() == key_size;
}

std::string seal_text(std::string_view text, account_id person, std::string_view key) {
  assert(is_personal_key(key));
  const std::string whose = to_string(person);
  std::string raw(nonce_size + text.size() + tag_size, '\0');
  randombytes_buf(raw.data(), nonce_size);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(raw) + nonce_size, nullptr, bytes(text),
                                             text.size(), bytes(whose), whose.size(), nullptr,
                                             bytes(raw), bytes(key));
  return std::string{form} + whose + '.' + to_base64(raw);
}

std::optional<account_id> sealed_for(std::string_view sealed) {
  if (!sealed.starts_with(form)) return std::nullopt;
  sealed.remove_prefix(form.size());
  if (sealed.size() <= uuid_length || sealed[uuid_length] != '.') return std::nullopt;
  return parse_id<account_id>(sealed.substr(0, uuid_length));
}

std::optional<std::string> open_sealed_text(std::string_view sealed, std::string_view key) {
  const auto person = sealed_for(sealed);
  if (!person || !is_personal_key(key)) return std::nullopt;
  const auto raw = from_base64(sealed.substr(form.size() + uuid_length + 1));
  if (!raw || raw->size() < nonce_size + tag_size) return std::nullopt;
  const std::string whose = to_string(*person);
  std::string text(raw->size() - nonce_size - tag_size, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          bytes(text), nullptr, nullptr, bytes(*raw) + nonce_size, raw->size() - nonce_size,
          bytes(whose), whose.size(), bytes(*raw), bytes(key)) != 0)
    return std::nullopt;
  return text;
}

bool may_have_personal(std::string_view data) {
  return data.find("\"personal\"") != std::string_view::npos;
}

bool may_have_sealed(std::string_view data) {
  return data.find("\"sealed\"") != std::string_view::npos;
}

journal_result<std::string> seal_members(std::string_view data, account_id person,
                                         const key_source& keys) {
  return change_data(data, json_form::personal_member,
                     [&](ordered& field, std::string& text) -> std::optional<journal_error> {
                       if (text.empty()) return std::nullopt;
                       auto key = keys(person);
                       if (!key) return key.error();
                       if (key->empty()) {
                         text.clear();
                       } else {
                         field = ordered::object({{sealed_member, seal_text(text, person, *key)}});
                       }
                       return std::nullopt;
                     });
}

journal_result<std::string> open_members(std::string_view data, std::optional<account_id> person,
                                         const key_source& keys) {
  return change_data(
      data, sealed_member,
      [&](ordered& field, std::string& sealed) -> std::optional<journal_error> {
        const auto whose = sealed_for(sealed);
        if (!whose || (person && *person != *whose))
          return corrupt("a personal field is not sealed for its person");
        auto key = keys(*whose);
        if (!key) return key.error();
        std::optional<std::string> text = std::string{};
        if (!key->empty()) text = open_sealed_text(sealed, *key);
        if (!text)
          return corrupt("a personal field of account " + to_string(*whose) + " was changed");
        field = ordered::object({{json_form::personal_member, std::move(*text)}});
        return std::nullopt;
      });
}

}  // namespace rentwave
