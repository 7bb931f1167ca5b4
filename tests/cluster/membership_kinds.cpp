// The kinds of tables, and what is special about each.
#include <gmock/gmock.h>

#include "persistence/memory/membership.hpp"
#include "tests/cluster/membership_contract.hpp"

namespace rentwave::testing_cluster {
namespace {

using testing::SizeIs;

class tables_in_memory final : public shared_tables {
 public:
  std::unique_ptr<membership> connect() override { return tables_.connect(); }

 private:
  memory_membership tables_;
};

template <class Tables>
std::unique_ptr<shared_tables> make() {
  return std::make_unique<Tables>();
}

}  // namespace

std::vector<membership_kind> membership_kinds() {
  return {{"memory", make<tables_in_memory>}};
}

namespace {

TEST(NodeId, is_an_owner_for_the_journal) {
  EXPECT_EQ(to_string(life('a', 17)), "a.17");
}

// --- in memory ----------------------------------------------------------------------------------

class MemoryMembership : public testing::Test {
 protected:
  void fail(membership_fault fault) {
    tables_.on_call([fault](membership_call) { return fault; });
  }

  memory_membership tables_;
  std::unique_ptr<membership> one_ = tables_.connect();
  const node_id id_ = value(one_->join("n1", {}, {}));
};

TEST_F(MemoryMembership, fails_as_a_test_says) {
  fail(membership_fault::unavailable);
  EXPECT_EQ(failure(one_->join("n2", {}, {})), journal_errc::unavailable);
  EXPECT_EQ(failure(one_->renew(id_)), journal_errc::unavailable);
  EXPECT_EQ(failure(one_->set_draining(id_, true)), journal_errc::unavailable);
  EXPECT_EQ(failure(one_->leave(id_)), journal_errc::unavailable);
  EXPECT_EQ(failure(one_->publish({}, {})), journal_errc::unavailable);
  EXPECT_EQ(failure(one_->read()), journal_errc::unavailable);
  tables_.on_call({});
  const auto all = value(one_->read());
  ASSERT_THAT(all.nodes, SizeIs(1));
  EXPECT_EQ(all.nodes[0].counter, 0);
  EXPECT_FALSE(all.nodes[0].draining);
  EXPECT_EQ(all.partitions.revision, 0);
}

TEST_F(MemoryMembership, can_leave_an_outcome_unknown) {
  fail(membership_fault::unknown_not_done);
  EXPECT_EQ(failure(one_->renew(id_)), journal_errc::unknown_outcome);
  EXPECT_EQ(failure(one_->publish({}, {})), journal_errc::unknown_outcome);
  EXPECT_EQ(failure(one_->read()), journal_errc::unavailable) << "which leaves nothing in doubt";
  fail(membership_fault::unknown_done);
  EXPECT_EQ(failure(one_->renew(id_)), journal_errc::unknown_outcome);
  EXPECT_EQ(failure(one_->publish({}, {})), journal_errc::unknown_outcome);
  tables_.on_call({});
  const auto all = value(one_->read());
  EXPECT_EQ(all.nodes.at(0).counter, 1);
  EXPECT_EQ(all.partitions.revision, 1);
}

TEST_F(MemoryMembership, fails_by_the_call) {
  tables_.on_call([](membership_call call) {
    return call == membership_call::renew ? membership_fault::unavailable : membership_fault::none;
  });
  EXPECT_FALSE(one_->renew(id_));
  EXPECT_TRUE(one_->read());
}

}  // namespace
}  // namespace rentwave::testing_cluster
