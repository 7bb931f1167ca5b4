#include "cluster/steward.hpp"

#include <gmock/gmock.h>

#include "persistence/memory/membership.hpp"
#include "tests/cluster/driven_node.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using testing_journal::value;

/// A few nodes over one table, four partitions, a tick a second, leases of 5 s.
class Steward : public testing::Test {
 protected:
  Steward() {
    tables_.on_call([this](membership_call call) { return fault(call); });
  }

  driven_node& start(const std::string& name, node_roles roles = {}) {
    steward_options options;
    options.name = name;
    options.profile.roles = roles;
    options.partitions = 4;
    return *(nodes_[name] = std::make_unique<driven_node>(options, tables_.connect()));
  }
  driven_node& node(const std::string& name) { return *nodes_.at(name); }
  void crash(const std::string& name) { nodes_.erase(name); }

  /// A tick of all nodes each second, by name.
  void pass(std::chrono::seconds time) {
    for (const auto end = now_ + time; now_ < end; now_ += 1s)
      for (const auto& [name, one] : nodes_)
        if (!paused_.contains(name)) one->tick(now_);
  }

  partition_table table() { return value(tables_.connect()->read()).partitions; }
  std::vector<std::string> owners() { return text_of(table()); }
  std::set<partition_id> answered_by(const std::string& name) {
    return node(name).answers_for(now_);
  }

  membership_fault fault(membership_call call) const {
    return failing_.contains(call) ? membership_fault::unavailable : membership_fault::none;
  }
  void cut_off_the_database(bool is_cut_off) {
    failing_.clear();
    if (is_cut_off)
      failing_ = {membership_call::join,  membership_call::renew, membership_call::set_draining,
                  membership_call::leave, membership_call::read,  membership_call::publish};
  }

  std::set<membership_call> failing_;
  memory_membership tables_;
  std::map<std::string, std::unique_ptr<driven_node>> nodes_;
  std::set<std::string> paused_;
  boot_clock::duration now_ = 0s;
};

// --- joining ------------------------------------------------------------------------------------

TEST_F(Steward, alone_takes_all_that_nobody_has_without_waiting) {
  start("a");
  pass(2s);
  EXPECT_THAT(owners(), Each("a"));
  EXPECT_THAT(answered_by("a"), ElementsAre(0, 1, 2, 3));
}

TEST_F(Steward, gives_a_new_node_its_share_once_it_has_renewed) {
  start("a");
  pass(8s);
  start("b");
  pass(1s);
  EXPECT_THAT(owners(), Each("a"));
  pass(4s);
  EXPECT_THAT(owners(), ElementsAre("a", "a", "b", "b"));
  EXPECT_THAT(answered_by("a"), ElementsAre(0, 1));
  EXPECT_THAT(answered_by("b"), ElementsAre(2, 3));
}

TEST_F(Steward, gives_nothing_to_a_node_that_is_a_gateway_only) {
  start("a", {.gateway = true, .partitions = false});
  pass(7s);
  EXPECT_THAT(owners(), Each("-"));
  start("b");
  pass(8s);
  EXPECT_THAT(owners(), Each("b"));
  EXPECT_THAT(node("a").held(), IsEmpty());
}

TEST_F(Steward, decides_nothing_for_others_before_it_has_watched_for_a_lease) {
  start("a");
  pass(2s);
  crash("a");
  start("b");
  pass(5s);
  EXPECT_THAT(owners(), Each("a"));
  pass(3s);
  EXPECT_THAT(owners(), Each("b"));
}

// --- leases -------------------------------------------------------------------------------------

TEST_F(Steward, takes_what_a_dead_node_had_when_its_lease_is_over) {
  start("a");
  start("b");
  pass(12s);
  crash("b");  // it renewed a second ago
  pass(4s);
  EXPECT_THAT(owners(), UnorderedElementsAre("a", "a", "b", "b"));
  pass(3s);
  EXPECT_THAT(owners(), Each("a"));
  EXPECT_THAT(answered_by("a"), SizeIs(4));
}

