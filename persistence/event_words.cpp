#include "persistence/event_words.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>

#include "actors/domain/kinds.hpp"
#include "persistence/event_form.hpp"

namespace rentwave {
namespace {

constexpr char before_schema = '/';

struct event_type {
  std::string_view name;
  int schema = 1;
};

/// A schema that is no number is the first: the word is not ours.
event_type type_of(std::string_view word) {
  const auto at = word.find(before_schema);
  event_type read{word.substr(0, at)};
  if (at != word.npos)
    (void)std::from_chars(word.data() + at + 1, word.data() + word.size(), read.schema);
  return read;
}

/// Calls `see` with name and schema of every event of every entity.
template <class See>
void for_each_event_type(See see) {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<entity_kind>>([&](auto kind) {
    if (!is_kept(kind.value)) return;
    with_state_of(kind.value, [&]<class State>(std::type_identity<State>) {
      using event = typename State::event_type;
      event_form::for_each_alternative<event>([&](auto index) {
        using alternative = std::variant_alternative_t<index, event>;
        see(alternative::type, event_form::schema_of<alternative>());
      });
    });
  });
}

}  // namespace

const event_words& our_event_words() {
  static const auto ours = [] {
    event_words words;
    for_each_event_type(
        [&](std::string_view name, int schema) { words.push_back(event_word(name, schema)); });
    std::ranges::sort(words);
    return words;
  }();
  return ours;
}

std::string event_word(std::string_view type, int schema) {
  std::string word{type};
  if (schema > 1) word += before_schema + std::to_string(schema);
  return word;
}

bool can_read(const event_words& words, std::string_view type, int schema) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    const auto known = type_of(word);
    return known.name == type && known.schema >= schema;
  });
}

std::vector<std::string> unreadable(const event_words& written, const event_words& read) {
  std::map<std::string_view, int> known;
  for (const auto& word : read) {
    const auto one = type_of(word);
    known[one.name] = std::max(known[one.name], one.schema);
  }
  std::vector<std::string> missing;
  for (const auto& word : written) {
    const auto one = type_of(word);
    const auto found = known.find(one.name);
    if (found == known.end() || found->second < one.schema) missing.emplace_back(one.name);
  }
  return missing;
}

bool is_known_event(std::string_view type, int schema) {
  static const auto known = [] {
    std::map<std::string, int, std::less<>> all;
    for_each_event_type([&](std::string_view name, int newest) { all.emplace(name, newest); });
    return all;
  }();
  const auto found = known.find(type);
  return found != known.end() && schema <= found->second;
}

}  // namespace rentwave
