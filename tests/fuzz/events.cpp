// A stored event or snapshot: a line with the event's type ("state" for a snapshot), then its data.
#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "persistence/codec.hpp"
#include "tests/fuzz/fuzzing.hpp"
#include "tests/persistence/filled.hpp"

namespace rentwave::fuzz {
namespace {

using testing::same;

template <class Visit>
void for_each_type(Visit&& visit) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, testing::all_events>>(
      visit);
}
template <class Visit>
void for_each_state(Visit&& visit) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, testing::all_states>>(
      visit);
}

constexpr std::string_view snapshot = "state";

/// Every event and every state, with all members set.
std::vector<std::string> make_examples() {
  std::vector<std::string> all;
  testing::for_each_event_of_all([&](auto entity, auto event) {
    using variant = typename decltype(entity)::type;
    const auto stored = encode(variant{testing::filled<typename decltype(event)::type>()});
    all.push_back(std::string{stored.type} + '\n' + stored.data);
  });
  for_each_state([&](auto type) {
    bool personal = false;
    const auto data = encode_state(testing::filled<typename decltype(type)::type>(), personal);
    all.push_back(std::string{snapshot} + '\n' + data);
  });
  return all;
}

/// Which of two members of one name counts, readers do not agree about; we write none.
bool repeats_a_name(std::string_view data) {
  using event = nlohmann::json::parse_event_t;
  bool repeats = false;
  std::vector<std::set<std::string>> names;
  const auto note = [&](int, event what, const nlohmann::json& parsed) {
    if (what == event::object_start) names.emplace_back();
    if (what == event::object_end) names.pop_back();
    if (what == event::key) repeats |= !names.back().insert(parsed.get<std::string>()).second;
    return true;
  };
  return nlohmann::json::parse(data, note, false).is_discarded() || repeats;
}

/// What stands in both is the same number.
void check_numbers(const nlohmann::json& given, const nlohmann::json& stored) {
  if (given.is_number() && stored.is_number())
    demand(given == stored, "a number is stored as it was");
  if (given.is_object() && stored.is_object())
    for (const auto& [name, value] : stored.items())
      if (const auto found = given.find(name); found != given.end()) check_numbers(*found, value);
  if (given.is_array() && stored.is_array() && given.size() == stored.size())
    for (std::size_t i = 0; i < given.size(); ++i) check_numbers(given[i], stored[i]);
}

template <class Event>
void check_event(std::string_view type, std::string_view data) {
  const auto read = decode<Event>(type, 1, data);
  if (!read) {
    demand(read.error().code == journal_errc::corrupt, "what does not fit is corrupt");
    demand(!read.error().detail.empty(), "corrupt data is explained");
    return;
  }
  const auto stored = encode(*read);
  demand(stored.type == type && stored.schema == 1, "an event keeps its type");
  if (!repeats_a_name(data))
    check_numbers(nlohmann::json::parse(data), nlohmann::json::parse(stored.data));
  const auto again = decode<Event>(stored.type, stored.schema, stored.data);
  demand(again && same(*again, *read), "what is stored reads the same");
  demand(encode(*again).data == stored.data, "there is one stored form");
  const auto later = decode<Event>(type, 2, data);
  demand(!later && later.error().code == journal_errc::too_new, "a later schema is too new");
}

template <class State>
void check_state(std::string_view data) {
  const auto read = decode_state<State>(state_schema, data);
  if (!read) return;
  bool personal = false;
  const auto stored = encode_state(*read, personal);
  const auto again = decode_state<State>(state_schema, stored);
  demand(again && same(*again, *read), "a snapshot reads the same");
  demand(encode_state(*again, personal) == stored, "there is one form of a snapshot");
  demand(!decode_state<State>(state_schema + 1, data), "another schema is folded again");
}

}  // namespace

void examine(std::string_view input) {
  const auto type = take_line(input);
  for_each_type([&](auto entity) { check_event<typename decltype(entity)::type>(type, input); });
  if (type == snapshot)
    for_each_state([&](auto state) { check_state<typename decltype(state)::type>(input); });
}

}  // namespace rentwave::fuzz

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t most);

/// Sometimes begins with an example instead, which may have an unlikely number in it: no chance
/// finds the fingerprint of a state.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size,
                                               std::size_t most, unsigned seed) {
  static const auto examples = rentwave::fuzz::make_examples();
  constexpr const char* numbers[] = {"3000000000", "-1", "18446744073709551615", "1.5", "null"};
  constexpr unsigned how_rarely = 8;
  if (seed % how_rarely != 0) return LLVMFuzzerMutate(bytes, size, most);
  seed /= how_rarely;
  auto example = examples[seed % examples.size()];
  const auto number = example.find_first_of("0123456789", seed % example.size());
  if (number != std::string::npos)
    example.replace(number, example.find_first_not_of("0123456789", number) - number,
                    numbers[seed % std::size(numbers)]);
  size = std::min(example.size(), most);
  std::ranges::copy(example.substr(0, size), bytes);
  return seed % 2 == 0 ? size : LLVMFuzzerMutate(bytes, size, most);
}