TEST_F(Steward, answers_no_more_when_it_cannot_renew_and_again_when_it_can) {
  start("a");
  pass(3s);
  cut_off_the_database(true);
  pass(3s);
  EXPECT_THAT(answered_by("a"), SizeIs(4)) << "it renewed 4 s ago";
  pass(1s);
  EXPECT_THAT(answered_by("a"), IsEmpty());
  EXPECT_THAT(node("a").held(), SizeIs(4)) << "nobody has taken it";
  pass(60s);
  cut_off_the_database(false);
  pass(2s);
  EXPECT_THAT(answered_by("a"), SizeIs(4));
}

TEST_F(Steward, takes_nothing_after_an_outage_of_the_database) {
  start("a");
  start("b");
  pass(12s);
  const auto before = table();
  cut_off_the_database(true);
  pass(60s);
  cut_off_the_database(false);
  pass(20s);
  EXPECT_EQ(table(), before);
  EXPECT_THAT(answered_by("b"), SizeIs(2));
}

TEST_F(Steward, takes_nothing_when_it_was_paused_itself) {
  start("a");
  start("b");
  pass(12s);
  crash("b");
  paused_ = {"a"};
  pass(60s);
  paused_.clear();
  pass(5s);
  EXPECT_THAT(owners(), UnorderedElementsAre("a", "a", "b", "b"));
  pass(2s);
  EXPECT_THAT(owners(), Each("a"));
}

TEST_F(Steward, that_was_paused_beyond_its_lease_drops_everything_and_joins_again) {
  start("a");
  start("b");
  pass(12s);
  const auto old = node("b").state().id();
  paused_ = {"b"};
  pass(8s);
  EXPECT_THAT(owners(), Each("a"));
  EXPECT_THAT(answered_by("b"), IsEmpty());
  EXPECT_THAT(node("b").held(), SizeIs(2)) << "it has not heard of it";
  paused_.clear();
  node("b").tick(now_);
  EXPECT_TRUE(node("b").was_ordered<order::stop>());
  EXPECT_THAT(node("b").held(), IsEmpty());
  pass(6s);
  EXPECT_NE(node("b").state().id(), old);
  EXPECT_THAT(answered_by("b"), SizeIs(2));
  EXPECT_FALSE(node("b").has_quit());
}

TEST_F(Steward, does_not_answer_between_a_refused_renewal_and_the_next_look) {
  auto& a = start("a");
  pass(3s);
  EXPECT_TRUE(a.state().lease().may_answer(at(now_)));
  a.state().renewed(at(now_), journal_error{journal_errc::fenced, ""});
  EXPECT_FALSE(a.state().lease().may_answer(at(now_)));
}

TEST_F(Steward, does_not_trust_a_clock_that_went_back) {
  auto& a = start("a");
  pass(3s);
  failing_ = {membership_call::renew};
  a.tick(now_ - 2s);
  EXPECT_FALSE(a.state().lease().may_answer(at(now_ - 2s)));
  failing_.clear();
  a.tick(now_ - 1s);
  EXPECT_TRUE(a.state().lease().may_answer(at(now_ - 1s)));
}

TEST_F(Steward, waits_a_lease_for_its_own_earlier_life) {
  start("a");
  pass(3s);
  start("a");  // killed, and started again at once
  pass(5s);
  EXPECT_THAT(answered_by("a"), IsEmpty()) << "the earlier one may not have died";
  pass(3s);
  EXPECT_THAT(answered_by("a"), SizeIs(4));
}

TEST_F(Steward, takes_at_once_what_an_earlier_life_had_that_has_certainly_ended) {
  start("a");
  pass(3s);
  const auto earlier = *node("a").state().id();
  start("a").state().process_ended(earlier);
  pass(2s);
  EXPECT_THAT(answered_by("a"), SizeIs(4));
}

