#include "tests/cluster/membership_contract.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace rentwave::testing_cluster {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

TEST_P(Membership, is_empty_at_first) {
  const auto all = value(one_->read());
  EXPECT_THAT(all.nodes, IsEmpty());
  EXPECT_EQ(all.partitions, partition_table{});
}

TEST_P(Membership, keeps_what_a_node_says_of_itself) {
  const auto id = join("n1");
  EXPECT_EQ(id.name, "n1");
  const auto nodes = value(other_->read()).nodes;
  ASSERT_THAT(nodes, SizeIs(1));
  EXPECT_EQ(nodes[0].id, id);
  EXPECT_EQ(nodes[0].profile, profile_);
  EXPECT_EQ(nodes[0].counter, 0);
  EXPECT_FALSE(nodes[0].draining);
  EXPECT_EQ(nodes[0].joined_at, joined_at_);
}

TEST_P(Membership, keeps_every_combination_of_roles) {
  for (const auto roles : {node_roles{false, false}, node_roles{true, false},
                           node_roles{false, true}, node_roles{true, true}}) {
    value(one_->join("n1", {"h:1", roles, "1", {}}, joined_at_));
    const auto profile = value(one_->read()).nodes.at(0).profile;
    EXPECT_EQ(profile.roles, roles);
    EXPECT_THAT(profile.event_types, IsEmpty());
  }
}

TEST_P(Membership, lists_nodes_by_their_incarnations_which_are_never_given_twice) {
  const auto b = join("b");
  const auto a = join("a");
  EXPECT_LT(b.incarnation, a.incarnation);
  EXPECT_THAT(value(one_->read()).nodes,
              ElementsAre(Field(&node_row::id, b), Field(&node_row::id, a)));
  value(one_->leave(a));
  EXPECT_GT(join("c").incarnation, a.incarnation);
}

TEST_P(Membership, counts_renewals) {
  const auto id = join("n1");
  value(one_->renew(id));
  value(other_->renew(id));
  EXPECT_EQ(counter_of(id), 2);
}

TEST_P(Membership, is_of_the_latest_life_of_a_name) {
  const auto old = join("n1");
  value(one_->renew(old));
  value(one_->set_draining(old, true));
  const auto fresh = value(other_->join("n1", profile_, joined_at_));
  EXPECT_GT(fresh.incarnation, old.incarnation);
  EXPECT_EQ(failure(one_->renew(old)), journal_errc::fenced);
  const auto nodes = value(one_->read()).nodes;
  ASSERT_THAT(nodes, SizeIs(1));
  EXPECT_EQ(nodes[0].id, fresh);
  EXPECT_EQ(nodes[0].counter, 0);
  EXPECT_FALSE(nodes[0].draining);
  value(one_->leave(old));
  EXPECT_THAT(value(one_->read()).nodes, SizeIs(1)) << "the old life leaves as itself only";
}

TEST_P(Membership, ends_by_leaving_once_or_twice) {
  const auto id = join("n1");
  value(one_->leave(id));
  value(one_->leave(id));
  EXPECT_THAT(value(one_->read()).nodes, IsEmpty());
  EXPECT_EQ(failure(one_->renew(id)), journal_errc::fenced);
}

TEST_P(Membership, drains_a_node_and_back) {
  join("n1");
  const auto id = join("n2");
  value(one_->set_draining(id, true));
  const auto nodes = value(other_->read()).nodes;
  EXPECT_FALSE(nodes.at(0).draining);
  EXPECT_TRUE(nodes.at(1).draining);
  value(one_->renew(id));
  EXPECT_TRUE(value(other_->read()).nodes.at(1).draining);
  value(one_->set_draining(id, false));
  EXPECT_FALSE(value(other_->read()).nodes.at(1).draining);
}

TEST_P(Membership, does_not_drain_the_next_life_of_a_node) {
  const auto old = join("n1");
  join("n1");
  EXPECT_EQ(failure(one_->set_draining(old, true)), journal_errc::not_found);
  EXPECT_FALSE(value(one_->read()).nodes.at(0).draining);
}

// --- the table of partitions --------------------------------------------------------------------

TEST_P(Membership, publishes_one_table_after_the_other) {
  auto first = table_of({"a", "ab", "-"});
  first.revision = 0;
  EXPECT_EQ(value(one_->publish(first, {})), 1);
  auto stored = value(other_->read()).partitions;
  EXPECT_EQ(stored.revision, 1);
  EXPECT_EQ(stored.places, first.places);
  auto second = table_of({"-", "b", "ba"});
  second.revision = 1;
  EXPECT_EQ(value(other_->publish(second, {})), 2);
  stored = table();
  EXPECT_EQ(stored.revision, 2);
  EXPECT_EQ(stored.places, second.places);
}

