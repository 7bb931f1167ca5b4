#include "cluster/lease.hpp"

#include <gmock/gmock.h>

#include "tests/cluster/driven_node.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;

// --- one's own ----------------------------------------------------------------------------------

TEST(OwnLease, lasts_from_the_sending_of_the_renewal_until_a_margin_before_others_may_take) {
  own_lease lease{{.lease = 5s, .margin = 500ms}};
  EXPECT_FALSE(lease.may_answer(at(0s))) << "it was never renewed";
  lease.renewed(at(0s));
  EXPECT_TRUE(lease.may_answer(at(0s)));
  EXPECT_TRUE(lease.may_answer(at(4499ms)));
  EXPECT_FALSE(lease.may_answer(at(4500ms)));
  lease.renewed(at(4s));
  EXPECT_TRUE(lease.may_answer(at(8499ms)));
  EXPECT_FALSE(lease.may_answer(at(8500ms)));
}

TEST(OwnLease, covers_an_instant_that_was_read_just_before_a_renewal) {
  own_lease lease{{}};
  lease.renewed(at(10s));
  EXPECT_TRUE(lease.may_answer(at(10s) - 1ns));
}

TEST(OwnLease, ends_with_membership) {
  own_lease lease{{}};
  lease.renewed(at(0s));
  lease.end();
  EXPECT_FALSE(lease.may_answer(at(0s)));
}

TEST(BootClock, goes_on) {
  const auto before = boot_clock::now();
  EXPECT_GE(boot_clock::now(), before);
  EXPECT_GT(before, boot_time{});
}

// --- those of others ----------------------------------------------------------------------------

class LeaseJudge : public testing::Test {
 protected:
  /// The table is read, with one node in it.
  void see(std::int64_t counter, boot_clock::duration now) {
    cluster_tables tables;
    tables.nodes.emplace_back().id = b_;
    tables.nodes.back().counter = counter;
    tables.partitions = table_of({"b"});
    judge_.saw(tables, at(now));
  }
  /// The node is not in it, but is an owner still.
  void see_it_gone(boot_clock::duration now) { judge_.saw({{}, table_of({"b"})}, at(now)); }
  judgement of(boot_clock::duration now) const { return judge_.of(b_, at(now)); }

  const node_id b_ = life('b');
  lease_judge judge_{{.lease = 5s, .longest_gap = 2500ms}};
};

TEST_F(LeaseJudge, trusts_a_node_for_a_lease_after_its_counter_changed) {
  see(1, 0s);
  EXPECT_EQ(of(0s), judgement::unjudged);
  see(2, 1s);
  EXPECT_EQ(of(1s), judgement::renewing);
  for (const auto now : {2s, 3s, 4s, 5s}) see(2, now);
  EXPECT_EQ(of(5999ms), judgement::renewing);
  EXPECT_EQ(of(6s), judgement::ended);
  see(3, 6s);
  EXPECT_EQ(of(6s), judgement::renewing);
}

TEST_F(LeaseJudge, ends_a_node_that_was_never_seen_to_renew) {
  for (const auto now : {0s, 2s, 4s}) see(1, now);
  EXPECT_EQ(of(4999ms), judgement::unjudged);
  EXPECT_EQ(of(5s), judgement::ended);
}

TEST_F(LeaseJudge, begins_all_leases_anew_when_the_database_was_away) {
  see(1, 0s);
  see(2, 1s);
  judge_.lost_sight();
  EXPECT_EQ(of(7s), judgement::unjudged);
  EXPECT_FALSE(judge_.has_watched(at(7s)));
  see(2, 7s);
  EXPECT_EQ(of(7s), judgement::unjudged);
  for (const auto now : {9s, 11s}) see(2, now);
  EXPECT_EQ(of(11999ms), judgement::unjudged);
  EXPECT_FALSE(judge_.has_watched(at(11999ms)));
  EXPECT_EQ(of(12s), judgement::ended);
  EXPECT_TRUE(judge_.has_watched(at(12s)));
}

TEST_F(LeaseJudge, does_not_count_the_time_in_which_it_did_not_look) {
  see(1, 0s);
  see(2, 1s);
  see(2, 1h);  // it was paused, or its machine slept
  EXPECT_EQ(of(1h), judgement::unjudged);
  EXPECT_FALSE(judge_.has_watched(at(1h)));
}

TEST_F(LeaseJudge, begins_anew_when_its_clock_went_back) {
  see(1, 10s);
  see(2, 11s);
  see(2, 3s);
  EXPECT_EQ(of(3s), judgement::unjudged);
  EXPECT_FALSE(judge_.has_watched(at(7s)));
}

TEST_F(LeaseJudge, gives_a_whole_lease_to_an_owner_that_is_gone_from_the_table) {
  see(1, 0s);
  see(2, 1s);
  see_it_gone(2s);
  EXPECT_EQ(of(6999ms), judgement::unjudged) << "it may not have heard of it";
  see_it_gone(4s);
  see_it_gone(6s);
  EXPECT_EQ(of(7s), judgement::ended);
}

TEST_F(LeaseJudge, knows_nothing_of_those_it_has_not_seen) {
  see(1, 0s);
  EXPECT_EQ(judge_.of(life('c'), at(9s)), judgement::unjudged);
}

}  // namespace
}  // namespace rentwave::testing_cluster
