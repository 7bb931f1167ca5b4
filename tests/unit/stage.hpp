// One entity of any kind on a stage, moved by commands. Every command that is played is played a
// second time too, and must then do nothing.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/domain/want.hpp"

namespace rentwave {

using names = std::vector<std::string>;

/// An id whose last two bytes are the number.
template <class Id>
Id numbered(int number) {
  Id made;
  made.value.data[14] = static_cast<std::uint8_t>(number / 256);
  made.value.data[15] = static_cast<std::uint8_t>(number % 256);
  return made;
}

inline const auto ada = numbered<account_id>(1);
inline const auto bob = numbered<account_id>(2);

template <class State>
struct stage {
  using event = typename State::event_type;
  using command = typename State::command_type;

  State s;
  instant now{};
  bool has_alarms = false;
  std::vector<event> last;

  /// The names of the events that it caused.
  names play(const command& c, std::optional<account_id> caller = {}) {
    const auto happened = play_once(c, caller);
    const auto again = decide(s, c, {now, caller});
    EXPECT_TRUE(!again || again->empty()) << "the second copy had an effect";
    return happened;
  }

  /// For what only the runtime's memory of command ids can tell from a repeat.
  names play_once(const command& c, std::optional<account_id> caller = {}) {
    last.clear();
    const auto decided = decide(s, c, {now, caller});
    if (!decided) {
      ADD_FAILURE() << "refused: " << to_string(decided.error().code);
      return {};
    }
    last = *decided;
    for (const auto& each : last) s = evolve(std::move(s), each);
    if (!has_alarms) {
      EXPECT_EQ(alarm(s), std::nullopt);
    }
    names result;
    for (const auto& each : last)
      result.emplace_back(std::visit([](const auto& e) { return e.type; }, each));
    return result;
  }

  std::optional<refusal> refused(const command& c, std::optional<account_id> caller = {}) const {
    const auto decided = decide(s, c, {now, caller});
    return decided ? std::nullopt : std::optional{decided.error()};
  }
  /// The name of the refusal's code; empty if it was accepted.
  std::string code(const command& c, std::optional<account_id> caller = {}) const {
    const auto why = refused(c, caller);
    return why ? to_string(why->code) : "";
  }

  outcome answer() const { return reply(s, last); }

  names owed() const {
    names keys;
    for (const auto& each : wants(s)) keys.push_back(each.key);
    return keys;
  }
  names acknowledge(std::string key, outcome how = accepted{}) {
    return play(answered{std::move(key), std::move(how)});
  }

  template <class Event>
  const Event& happened(std::size_t index) const {
    return std::get<Event>(last.at(index));
  }
};

}  // namespace rentwave
