#include "application/journal_facts.hpp"

#include <gmock/gmock.h>
#include <sodium.h>

#include "persistence/memory/store.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class JournalFacts : public testing::Test {
 protected:
  JournalFacts() { EXPECT_GE(sodium_init(), 0); }

  journal_facts facts() {
    auto found = read_facts(*journal_, settings_);
    EXPECT_TRUE(found) << found.error();
    return found ? *found : journal_facts{};
  }
  std::string refusal() {
    const auto found = read_facts(*journal_, settings_);
    return found ? "" : found.error();
  }

  memory_store store_;
  std::unique_ptr<journal> journal_ = value(store_.connect());
  config::settings settings_;
};

TEST_F(JournalFacts, have_defaults_for_a_new_journal) {
  EXPECT_EQ(facts().partitions, 64);
  EXPECT_EQ(facts().currency, "EUR");
  EXPECT_EQ(facts().node_name, facts().node_name);
}

TEST_F(JournalFacts, follow_the_journal_where_nothing_was_said) {
  settings_.journal.partitions = 8;
  settings_.money.currency = "USD";
  EXPECT_EQ(facts().partitions, 8);
  settings_ = {};
  EXPECT_EQ(facts().partitions, 8);
  EXPECT_EQ(facts().currency, "USD");
}

TEST_F(JournalFacts, refuse_what_was_said_otherwise) {
  facts();
  settings_.journal.partitions = 8;
  EXPECT_THAT(refusal(), HasSubstr("--journal.partitions"));
  settings_.journal.partitions = 64;
  EXPECT_EQ(refusal(), "");
  settings_.money.currency = "USD";
  EXPECT_THAT(refusal(), HasSubstr("--money.currency"));
}

TEST_F(JournalFacts, fix_the_lease_for_all_nodes) {
  using std::chrono::milliseconds;
  EXPECT_EQ(facts().lease, milliseconds{5000});
  settings_.node.lease = milliseconds{5000};
  EXPECT_EQ(refusal(), "");
  settings_.node.lease = milliseconds{1000};
  EXPECT_EQ(refusal(), "--node.lease is fixed when a journal is made; this one has 5000ms");
}

TEST_F(JournalFacts, name_the_one_node_of_a_journal_for_ever) {
  EXPECT_FALSE(facts().is_shared);
  settings_.node.name = "east";
  EXPECT_EQ(facts().node_name, "east");
  settings_.node.name.clear();
  EXPECT_THAT(facts().node_name, StartsWith("node-")) << "as it was named at first";
}

TEST_F(JournalFacts, name_one_of_many_nodes_by_its_machine_and_port) {
  settings_.journal.url = "postgresql://db/rentwave";
  settings_.http.port = 8080;
  EXPECT_TRUE(facts().is_shared);
  const auto name = facts().node_name;
  EXPECT_THAT(name, EndsWith("-8080"));
  EXPECT_EQ(facts().node_name, name);
  settings_.http.port = 8081;
  EXPECT_NE(facts().node_name, name) << "another node of the same machine";
  settings_.http.port = 0;
  EXPECT_NE(facts().node_name, facts().node_name);
  settings_.node.name = "n1";
  EXPECT_EQ(facts().node_name, "n1");
}

TEST_F(JournalFacts, let_domain_time_go_on_until_its_range_ends) {
  const auto real = at(0);
  EXPECT_TRUE(check_domain_time(*journal_, real));
  value(journal_->set_anchor({real, at(1000), 1e5}));
  // 1e5 seconds a second: 976 years from 2023 on pass in 3.6 days.
  EXPECT_TRUE(check_domain_time(*journal_, real + 3 * one_day));
  EXPECT_FALSE(check_domain_time(*journal_, real + 4 * one_day));
  EXPECT_THAT(check_domain_time(*journal_, real + 30 * 365 * one_day).error(),
              HasSubstr("3000-01-01T00:00:00Z"))
      << "also where the product is beyond any instant";
}

TEST_F(JournalFacts, take_the_latest_event_for_domain_time_too) {
  const auto lease = value(journal_->take_over(1, "node-a"));
  auto late = event(1);
  late.time = latest_start + one_day;
  value(journal_->append({to_partition(1, lease, {to_entity(rental_n(1), 0, {late})})}));
  EXPECT_FALSE(check_domain_time(*journal_, at(0)));
}

}  // namespace
}  // namespace rentwave::testing_journal
