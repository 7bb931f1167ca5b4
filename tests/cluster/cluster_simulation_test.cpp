// Clusters by a seed: trouble, then calm, then one change after the other. A hundred in groups that
// ctest spreads over the processors, with RENTWAVE_SOAK=1 five thousand; with RENTWAVE_SEED=N one.
#include <gmock/gmock.h>

#include <cstdlib>
#include <string_view>

#include "tests/cluster/places.hpp"
#include "tests/cluster/simulated_cluster.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;

constexpr int simulated_groups = 5;

std::uint64_t seeds_of_a_group() {
  const char* soak = std::getenv("RENTWAVE_SOAK");
  return soak && std::string_view{soak} == "1" ? 1000 : 20;
}

/// The least that has to change hands from `before` so that these have everything evenly.
std::size_t least_changes(const partition_table& before, const std::vector<node_id>& takers) {
  std::map<node_id, std::size_t> had;
  for (const auto& id : takers) had[id] = 0;
  std::size_t homeless = 0;
  for (const auto& place : before.places)
    if (place.owner && had.contains(*place.owner))
      ++had[*place.owner];
    else
      ++homeless;
  std::vector<std::size_t> sizes;
  for (const auto& [id, size] : had) sizes.push_back(size);
  return least_moves(sizes, homeless);
}

/// One change without trouble: it ends in rest, and nothing moves but what has to.
void expect_one_change(simulated_cluster& cluster, bool (simulated_cluster::*change)()) {
  const auto before = cluster.table();
  const auto changes = cluster.owner_changes();
  if (!(cluster.*change)()) return;
  cluster.pass(60s);
  ASSERT_EQ(cluster.violation(), std::nullopt) << cluster.log();
  ASSERT_EQ(cluster.unrest(), std::nullopt) << cluster.log();
  EXPECT_EQ(cluster.owner_changes() - changes, least_changes(before, cluster.takers()))
      << cluster.log();
}

void expect_all_well(std::uint64_t seed) {
  simulated_cluster cluster(seed);
  cluster.trouble(180s);
  ASSERT_EQ(cluster.violation(), std::nullopt) << cluster.log();
  cluster.calm_down();
  cluster.pass(120s);
  ASSERT_EQ(cluster.violation(), std::nullopt) << cluster.log();
  ASSERT_EQ(cluster.unrest(), std::nullopt) << cluster.log();
  for (const auto change : {&simulated_cluster::one_joins, &simulated_cluster::one_dies,
                            &simulated_cluster::one_leaves}) {
    expect_one_change(cluster, change);
    if (testing::Test::HasFailure()) return;
  }
}

class ClusterSimulation : public testing::TestWithParam<int> {};

TEST_P(ClusterSimulation, has_one_owner_a_partition_and_comes_to_rest) {
  const char* wanted = std::getenv("RENTWAVE_SEED");
  const auto count = wanted ? 1 : seeds_of_a_group();
  const auto first = wanted ? std::strtoull(wanted, nullptr, 10)
                            : static_cast<std::uint64_t>(GetParam()) * count + 1;
  for (auto seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("RENTWAVE_SEED=" + std::to_string(seed));
    expect_all_well(seed);
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Group, ClusterSimulation, testing::Range(0, simulated_groups));

TEST(ClusterSimulationLog, is_the_same_for_the_same_seed) {
  const auto once = [] {
    simulated_cluster cluster(7);
    cluster.trouble(60s);
    return cluster.log();
  };
  EXPECT_EQ(once(), once());
  EXPECT_THAT(once(), testing::HasSubstr("has published"));
}

}  // namespace
}  // namespace rentwave::testing_cluster
