// The whole program in processes of its own: the story, and what kill -9 does to it.
#include <gtest/gtest.h>

#include "tests/story/soundness.hpp"
#include "tests/story/story.hpp"

namespace rentwave::testing {
namespace {

const std::vector<std::string> fast{"--clock.rate=3600"};

TEST(Story, of_a_late_rental_ends_with_the_money_where_it_belongs) {
  server_process server{fast};
  server.start();
  ASSERT_NO_THROW(story{server}.play());
  EXPECT_NO_THROW(check_settled(server.journal_url()));
  server.stop();
}

TEST(Story, goes_on_over_kill_9_between_every_two_steps) {
  server_process server{fast};
  server.start();
  story told{server};
  told.between_steps = [&] {
    server.kill();
    told.check_acknowledged(check_sound(server.journal_url()));
    server.start();
  };
  ASSERT_NO_THROW(told.play());
  EXPECT_NO_THROW(check_settled(server.journal_url()));
  server.stop();
}

TEST(Story, of_a_quarrel_goes_on_over_kill_9_between_every_two_steps) {
  server_process server;
  server.start();
  story told{server};
  told.between_steps = [&] {
    server.kill();
    told.check_acknowledged(check_sound(server.journal_url()));
    server.start();
  };
  ASSERT_NO_THROW(told.quarrel());
  EXPECT_NO_THROW(check_settled(server.journal_url()));
  server.stop();
}

/// The appends of a run are about as many as in any other: timers come between or do not.
long appends_of_the_story() {
  server_process server{fast};
  server.start();
  story{server}.play();
  return server.stop();
}

/// Spread over shards, so that ctest runs them side by side.
constexpr int shards = 4;
class Death : public ::testing::TestWithParam<int> {};

TEST_P(Death, at_any_append_loses_nothing_and_doubles_nothing) {
  const long appends = appends_of_the_story();
  ASSERT_GT(appends, 20);
  for (long at = 1 + GetParam(); at <= appends; at += shards) {
    for (const char* moment : {":before", ":after", ":later"}) {
      SCOPED_TRACE(std::to_string(at) + moment);
      server_process server{fast};
      server.start(std::to_string(at) + moment);
      story told{server};
      int deaths = 0;
      told.after_death = [&] {
        ++deaths;
        told.check_acknowledged(check_sound(server.journal_url()));
      };
      ASSERT_NO_THROW(told.play());
      // The last appends of the story may be after its end: then the death is here.
      EXPECT_NO_THROW(check_settled(server.journal_url(), [&] {
        if (!server.has_died()) return;
        told.after_death();
        server.start();
      }));
      if (at <= appends * 8 / 10) {
        EXPECT_GE(deaths, 1);
      }
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Shard, Death, ::testing::Range(0, shards));

}  // namespace
}  // namespace rentwave::testing
