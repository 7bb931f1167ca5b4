// One wallet on a stage, moved by commands. Every command that is played is also checked for what
// must hold of any command: no cent is made or lost, and nobody has money and debts.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "actors/domain/wallet.hpp"
#include "actors/domain/want.hpp"

namespace rentwave::wallet {

template <class Id>
Id make_id(int number) {
  Id made;
  made.value.data[14] = static_cast<std::uint8_t>(number / 256);
  made.value.data[15] = static_cast<std::uint8_t>(number % 256);
  return made;
}

using names = std::vector<std::string>;

inline names names_of(const std::vector<event>& events) {
  names result;
  for (const auto& each : events)
    result.emplace_back(std::visit([](const auto& e) { return e.type; }, each));
  return result;
}

/// What is somewhere in this wallet's keeping.
inline money keeping(const state& s) {
  money sum = s.balance + s.held();
  for (const auto& each : s.outgoing) sum += each.amount;
  return sum;
}

/// What an event brings into the wallet's keeping or takes out of it.
inline money change_by(const event& happened) {
  return std::visit(overloaded{
                        [](const topped_up& e) { return e.amount; },
                        [](const withdrawn& e) { return money{} - e.amount; },
                        [](const withdrawal_failed& e) { return e.amount; },
                        [](const received& e) { return e.amount; },
                        // These are made whole by the `sent` after them.
                        [](const paid& e) { return money{} - e.paid; },
                        [](const divided& e) { return money{} - e.paid; },
                        [](const repaid& e) { return e.into_hold ? money{} : money{} - e.amount; },
                        [](const sent& e) { return e.amount; },
                        [](const auto&) { return money{}; },
                    },
                    happened);
}

inline money leaves_for_a_transfer(const event& happened) {
  if (const auto* e = std::get_if<paid>(&happened)) return e->paid;
  if (const auto* e = std::get_if<divided>(&happened)) return e->paid;
  if (const auto* e = std::get_if<repaid>(&happened); e && !e->into_hold) return e->amount;
  return {};
}

/// Folds the events one by one, exact to the cent after each.
inline state fold(state s, const std::vector<event>& events) {
  money on_the_way;
  for (const auto& each : events) {
    money expected = keeping(s) + change_by(each);
    if (const auto* e = std::get_if<arrived>(&each))
      for (const auto& t : s.outgoing)
        if (t.id == e->transfer) expected -= t.amount;
    if (const auto* e = std::get_if<sent>(&each)) {
      EXPECT_EQ(e->amount, on_the_way);
      on_the_way = {};
    }
    EXPECT_EQ(on_the_way, money{}) << "what left the wallet was not sent on";
    on_the_way = leaves_for_a_transfer(each);
    s = evolve(std::move(s), each);
    EXPECT_EQ(keeping(s), expected) << names_of({each})[0];
    EXPECT_GE(s.balance, money{}) << names_of({each})[0];
    std::visit(
        [&s]<class Event>(const Event& e) {
          if constexpr (requires { e.balance; }) {
            EXPECT_EQ(e.balance, s.balance) << "the statement is wrong";
          }
        },
        each);
  }
  EXPECT_EQ(on_the_way, money{}) << "what left the wallet was not sent on";
  EXPECT_TRUE(s.debts.empty() || s.balance == money{}) << "money and debts at once";
  return s;
}

struct scene {
  state s;
  std::vector<event> last;

  names play(const command& c, std::optional<account_id> caller = {}) {
    const auto decided = decide(s, c, {{}, caller});
    if (!decided) {
      ADD_FAILURE() << "refused: " << to_string(decided.error().code) << ", "
                    << decided.error().detail;
      return {};
    }
    last = *decided;
    s = fold(s, last);
    // A transfer is told from its repeat by the command's id, which is the runtime's part.
    if (!std::holds_alternative<receive>(c)) {
      const auto again = decide(s, c, {{}, caller});
      EXPECT_TRUE(!again || again->empty()) << "the second copy had an effect";
    }
    EXPECT_EQ(alarm(s), std::nullopt);
    return names_of(last);
  }

  std::optional<refusal_code> refusal_of(const command& c, std::optional<account_id> caller = {}) {
    const auto decided = decide(s, c, {{}, caller});
    return decided ? std::nullopt : std::optional{decided.error().code};
  }

  names answer(std::string key, outcome result = accepted{}) {
    return play(answered{std::move(key), std::move(result)});
  }

  template <class Event>
  const Event& event_at(std::size_t index) const {
    return std::get<Event>(last.at(index));
  }
};

}  // namespace rentwave::wallet
