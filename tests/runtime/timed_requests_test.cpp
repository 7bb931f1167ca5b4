#include "actors/runtime/timed_requests.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/runtime/virtual_time.hpp"

namespace rentwave {
namespace {

using namespace std::chrono_literals;

struct asker {
  explicit asker(caf::event_based_actor* self) : requests{self, 20s} {}
  timed_requests requests;
};

struct Timed_requests : testing::virtual_time {
  std::vector<std::string> heard;  ///< by the actor that asks, in order
  /// What was asked and is not answered yet.
  std::vector<caf::typed_response_promise<std::string>> open;

  caf::actor answering = system.spawn([this](caf::event_based_actor* self) -> caf::behavior {
    return {[this, self](const std::string&) {
              return open.emplace_back(self->make_response_promise<std::string>());
            },
            [this](std::size_t number, const std::string& answer) {
              if (answer.empty())
                open.at(number).deliver(make_error(caf::sec::runtime_error));
              else
                open.at(number).deliver(answer);
            }};
  });
  caf::actor asking = system.spawn([this](caf::stateful_actor<asker>* self) -> caf::behavior {
    return {
        [this, self](const std::string& what) {
          self->state.requests.ask<std::string>(
              answering, what, [this](const std::string& said) { heard.push_back(said); },
              [this, what](const caf::error& why) { heard.push_back(what + ": " + kind_of(why)); });
        },
        [self](overdue_atom) { self->state.requests.sweep(); }};
  });

  static std::string kind_of(const caf::error& why) {
    return why == caf::sec::request_timeout ? "timeout" : "failed";
  }
  /// No text: by an error.
  void answer(std::size_t number, const char* what) {
    caf::anon_send(answering, number, std::string{what});
    scheduler.run();
  }
  void ask(const char* what) {
    caf::anon_send(asking, std::string{what});
    scheduler.run();
  }
  void pass(std::chrono::seconds time) {
    for (; time > 0s; time -= 1s) {
      scheduler.advance_time(1s);
      scheduler.run();
    }
  }
  std::size_t timers() { return scheduler.clock().schedule().size(); }
};

using told = std::vector<std::string>;

TEST_F(Timed_requests, are_answered_or_fail_once) {
  for (const char* what : {"a", "b", "c"}) ask(what);
  answer(1, "answer");
  answer(2, "");
  EXPECT_EQ(heard, (told{"answer", "c: failed"}));
  pass(19s);
  EXPECT_EQ(heard.size(), 2u);
  pass(6s);
  EXPECT_EQ(heard.back(), "a: timeout");
  answer(0, "too late");
  pass(60s);
  EXPECT_EQ(heard.size(), 3u);
}

TEST_F(Timed_requests, share_a_timer_that_ends_with_them) {
  for (int i = 0; i < 1000; ++i) ask("a");
  EXPECT_EQ(timers(), 1u);
  for (std::size_t i = 0; i < open.size(); ++i) answer(i, "answer");
  EXPECT_EQ(heard.size(), 1000u);
  pass(5s);
  EXPECT_EQ(timers(), 0u);
  ask("b");
  EXPECT_EQ(timers(), 1u);
  pass(25s);
  EXPECT_EQ(heard.back(), "b: timeout");
  EXPECT_EQ(timers(), 0u);
}

TEST_F(Timed_requests, fail_in_the_order_in_which_they_were_asked_each_in_its_time) {
  ask("a");
  pass(7s);
  ask("b");
  pass(14s);
  EXPECT_EQ(heard, (told{"a: timeout"}));
  pass(11s);
  EXPECT_EQ(heard, (told{"a: timeout", "b: timeout"}));
}

}  // namespace
}  // namespace rentwave