TEST_F(Steward, takes_at_once_only_what_is_of_those_who_have_certainly_ended) {
  start("a");
  start("b");
  pass(12s);
  const auto earlier = *node("b").state().id();
  paused_ = {"a"};
  start("b").state().process_ended(earlier);
  pass(4s);
  EXPECT_THAT(answered_by("b"), SizeIs(2)) << "a may live";
  EXPECT_THAT(owners(), UnorderedElementsAre("a", "a", "b", "b"));
}

TEST_F(Steward, need_not_wait_for_the_lease_of_a_process_that_has_certainly_ended) {
  start("a");
  start("b");
  pass(12s);
  const auto dead = *node("b").state().id();
  crash("b");
  node("a").state().process_ended(dead);
  pass(1s);
  EXPECT_THAT(answered_by("a"), SizeIs(4));
  EXPECT_THAT(value(tables_.connect()->read()).nodes, SizeIs(1));
}

TEST_F(Steward, stops_and_quits_when_another_has_its_name) {
  start("a");
  pass(3s);
  const auto twin = std::move(nodes_["a"]);
  start("a");
  pass(1s);
  twin->tick(now_);
  EXPECT_TRUE(twin->state().is_replaced());
  EXPECT_THAT(twin->held(), IsEmpty());
  EXPECT_THAT(twin->answers_for(now_), IsEmpty());
  twin->tick(now_ + 1s);
  EXPECT_TRUE(twin->has_quit());
  pass(10s);
  EXPECT_THAT(answered_by("a"), SizeIs(4));
}

// --- handing over -------------------------------------------------------------------------------

TEST_F(Steward, keeps_what_is_to_go_until_it_has_finished) {
  start("a").hang(true);
  pass(8s);
  start("b");
  pass(5s);
  EXPECT_THAT(owners(), ElementsAre("a", "a", "ab", "ab"));
  EXPECT_THAT(answered_by("a"), SizeIs(4));
  EXPECT_THAT(answered_by("b"), IsEmpty());
  EXPECT_THAT(node("a").held(),
              UnorderedElementsAre(Pair(0, holding::open), Pair(1, holding::open),
                                   Pair(2, holding::closing), Pair(3, holding::closing)));
}

TEST_F(Steward, cuts_off_what_does_not_finish_in_time) {
  start("a").hang(true);
  pass(8s);
  start("b");
  pass(11s);
  EXPECT_THAT(answered_by("b"), IsEmpty());
  pass(4s);
  EXPECT_THAT(owners(), ElementsAre("a", "a", "b", "b"));
  EXPECT_THAT(answered_by("b"), ElementsAre(2, 3));
}

TEST_F(Steward, opens_again_what_was_to_go_to_one_that_died) {
  start("a").hang(true);
  pass(8s);
  start("b");
  pass(4s);
  EXPECT_THAT(owners(), ElementsAre("a", "a", "ab", "ab"));
  crash("b");
  pass(8s);
  EXPECT_THAT(owners(), Each("a"));
  pass(6s);
  EXPECT_THAT(node("a").held(), SizeIs(4));
  EXPECT_THAT(node("a").held(), Each(Pair(testing::_, holding::open)));
}

TEST_F(Steward, drains_and_takes_its_share_again) {
  start("a");
  start("b");
  pass(12s);
  EXPECT_THAT(node("a").state().plan_drain("b", at(now_ - 1s)), SizeIs(2));
  value(tables_.connect()->set_draining(*node("b").state().id(), true));
  pass(4s);
  EXPECT_THAT(owners(), Each("a"));
  EXPECT_TRUE(node("b").state().id()) << "it is a member still, and a gateway";
  value(tables_.connect()->set_draining(*node("b").state().id(), false));
  pass(4s);
  EXPECT_THAT(answered_by("b"), SizeIs(2));
}

TEST_F(Steward, that_drains_itself_goes_on_to_do_so_when_the_tables_fail) {
  start("a");
  start("b");
  pass(12s);
  node("b").state().drain();
  cut_off_the_database(true);
  pass(2s);
  cut_off_the_database(false);
  pass(12s);
  EXPECT_THAT(owners(), Each("a"));
  EXPECT_TRUE(node("b").state().id());
}

