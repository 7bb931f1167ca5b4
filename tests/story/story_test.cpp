// The whole program in processes of its own: the story, and what kill -9 does to it.
#include <gtest/gtest.h>

#include "persistence/journal.hpp"
#include "tests/story/story.hpp"

namespace rentwave::testing {
namespace {

const std::vector<std::string> fast{"--clock.rate=3600"};

/// The invariants that the journal alone shows (design.md section 6).
void expect_sound(const server_process& server) {
  const auto store = open_journal_read_only(server.journal_url());
  ASSERT_TRUE(store) << store.error().detail;
  const auto connection = std::move(*(*store)->connect());
  EXPECT_TRUE(connection->overlapping_reservations()->empty());
  std::map<entity_ref, std::int64_t> versions;
  std::map<partition_id, std::int64_t> positions;
  const auto events = connection->scan(0, {}, 10'000);
  ASSERT_TRUE(events);
  for (const auto& event : *events) {
    EXPECT_EQ(event.version, ++versions[event.entity]) << to_string(event.entity);
    EXPECT_EQ(event.position, ++positions[event.partition]);
  }
}

TEST(Story, of_a_late_rental_ends_with_the_money_where_it_belongs) {
  server_process server{fast};
  server.start();
  story{server}.play();
  server.stop();
  expect_sound(server);
}

TEST(Story, goes_on_over_kill_9_between_every_two_steps) {
  server_process server{fast};
  server.start();
  story told{server};
  told.between_steps = [&] {
    server.kill();
    server.start();
  };
  told.play();
  server.stop();
  expect_sound(server);
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
    for (const char* moment : {":before", ":after", ":reply"}) {
      SCOPED_TRACE(std::to_string(at) + moment);
      server_process server{fast};
      server.start(std::to_string(at) + moment);
      ASSERT_NO_THROW(story{server}.play());
      if (!server.has_died()) server.stop();
      expect_sound(server);
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Shard, Death, ::testing::Range(0, shards));

}  // namespace
}  // namespace rentwave::testing
