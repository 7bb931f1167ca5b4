#include "application/clock_rate.hpp"

#include <gtest/gtest.h>

#include "cluster/process.hpp"
#include "persistence/memory/membership.hpp"
#include "persistence/memory/store.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using std::chrono::milliseconds;

class ClockRate : public ::testing::Test {
 protected:
  /// That the node n9 starts with this rate; empty: it may.
  std::string refusal(double rate) {
    waited_ = milliseconds{0};
    starting_node self;
    self.name = "n9";
    self.rate = rate;
    self.lease = milliseconds{5000};
    self.connect = [this]() -> journal_result<std::unique_ptr<membership>> {
      return shared_.connect();
    };
    self.wait = [this](milliseconds pause) {
      waited_ += pause;
      while_waiting_();
    };
    const auto may = check_clock_rate(*journal_, self);
    return may ? "" : may.error();
  }
  void set_rate(double rate) { value(journal_->set_anchor({at(0), at(0), rate})); }
  node_id join(const std::string& name, const std::string& process = {}) {
    node_profile profile;
    profile.process = process;
    return value(tables_->join(name, profile, at(0)));
  }

  memory_store store_;
  std::unique_ptr<journal> journal_ = value(store_.connect());
  memory_membership shared_;
  std::unique_ptr<membership> tables_ = shared_.connect();
  std::function<void()> while_waiting_ = [] {};
  milliseconds waited_{0};
};

TEST_F(ClockRate, is_that_of_the_nodes_that_run) {
  EXPECT_EQ(refusal(2), "") << "a new journal has none";
  set_rate(60);
  const auto n1 = join("n1");
  while_waiting_ = [&] { value(tables_->renew(n1)); };
  EXPECT_EQ(refusal(60), "");
  EXPECT_EQ(waited_, milliseconds{0});
  EXPECT_EQ(refusal(0.5),
            "--clock.rate=0.5 is not that of this journal's nodes (n1.1), whose domain time runs "
            "at 60: give the same, or stop all of them first");
  EXPECT_EQ(waited_, milliseconds{1000}) << "as soon as it has renewed";
}

TEST_F(ClockRate, may_change_while_no_node_runs) {
  set_rate(60);
  EXPECT_EQ(refusal(2), "");
  EXPECT_EQ(waited_, milliseconds{0}) << "there is nobody to wait for";
  join("n1");
  EXPECT_EQ(refusal(2), "") << "it does not renew";
  EXPECT_GT(waited_, milliseconds{5000});
}

TEST_F(ClockRate, does_not_wait_for_those_who_are_dead_or_replaced) {
  set_rate(60);
  const auto former = join("n9");
  while_waiting_ = [&] { value(tables_->renew(former)); };
  EXPECT_EQ(refusal(2), "") << "its own former life";
  // Of this machine and boot, by another process that had the same PID.
  const auto alive = this_process();
  ASSERT_FALSE(alive.empty());
  join("n1", alive.substr(0, alive.rfind(' ')) + " 0");
  EXPECT_EQ(refusal(2), "");
  EXPECT_EQ(waited_, milliseconds{0});
}

TEST_F(ClockRate, is_that_of_a_node_that_joins_while_others_are_looked_at) {
  set_rate(60);
  join("n1");
  bool has_joined = false;
  while_waiting_ = [&] {
    if (!std::exchange(has_joined, true)) join("n2");
  };
  EXPECT_NE(refusal(2).find("n2.2"), std::string::npos);
}

TEST_F(ClockRate, is_not_guessed_where_the_tables_cannot_be_read) {
  set_rate(60);
  shared_.on_call([](membership_call) { return membership_fault::unavailable; });
  EXPECT_NE(refusal(2).find("the journal cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace rentwave::testing_journal
