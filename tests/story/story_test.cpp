// The whole program in processes of its own: the story, and what kill -9 does to it.
#include <gtest/gtest.h>

#include "tests/story/soundness.hpp"
#include "tests/story/story.hpp"

namespace rentwave::testing {
namespace {

const std::vector<std::string> fast{"--clock.rate=3600"};

using telling = void (story::*)();

/// On every journal that the program takes.
class Story : public ::testing::TestWithParam<keeping> {};

TEST_P(Story, of_a_late_rental_ends_with_the_money_where_it_belongs) {
  server_process server{fast, GetParam()};
  server.start();
  ASSERT_NO_THROW(story{server}.play());
  EXPECT_NO_THROW(check_settled(server.journal_url()));
  server.stop();
}

/// Plays it on a server that dies between every two steps.
void play_over_deaths(const std::vector<std::string>& options, keeping where, telling play) {
  server_process server{options, where};
  server.start();
  story told{server};
  told.between_steps = [&] {
    server.kill();
    told.check_acknowledged(check_sound(server.journal_url()));
    server.start();
  };
  ASSERT_NO_THROW((told.*play)());
  EXPECT_NO_THROW(check_settled(server.journal_url()));
  server.stop();
}

TEST_P(Story, goes_on_over_kill_9_between_every_two_steps) {
  play_over_deaths(fast, GetParam(), &story::play);
}

TEST_P(Story, of_a_quarrel_goes_on_over_kill_9_between_every_two_steps) {
  play_over_deaths({}, GetParam(), &story::quarrel);
}

TEST_P(Story, of_a_farewell_goes_on_over_kill_9_between_every_two_steps) {
  play_over_deaths(fast, GetParam(), &story::farewell);
}

const auto journals = ::testing::Values(keeping::sqlite, keeping::postgres);
INSTANTIATE_TEST_SUITE_P(On, Story, journals, ::testing::PrintToStringParamName());

/// The appends of a run are about as many as in any other: timers come between or do not.
long appends_of(telling tell, keeping where) {
  server_process server{fast, where};
  server.start();
  story told{server};
  (told.*tell)();
  return server.stop();
}

/// Every moment of every append; on PostgreSQL one an append, by turns, unless there
/// is time for all.
std::vector<const char*> moments_at(long append, keeping where) {
  const std::vector<const char*> all{":before", ":after", ":later"};
  if (where == keeping::sqlite || std::getenv("RENTWAVE_SOAK")) return all;
  return {all[static_cast<std::size_t>(append) % all.size()]};
}

/// Spread over shards, so that ctest runs them side by side.
constexpr int shards = 4;
class Death : public ::testing::TestWithParam<std::tuple<keeping, int>> {};

void die_at_any_append(telling tell, keeping where, int shard) {
  const long appends = appends_of(tell, where);
  ASSERT_GT(appends, 20);
  for (long at = 1 + shard; at <= appends; at += shards) {
    for (const char* moment : moments_at(at, where)) {
      SCOPED_TRACE(std::to_string(at) + moment);
      server_process server{fast, where};
      server.start(std::to_string(at) + moment);
      story told{server};
      int deaths = 0;
      told.after_death = [&] {
        ++deaths;
        told.check_acknowledged(check_sound(server.journal_url()));
      };
      ASSERT_NO_THROW((told.*tell)());
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

TEST_P(Death, at_any_append_loses_nothing_and_doubles_nothing) {
  const auto [where, shard] = GetParam();
  die_at_any_append(&story::play, where, shard);
}

TEST_P(Death, at_any_append_of_a_farewell_leaves_nobody_half_gone) {
  const auto [where, shard] = GetParam();
  die_at_any_append(&story::farewell, where, shard);
}
INSTANTIATE_TEST_SUITE_P(Shard, Death, ::testing::Combine(journals, ::testing::Range(0, shards)),
                         [](const auto& info) {
                           return std::string{name_of(std::get<0>(info.param))} +
                                  std::to_string(std::get<1>(info.param));
                         });

}  // namespace
}  // namespace rentwave::testing
