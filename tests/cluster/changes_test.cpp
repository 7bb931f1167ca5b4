#include "cluster/changes.hpp"

#include <gmock/gmock.h>

#include "tests/cluster/places.hpp"

namespace rentwave::testing_cluster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Nodes by their letters, and places as in places.hpp.
cluster_tables tables(const std::string& nodes, const std::vector<std::string>& places) {
  cluster_tables made{{}, table_of(places)};
  for (const char letter : nodes) {
    node_row row;
    row.id = life(letter);
    row.profile.version = "1.2.3";
    row.profile.address = "h:1";
    made.nodes.push_back(row);
  }
  return made;
}
std::vector<std::string> told(const cluster_tables& before, const cluster_tables& after,
                              const end_reasons& reasons = {}) {
  return changes_between(before, after, life('a'), reasons);
}

TEST(Changes, are_none_while_nothing_changes) {
  const auto now = tables("ab", {"a", "b", "ab"});
  EXPECT_THAT(told(now, now), IsEmpty());
}

TEST(Changes, are_nodes_that_come_and_go) {
  auto gateway = tables("abc", {});
  gateway.nodes[2].profile.roles = {.gateway = true, .partitions = false};
  EXPECT_THAT(told(tables("a", {}), gateway),
              ElementsAre("b.2 has joined: version 1.2.3, at h:1, gateway and partitions",
                          "c.3 has joined: version 1.2.3, at h:1, gateway only"));
  EXPECT_THAT(told(tables("abc", {}), tables("ab", {})), ElementsAre("c.3 is no member any more"));
  EXPECT_THAT(told(tables("abc", {}), tables("ab", {}), {{life('c'), "its lease has ended"}}),
              ElementsAre("c.3 is no member any more: its lease has ended"));
}

TEST(Changes, are_nodes_that_drain_or_not) {
  const auto before = tables("ab", {});
  auto after = before;
  after.nodes[1].draining = true;
  EXPECT_THAT(told(before, after), ElementsAre("b.2 drains: its partitions go to the others"));
  EXPECT_THAT(told(after, before), ElementsAre("b.2 takes partitions again"));
}

TEST(Changes, of_the_same_way_are_one_sentence) {
  EXPECT_THAT(
      told(tables("ab", {"a", "a", "a", "a", "a"}), tables("ab", {"a", "ab", "ab", "a", "ab"})),
      ElementsAre("partitions 1-2, 4 are to go from a.1 to b.2"));
  EXPECT_THAT(told(tables("ab", {"a", "ab"}), tables("ab", {"a", "b"})),
              ElementsAre("this node handed partition 1 over to b.2"));
  EXPECT_THAT(told(tables("abc", {"b", "bc"}), tables("abc", {"b", "c"})),
              ElementsAre("b.2 handed partition 1 over to c.3"));
}

TEST(Changes, say_why_somebody_took_what_another_had) {
  const auto before = tables("abc", {"a", "b", "c", "b"});
  EXPECT_THAT(
      told(before, tables("ac", {"a", "a", "c", "c"}), {{life('b'), "its process has ended"}}),
      ElementsAre("b.2 is no member any more: its process has ended",
                  "this node took partition 1 from b.2: its process has ended",
                  "c.3 took partition 3 from b.2: its process has ended"));
  EXPECT_THAT(told(tables("a", {"b"}), tables("a", {"a"})),
              ElementsAre("this node took partition 0 from b.2: it is no member any more"));
}

TEST(Changes, tell_of_what_nobody_had_or_has) {
  EXPECT_THAT(told(tables("a", {}), tables("a", {"a", "a"})),
              ElementsAre("this node took partitions 0-1, which nobody had"));
  EXPECT_THAT(told(tables("ab", {"a", "b"}), tables("a", {"a", "-"})),
              ElementsAre("b.2 is no member any more",
                          "nobody has partition 1 any more; until now b.2 had"));
}

TEST(Changes, of_partitions_are_written_as_ranges) {
  EXPECT_EQ(list_of(std::vector<partition_id>{7}), "partition 7");
  EXPECT_EQ(list_of(std::vector<partition_id>{0, 1, 2, 3, 7, 9, 10}), "partitions 0-3, 7, 9-10");
}

}  // namespace
}  // namespace rentwave::testing_cluster
