#include "actors/runtime/domain_clock.hpp"

#include <gtest/gtest.h>

#include "persistence/memory/store.hpp"

namespace rentwave {
namespace {

using namespace std::chrono_literals;

constexpr instant noon{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1} + 12h};

TEST(Domain_clock, never_goes_back_when_the_real_one_does) {
  instant real = noon;
  const domain_clock clock{{noon, noon, 60}, [&] { return real; }};
  real += 1min;
  EXPECT_EQ(clock.now(), noon + 1h);
  real -= 30s;
  EXPECT_EQ(clock.now(), noon + 1h);
  EXPECT_EQ(clock.in_domain(1s), 1min);
  EXPECT_EQ(clock.in_real(1min), 1s);
}

TEST(Domain_clock, follows_what_another_node_tells_unless_that_is_wrong) {
  const domain_clock clock{{noon, noon, 60}, [] { return noon; }};
  EXPECT_TRUE(clock.follow(noon + 10min));
  EXPECT_EQ(clock.now(), noon + 10min);
  EXPECT_FALSE(clock.follow(noon + 10min + 1us)) << "more than ten seconds of real time";
  EXPECT_EQ(clock.now(), noon + 10min);
  EXPECT_TRUE(clock.follow(noon));
  EXPECT_EQ(clock.now(), noon + 10min) << "it does not go back";
}

struct Domain_clock_at_start : ::testing::Test {
  memory_store store;
  std::unique_ptr<journal> connection = std::move(*store.connect());

  std::shared_ptr<const domain_clock> start(double rate, time_source real) {
    auto made = start_clock(*connection, rate, std::move(real));
    if (!made) throw std::runtime_error{made.error().detail};
    return *made;
  }
  instant time_of_start(double rate, instant real) {
    return start(rate, [real] { return real; })->now();
  }
  instant anchored_at() { return (**connection->anchor()).domain; }

  void write_event_of(instant when) {
    const auto lease = *connection->take_over(0, "somebody");
    new_event happened;
    happened.type = "rent.late";
    happened.data = "{}";
    happened.time = when;
    entity_append written;
    written.entity = {entity_kind::rental, "a"};
    written.events = {happened};
    ASSERT_TRUE(connection->append({{0, lease.epoch, lease.position, {written}, {}}}));
  }
};

TEST_F(Domain_clock_at_start, has_run_on_while_nothing_ran_and_changes_its_rate_without_a_jump) {
  EXPECT_EQ(time_of_start(1, noon), noon);
  EXPECT_EQ(time_of_start(3600, noon + 1h), noon + 1h);
  EXPECT_EQ(time_of_start(1, noon + 1h + 1s), noon + 2h);
}

TEST_F(Domain_clock_at_start, is_not_behind_the_events_when_the_real_clock_was_set_back) {
  EXPECT_EQ(time_of_start(1, noon), noon);
  write_event_of(noon + 2h);
  EXPECT_EQ(time_of_start(1, noon - 1h), noon + 2h);
  EXPECT_EQ(anchored_at(), noon + 2h);
}

// Another node's clock may be a little ahead, and this one held up: that takes no time forward.
TEST_F(Domain_clock_at_start, stands_still_for_events_that_are_a_little_ahead) {
  EXPECT_EQ(time_of_start(60, noon), noon);
  write_event_of(noon + 10min);
  instant real = noon + 1s;
  const auto clock = start(60, [&] { return real; });
  EXPECT_EQ(clock->now(), noon + 10min);
  real += 8s;
  EXPECT_EQ(clock->now(), noon + 10min);
  real += 2s;
  EXPECT_EQ(clock->now(), noon + 11min);
  EXPECT_EQ(anchored_at(), noon) << "all nodes share the anchor";
}

TEST_F(Domain_clock_at_start, goes_on_from_the_latest_event_when_its_rate_changes) {
  EXPECT_EQ(time_of_start(3600, noon), noon);
  write_event_of(noon + 5h);
  EXPECT_EQ(time_of_start(1, noon + 1s), noon + 5h);
  EXPECT_EQ(time_of_start(1, noon + 2s), noon + 5h + 1s);
}

}  // namespace
}  // namespace rentwave
