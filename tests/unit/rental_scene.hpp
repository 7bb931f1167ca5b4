// One rental on a stage: who plays, the terms, and a state that is moved by commands. Every command
// that is played is also checked for what must hold of any command in any state.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "actors/domain/rental.hpp"
#include "actors/domain/tariff.hpp"
#include "actors/domain/want.hpp"

namespace rentwave::rental {

using namespace std::chrono_literals;

inline constexpr instant noon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2} + 12h};
inline constexpr duration a_moment{1};  // the smallest step of time

template <class Id>
Id make_id(std::uint8_t number) {
  Id made;
  made.value.data[15] = number;
  return made;
}

inline const auto rental_one = make_id<rental_id>(1);
inline const auto item = make_id<listing_id>(2);
inline const auto renter = make_id<account_id>(3);
inline const auto owner = make_id<account_id>(4);
inline const auto stranger = make_id<account_id>(5);

using names = std::vector<std::string>;

inline names names_of(const std::vector<event>& events) {
  names result;
  for (const auto& each : events)
    result.emplace_back(std::visit([](const auto& e) { return e.type; }, each));
  return result;
}

inline names keys_of(const state& s) {
  names result;
  for (const auto& each : wants(s)) result.push_back(each.key);
  return result;
}

inline state fold(state s, const std::vector<event>& events) {
  for (const auto& each : events) s = evolve(std::move(s), each);
  return s;
}

/// The alarm is the one time at which something falls due: nothing before, something then.
inline void expect_alarm_is_exact(const state& s, instant now) {
  const auto at = alarm(s);
  const auto falls_due = [&s](instant when) { return !decide(s, wake{}, {when, {}})->empty(); };
  EXPECT_FALSE(falls_due(now)) << "something is overdue";
  if (!at) {
    EXPECT_FALSE(falls_due(now + one_day * 3000)) << "something falls due that has no alarm";
    return;
  }
  EXPECT_GT(*at, now);
  EXPECT_FALSE(falls_due(*at - a_moment)) << "something falls due before the alarm";
  EXPECT_TRUE(falls_due(*at)) << "the alarm is for nothing";
}

struct scene {
  state s;
  instant now = noon;
  std::vector<event> last;  ///< what the last command caused

  /// What a command does; a second copy of it must do nothing.
  names play(const command& c, std::optional<account_id> caller = {}) {
    const auto decided = decide(s, c, {now, caller});
    if (!decided) {
      ADD_FAILURE() << "refused: " << to_string(decided.error().code) << ", "
                    << decided.error().detail;
      return {};
    }
    last = *decided;
    s = fold(s, last);
    const auto again = decide(s, c, {now, caller});
    EXPECT_TRUE(!again || again->empty()) << "the second copy had an effect";
    expect_alarm_is_exact(s, now);
    return names_of(last);
  }

  /// The code that a command is refused with, and none when it is not.
  std::optional<refusal_code> refusal_of(const command& c, std::optional<account_id> caller = {}) {
    const auto decided = decide(s, c, {now, caller});
    return decided ? std::nullopt : std::optional{decided.error().code};
  }

  names answer(std::string key, outcome result = accepted{}) {
    return play(answered{std::move(key), std::move(result)});
  }

  names wake_at(instant at) {
    now = at;
    return play(wake{});
  }

  /// Acknowledges everything that is owed, until nothing is; the keys in the order of asking.
  names acknowledge_all() {
    names asked;
    for (auto open = wants(s); !open.empty(); open = wants(s)) {
      for (const auto& each : open) {
        asked.push_back(each.key);
        answer(each.key, each.key.starts_with("charge") ? outcome{charge_result{}} : accepted{});
      }
      if (asked.size() > 100) {
        ADD_FAILURE() << "the rental never comes to rest";
        break;
      }
    }
    return asked;
  }

  template <class Event>
  const Event& event_at(std::size_t index) const {
    return std::get<Event>(last.at(index));
  }
  /// The body of the want with this key; it must be there.
  template <class Body>
  Body asks(std::string_view key) const {
    for (const auto& each : wants(s))
      if (each.key == key) return std::get<Body>(std::get<command_of<Body>>(each.body));
    throw std::logic_error{"nothing is asked under " + std::string{key}};
  }

 private:
  template <class Body>
  using command_of = std::conditional_t<std::is_constructible_v<listing::command, Body> &&
                                            !std::is_constructible_v<wallet::command, Body>,
                                        listing::command, wallet::command>;
};

/// 250 a day, late fee 300 a day after 15 minutes of grace, lost after 3 late periods, deposit
/// 5000.
inline const rental_terms daily{
    {money{250}, time_unit::day}, {money{300}, time_unit::day}, 15min, 3, money{5000},
    cancellation_policy::flexible};
/// From tomorrow noon for three days: 3 * 250 = 750.
inline constexpr period three_days{noon + one_day, noon + one_day * 4};
inline constexpr instant due = three_days.end;

inline reservation agreed(const rental_terms& terms = daily, period when = three_days,
                          bool handed_over = false) {
  return {owner, item_kind::book, "A title", when, terms, money{750}, handed_over, "9780306406157"};
}

inline request ask_for(period when = three_days) {
  return {rental_one, item, renter, when.start, when.end, {}, {}};
}

inline scene pending() {
  scene stage;
  stage.play(ask_for(), renter);
  return stage;
}

inline scene reserved_by_listing(const rental_terms& terms = daily) {
  auto stage = pending();
  stage.answer("reserve", agreed(terms));
  return stage;
}

inline scene booked_ahead(const rental_terms& terms = daily) {
  auto stage = reserved_by_listing(terms);
  stage.answer("hold");
  return stage;
}

/// The start has come and the listing has been asked for the item.
inline scene at_the_start(const rental_terms& terms = daily) {
  auto stage = booked_ahead(terms);
  stage.wake_at(three_days.start);
  return stage;
}

inline scene waiting() {
  auto stage = at_the_start();
  stage.answer("hand-over", hand_over_result{false});
  return stage;
}

inline scene active(const rental_terms& terms = daily) {
  auto stage = at_the_start(terms);
  stage.answer("hand-over", hand_over_result{true});
  return stage;
}

/// Given back at `at`, the release acknowledged.
inline scene given_back(instant at) {
  auto stage = active();
  stage.wake_at(at);
  stage.play(give_back{}, renter);
  stage.acknowledge_all();
  return stage;
}

/// An extension by a day is asked for, two hours before due.
inline scene extending() {
  auto stage = active();
  stage.now = due - 2h;
  stage.play(extend{due + one_day}, renter);
  return stage;
}

}  // namespace rentwave::rental
