// A tale that is interrupted after one step of the scheduler, lived by people who ask again when
// nobody answers; and how it is told with an interruption after each of its steps.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/runtime/market.hpp"

namespace rentwave::testing {

enum class interruption {
  crash,      ///< the process dies, and is started again
  hand_over,  ///< all partitions are closed and opened again, and nobody is to notice
  cut,        ///< they are cut off
};

/// What a tale begins with; `Market` is where it takes place.
template <class Market = market>
class interrupted {
 public:
  explicit interrupted(int at, interruption how = interruption::crash) : at_{at}, how_{how} {}
  int steps() const { return steps_; }

 protected:
  void pass(duration real, duration step) {
    for (; real > duration{}; real -= step) {
      dynamic_cast<caf::scheduler::test_coordinator&>(m_.world.system().scheduler())
          .advance_time(std::min(real, step));
      run();
    }
  }
  void persist(const entity_ref& to, const any_command& body, account_id caller) {
    const auto id = m_.world.fresh_id();
    const auto cause = m_.world.now();
    for (int again = 0; again < 3; ++again) {
      const auto waiting = m_.world.send(to, body, id, caller, cause);
      run();
      if (!waiting.value() && how_ == interruption::hand_over) break;
      if (!waiting.value()) continue;
      EXPECT_FALSE(std::holds_alternative<refusal>(*waiting.value()))
          << to_string(to) << ": " << std::get<refusal>(*waiting.value()).detail;
      return;
    }
    ADD_FAILURE() << to_string(to) << " does not answer";
  }

  Market m_;

 private:
  void run() {
    while (m_.world.step())
      if (++steps_ == at_) interrupt();
  }
  void interrupt() {
    using placing = place_order::placing;
    if (how_ != interruption::crash)
      return m_.world.hand_over_all(how_ == interruption::cut ? placing::cut : placing::close);
    m_.world.crash();
    m_.world.start();
  }

  int at_;
  interruption how_;
  int steps_ = 0;
};

/// `Tale` is made with the step of its interruption, and has `play`.
template <class Tale>
void play_over(interruption how) {
  Tale whole{-1};
  whole.play();
  ASSERT_GT(whole.steps(), 100);
  for (int at = 1; at <= whole.steps() && !::testing::Test::HasFailure(); ++at) {
    SCOPED_TRACE("after step " + std::to_string(at));
    Tale{at, how}.play();
  }
}

}  // namespace rentwave::testing