TEST_F(Steward, that_drains_itself_does_so_also_when_it_has_to_join_again) {
  start("a");
  start("b");
  pass(12s);
  const auto old = node("b").state().id();
  node("b").state().drain();
  paused_ = {"b"};
  pass(8s);
  paused_.clear();
  pass(8s);
  EXPECT_NE(node("b").state().id(), old);
  EXPECT_THAT(owners(), Each("a"));
  EXPECT_TRUE(value(tables_.connect()->read()).nodes.at(1).draining);
}

// --- leaving ------------------------------------------------------------------------------------

TEST_F(Steward, that_leaves_hands_over_and_quits) {
  start("a");
  start("b");
  pass(12s);
  node("b").state().leave(at(now_));
  pass(5s);
  EXPECT_THAT(owners(), Each("a"));
  EXPECT_THAT(answered_by("a"), SizeIs(4));
  EXPECT_TRUE(node("b").has_quit());
  EXPECT_THAT(value(tables_.connect()->read()).nodes, SizeIs(1));
}

TEST_F(Steward, that_leaves_as_the_last_leaves_all_to_whoever_comes) {
  start("a");
  pass(3s);
  node("a").state().leave(at(now_));
  pass(4s);
  EXPECT_TRUE(node("a").has_quit());
  EXPECT_THAT(owners(), Each("-"));
  crash("a");
  start("b");
  pass(2s);
  EXPECT_THAT(answered_by("b"), SizeIs(4)) << "without waiting for a lease";
}

TEST_F(Steward, that_leaves_does_not_wait_for_ever) {
  start("a");
  start("b").hang(true);
  pass(12s);
  node("b").state().leave(at(now_));
  cut_off_the_database(true);
  pass(29s);
  EXPECT_FALSE(node("b").held().empty());
  EXPECT_FALSE(node("b").has_quit());
  pass(2s);
  EXPECT_THAT(node("b").held(), IsEmpty());
  pass(6s);
  EXPECT_TRUE(node("b").has_quit());
  crash("b");
  cut_off_the_database(false);
  pass(9s);
  EXPECT_THAT(answered_by("a"), SizeIs(4));
}

TEST_F(Steward, that_never_joined_quits_at_once) {
  auto& a = start("a");
  a.state().leave(at(now_));
  pass(1s);
  EXPECT_TRUE(a.has_quit());
  EXPECT_THAT(value(tables_.connect()->read()).nodes, IsEmpty());
}

TEST_F(Steward, that_leaves_takes_nothing_again_that_it_gave_up_as_the_last) {
  auto& a = start("a");
  pass(3s);
  // Its publish is thought lost; meanwhile another one joins.
  a.state().leave(at(now_));
  failing_ = {membership_call::publish};
  pass(1s);
  EXPECT_THAT(a.held(), IsEmpty());
  start("b");
  pass(3s);
  EXPECT_THAT(a.held(), IsEmpty()) << "that publish may still arrive";
  failing_.clear();
  pass(4s);
  EXPECT_THAT(answered_by("b"), SizeIs(4));
}

TEST_F(Steward, carries_on_when_a_publish_was_done_and_seemed_lost) {
  start("a");
  tables_.on_call([](membership_call call) {
    return call == membership_call::publish ? membership_fault::unknown_done
                                            : membership_fault::none;
  });
  pass(3s);
  EXPECT_THAT(owners(), Each("a"));
  EXPECT_THAT(answered_by("a"), SizeIs(4));
  EXPECT_EQ(table().revision, 1);
}

TEST_F(Steward, cuts_what_the_table_gives_to_another) {
  auto& a = start("a");
  pass(3s);
  auto next = table();
  next.places[0].owner = node_id{"b", 99};
  value(tables_.connect()->publish(next, {}));
  a.tick(now_);
  EXPECT_FALSE(a.held().contains(0));
}

}  // namespace
}  // namespace rentwave::testing_cluster
