// Many WebSockets over the death of the server: each goes on from its cursor, and is told
// everything once. In the long form a thousand.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "tests/story/listener.hpp"
#include "tests/story/server_process.hpp"
#include "tests/story/story.hpp"

namespace rentwave::testing {
namespace {

/// Each of the clients takes a few descriptors.
void allow_many_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

class Sockets : public ::testing::TestWithParam<keeping> {
 protected:
  const bool soak_ = std::getenv("RENTWAVE_SOAK") != nullptr;
  const std::size_t people_ = soak_ ? 50 : 15;
  static constexpr std::size_t each_ = 20;  // as many as one person may have
  static constexpr std::size_t at_once_ = 16;
  server_process server_{{}, GetParam()};
  std::vector<pauper> paupers_;
  std::vector<listener> listeners_;
  std::string listing_;

  void try_to_rent() const {
    for (const auto& each : paupers_) each.try_to_rent(server_.port(), listing_);
  }
  /// As they come after a restart: many at once.
  void connect_all() {
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < at_once_; ++i)
      threads.emplace_back([&] {
        try {
          for (auto which = next++; which < listeners_.size() && !HasFailure(); which = next++)
            listeners_[which].connect(server_.port());
        } catch (const std::exception& broken) {
          ADD_FAILURE() << broken.what();
        }
      });
  }
  /// Waits until everybody has been told everything.
  void await_notifier() const {
    const std::string lag = "\nrentwave_subscription_lag_events{subscription=\"notifier\"} 0\n";
    const auto has_caught_up = [&] {
      return http::client{server_.port()}.get("/metrics").body.find(lag) != std::string::npos;
    };
    ASSERT_TRUE(comes_true(has_caught_up, story_patience));
  }
};
INSTANTIATE_TEST_SUITE_P(On, Sockets, ::testing::Values(keeping::sqlite, keeping::postgres),
                         ::testing::PrintToStringParamName());

TEST_P(Sockets, go_on_from_their_cursors_after_the_server_was_killed) {
  allow_many_files();
  server_.start();
  listing_ = advertise(server_.port());
  for (std::size_t i = 0; i < people_; ++i)
    paupers_.push_back(join(server_.port(), "pauper" + std::to_string(i)));
  for (const auto& each : paupers_)
    for (std::size_t i = 0; i < each_; ++i) listeners_.push_back({&each});
  connect_all();
  ASSERT_FALSE(HasFailure());
  try_to_rent();

  // Some have heard the first when it dies, some not; it dies amid what comes next.
  for (std::size_t i = 0; i < listeners_.size(); i += 2) ASSERT_TRUE(listeners_[i].hear());
  std::atomic<int> rounds = 0;
  std::jthread renting{[&] {
    try {
      for (;; ++rounds) try_to_rent();
    } catch (const std::exception&) {  // it is dead
    }
  }};
  const bool has_begun = comes_true([&] { return rounds >= 2; }, story_patience);
  server_.kill();
  renting.join();
  ASSERT_TRUE(has_begun);
  for (std::size_t i = 0; i < listeners_.size(); i += 3)
    while (listeners_[i].hear()) {
    }

  server_.start();
  std::jthread renting_again{[this] { try_to_rent(); }};
  connect_all();
  ASSERT_FALSE(HasFailure());
  renting_again.join();
  await_notifier();
  for (auto& each : listeners_) {
    const int last = each.who->unread(server_.port());
    EXPECT_GE(last, 4);
    each.hear_up_to(last);
    ASSERT_FALSE(HasFailure()) << "the socket of " << each.cursor;
  }
  std::cout << listeners_.size() << " sockets went on from their cursors\n";
}

}  // namespace
}  // namespace rentwave::testing