TEST_P(Membership, tells_lives_of_one_name_apart_in_its_places) {
  partition_table next;
  next.places = {{life('a', 1), life('a', 2)}};
  value(one_->publish(next, {}));
  next.revision = 1;
  next.places = {{life('a', 2), {}}};
  value(one_->publish(next, {}));
  EXPECT_EQ(table().places, next.places);
}

TEST_P(Membership, refuses_a_table_made_from_another_revision) {
  auto next = table_of({"a"});
  next.revision = 0;
  value(one_->publish(next, {}));
  EXPECT_EQ(failure(other_->publish(next, {})), journal_errc::conflict);
  next.revision = 2;
  EXPECT_EQ(failure(other_->publish(next, {})), journal_errc::conflict);
  EXPECT_EQ(table().revision, 1);
}

TEST_P(Membership, ends_the_nodes_whose_partitions_are_taken) {
  const auto dead = join("dead");
  const auto living = join("living");
  value(one_->renew(dead));
  partition_table next;
  next.places = {{living, {}}};
  value(one_->publish(next, {{dead, 1}}));
  EXPECT_EQ(failure(one_->renew(dead)), journal_errc::fenced);
  value(one_->renew(living));
  EXPECT_THAT(value(one_->read()).nodes, SizeIs(1));
}

TEST_P(Membership, takes_nothing_from_a_node_that_was_renewed_meanwhile) {
  const auto paused = join("paused");
  const auto dead = join("dead");
  const auto living = join("living");
  partition_table next;
  next.places = {{living, {}}};
  value(one_->renew(paused));
  const std::vector<ended_node> ended{{dead, 0}, {paused, 0}};
  EXPECT_EQ(failure(one_->publish(next, ended)), journal_errc::conflict);
  EXPECT_EQ(table(), partition_table{});
  value(one_->renew(paused));
  value(one_->renew(dead));
  EXPECT_EQ(counter_of(dead), 1) << "all or nothing";
}

TEST_P(Membership, takes_nothing_from_a_node_that_is_gone_since_it_was_judged) {
  const auto old = join("n1");
  const auto living = join("living");
  partition_table next;
  next.places = {{living, {}}};
  value(one_->renew(old));
  join("n1");
  EXPECT_EQ(failure(one_->publish(next, {{old, 0}})), journal_errc::conflict)
      << "it was renewed before, and may answer still";
  EXPECT_EQ(failure(one_->publish(next, {{old, 1}})), journal_errc::conflict);
  EXPECT_EQ(value(one_->publish(next, {})), 1);
}

TEST_P(Membership, lets_one_of_many_publish) {
  constexpr int nodes = 4;
  constexpr int rounds = 25;
  std::atomic<int> done{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < nodes; ++i)
    threads.emplace_back([&] {
      const auto mine = tables_->connect();
      for (int round = 0; round < rounds; ++round) {
        auto next = value(mine->read()).partitions;
        next.places = table_of({"a", "b", "c"}).places;
        const auto result = mine->publish(next, {});
        if (result)
          ++done;
        else
          EXPECT_EQ(result.error().code, journal_errc::conflict);
      }
    });
  threads.clear();
  EXPECT_EQ(table().revision, done);
  EXPECT_GE(done, rounds);
}

/// Either the node was renewed and keeps its place, or it has ended: never both.
TEST_P(Membership, renews_or_ends_a_node_but_not_both) {
  const auto taker = join("taker");
  for (int round = 0; round < 20; ++round) {
    const auto id = join("n1");
    auto next = table();
    next.places = {{taker, {}}};
    journal_result<void> renewed;
    std::jthread renewing([&] { renewed = other_->renew(id); });
    const auto published = one_->publish(next, {{id, 0}});
    renewing.join();
    EXPECT_NE(renewed.has_value(), published.has_value()) << round;
    if (!renewed) {
      EXPECT_EQ(renewed.error().code, journal_errc::fenced);
    }
    if (!published) {
      EXPECT_EQ(published.error().code, journal_errc::conflict);
    }
  }
}

std::string kind_name(const testing::TestParamInfo<membership_kind>& info) {
  return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(Every, Membership, testing::ValuesIn(membership_kinds()), kind_name);

}  // namespace
}  // namespace rentwave::testing_cluster
