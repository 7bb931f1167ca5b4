#include <gmock/gmock.h>

#include <thread>

#include "persistence/memory/store.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// A store whose appends fail as its test says.
class MemoryFaults : public testing::Test {
 protected:
  journal_result<std::vector<partition_result>> append(std::int64_t version,
                                                       std::uint32_t command) {
    return journal_->append(
        {to_partition(1, lease_, {to_entity(rental_n(1), version, {event(command)})})});
  }

  memory_store store_;
  std::unique_ptr<journal> journal_ = value(store_.connect());
  partition_lease lease_ = value(journal_->take_over(1, "node-a"));
};

TEST_F(MemoryFaults, choose_by_the_number_of_the_append) {
  std::vector<std::uint64_t> numbers;
  store_.on_append([&](std::uint64_t number) {
    numbers.push_back(number);
    return number == 2 ? append_fault::unavailable : append_fault::none;
  });
  value(append(0, 1));
  lease_.position = 1;
  EXPECT_EQ(failure(append(1, 2)), journal_errc::unavailable);
  EXPECT_THAT(store_.all_events(), SizeIs(1));
  value(append(1, 2));
  EXPECT_THAT(store_.all_events(), SizeIs(2));
  EXPECT_THAT(numbers, ElementsAre(1, 2, 3));
}

TEST_F(MemoryFaults, can_leave_an_outcome_unknown_and_nothing_written) {
  store_.on_append([](std::uint64_t) { return append_fault::unknown_not_written; });
  EXPECT_EQ(failure(append(0, 1)), journal_errc::unknown_outcome);
  EXPECT_THAT(store_.all_events(), IsEmpty());
  EXPECT_EQ(value(journal_->take_over(1, "node-a")).position, 0);
}

TEST_F(MemoryFaults, can_leave_an_outcome_unknown_and_everything_written) {
  store_.on_append([](std::uint64_t) { return append_fault::unknown_written; });
  EXPECT_EQ(failure(append(0, 1)), journal_errc::unknown_outcome);
  EXPECT_THAT(store_.all_events(), SizeIs(1));
  EXPECT_EQ(value(journal_->take_over(1, "node-a")).position, 1);
}

TEST_F(MemoryFaults, can_make_reads_fail) {
  store_.fail_reads(true);
  EXPECT_EQ(failure(journal_->load(rental_n(1))), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->read_log(1, 0, 1)), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->alarms(1, at(0), {}, 1)), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->search({})), journal_errc::unavailable);
  value(append(0, 1));
  store_.fail_reads(false);
  EXPECT_THAT(value(journal_->load(rental_n(1))).events, SizeIs(1));
}

TEST_F(MemoryFaults, can_make_take_overs_fail) {
  store_.on_take_over([](std::uint64_t number) {
    return number == 2   ? append_fault::unavailable
           : number == 3 ? append_fault::unknown_not_written
           : number == 4 ? append_fault::unknown_written
                         : append_fault::none;
  });
  EXPECT_EQ(failure(journal_->take_over(1, "node-a")), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->take_over(1, "node-a")), journal_errc::unknown_outcome);
  value(append(0, 1));  // the first lease holds still
  EXPECT_EQ(failure(journal_->take_over(1, "node-a")), journal_errc::unknown_outcome);
  EXPECT_TRUE(value(append(1, 2)).at(0).fenced);
  EXPECT_EQ(value(journal_->take_over(1, "node-a")).epoch, 3);
}

TEST_F(MemoryFaults, can_make_settings_and_keys_fail) {
  const auto ada = nth<account_id>(1);
  store_.fail_settings(true);
  EXPECT_EQ(failure(journal_->pin("name", "value")), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->set_anchor({at(0), at(0), 1})), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->ensure_key(ada, "key")), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->ensure_keys({{ada, "key"}})), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->destroy_key(ada)), journal_errc::unavailable);
  store_.fail_settings(false);
  EXPECT_EQ(value(journal_->anchor()), std::nullopt);
  EXPECT_EQ(value(journal_->pin("name", "another")), "another");
  EXPECT_EQ(value(journal_->find_key(ada)), std::nullopt);
}

TEST_F(MemoryFaults, leave_the_store_to_the_next_connection) {
  value(append(0, 1));
  journal_.reset();
  EXPECT_THAT(value(value(store_.connect())->load(rental_n(1))).events, SizeIs(1));
}

TEST(MemoryStore, is_used_by_several_threads) {
  memory_store store;
  std::vector<std::thread> threads;
  for (std::uint32_t p = 0; p < 4; ++p)
    threads.emplace_back([&store, p] {
      const auto own = value(store.connect());
      auto lease = value(own->take_over(static_cast<partition_id>(p), "node"));
      for (std::uint32_t n = 0; n < 100; ++n) {
        const auto result = value(own->append({to_partition(
            static_cast<partition_id>(p), lease, {to_entity(rental_n(p), n, {event(n)})})}));
        lease.position = result.at(0).position;
        value(own->load(rental_n(p)));
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(store.all_events(), SizeIs(400));
}

}  // namespace
}  // namespace rentwave::testing_journal
