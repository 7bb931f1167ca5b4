#include <gmock/gmock.h>
#include <sqlite3.h>

#include "tests/persistence/faulty_disk.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

namespace fs = std::filesystem;

/// A journal on a disk that fails, and what it looks like after a crash.
class SqliteFaults : public testing::Test {
 protected:
  SqliteFaults() { disk_.repair(); }
  ~SqliteFaults() override { disk_.repair(); }

  void open(const fs::path& folder) {
    file_ = folder / "journal.db";
    store_ = value(open_journal("sqlite:" + file_.string()));
    journal_ = value(store_->connect());
    // As long as somebody else has the file open, closing a connection does not tidy its log up.
    reader_ = value(store_->connect());
    value(reader_->anchor());
    lease_ = value(journal_->take_over(1, "node-a"));
  }

  /// Appends one event of some size to entity `n`, which is new.
  journal_result<std::vector<partition_result>> append(std::uint32_t n) {
    auto one = event(n);
    one.data = "{\"text\":\"" + std::string(6000, 'x') + "\"}";
    auto result = journal_->append({to_partition(1, lease_, {to_entity(rental_n(n), 0, {one})})});
    if (result) {
      EXPECT_FALSE(result->at(0).fenced);
      lease_.position = result->at(0).position;
    }
    return result;
  }

  /// How many events another process finds when this one dies now.
  std::int64_t events_after_a_crash() {
    const temporary_folder image;
    for (const auto* suffix : {"", "-wal"})
      if (const fs::path from = file_.string() + suffix; fs::exists(from))
        fs::copy_file(from, image.path() / from.filename());
    disk_.pause(true);
    const auto store = value(open_journal("sqlite:" + (image.path() / "journal.db").string()));
    const auto lease = value(value(store->connect())->take_over(1, "node-b"));
    disk_.pause(false);
    return lease.position;
  }

  faulty_disk& disk_ = faulty_disk::get();
  fs::path file_;
  std::unique_ptr<journal_store> store_;
  std::unique_ptr<journal> journal_;
  std::unique_ptr<journal> reader_;
  partition_lease lease_;
};

TEST_F(SqliteFaults, a_commit_is_on_the_disk_when_it_returns) {
  const temporary_folder folder;
  open(folder.path());
  for (std::uint32_t n = 1; n <= 3; ++n) {
    value(append(n));
    EXPECT_FALSE(disk_.log_is_unsynced());
    EXPECT_EQ(events_after_a_crash(), n);
  }
}

TEST_F(SqliteFaults, a_full_disk_acknowledges_nothing_that_is_not_durable_and_serves_again) {
  const temporary_folder folder;
  open(folder.path());
  // An append writes about six pages of 4 KiB; the room ends at every possible part of one.
  std::uint32_t n = 1;
  for (std::int64_t room = 0; room < 40'000; room += 1777) {
    disk_.leave_room(room);
    auto result = append(n);
    while (result) {
      EXPECT_EQ(events_after_a_crash(), n);
      result = append(++n);
    }
    EXPECT_EQ(failure(result), journal_errc::unavailable) << result.error().detail;
    EXPECT_EQ(value(journal_->read_log(1, 0, 1000)).size(), n - 1) << "it can still be read";
    disk_.repair();
    EXPECT_EQ(events_after_a_crash(), n - 1);
    value(append(n));  // the same one, with the same fence
    EXPECT_EQ(events_after_a_crash(), n);
    ++n;
  }
  EXPECT_GT(n, 20u);
}

TEST_F(SqliteFaults, a_full_disk_leaves_other_writes_out_too) {
  const temporary_folder folder;
  open(folder.path());
  disk_.leave_room(0);
  EXPECT_EQ(failure(journal_->take_over(2, "node-a")), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->pin("name", "value")), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->set_anchor({at(0), at(0), 1})), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->ensure_key(nth<account_id>(1), "key")), journal_errc::unavailable);
  disk_.repair();
  EXPECT_EQ(value(journal_->anchor()), std::nullopt);
  EXPECT_EQ(value(journal_->pin("name", "another")), "another");
  EXPECT_EQ(value(journal_->take_over(2, "node-a")).epoch, 1);
}

TEST_F(SqliteFaults, a_file_that_was_write_protected_for_a_while_is_written_again) {
  const temporary_folder folder;
  open(folder.path());
  value(append(1));
  disk_.fail_operation(1, SQLITE_IOERR_WRITE);
  EXPECT_FALSE(append(2));
  disk_.repair();
  // The failure left nothing in doubt that another connection has to be opened for; this does.
  journal_.reset();
  disk_.protect(true);
  EXPECT_EQ(failure(store_->connect()), journal_errc::unavailable);
  disk_.protect(false);
  journal_ = value(store_->connect());
  lease_ = value(journal_->take_over(1, "node-a"));
  value(append(3));

  // An unknown outcome closes the connection itself.
  bool unknown = false;
  for (std::uint32_t n = 1; !unknown && n < 100; ++n) {
    disk_.fail_operation(static_cast<int>(n), SQLITE_IOERR_FSYNC);
    const auto result = append(100 + n);
    disk_.repair();
    unknown = !result && result.error().code == journal_errc::unknown_outcome;
    if (!unknown) lease_ = value(journal_->take_over(1, "node-a"));
  }
  ASSERT_TRUE(unknown);
  disk_.protect(true);
  EXPECT_EQ(failure(journal_->take_over(1, "node-a")), journal_errc::unavailable);
  disk_.protect(false);
  lease_ = value(journal_->take_over(1, "node-a"));
  value(append(300));
}

/// An append in which any one write or sync fails, in any way: the answer is the truth.
class SqliteBrokenOperation : public SqliteFaults, public testing::WithParamInterface<int> {};

TEST_P(SqliteBrokenOperation, is_never_taken_for_success) {
  bool failed = true;
  for (int nth_operation = 1; failed; ++nth_operation) {
    SCOPED_TRACE(nth_operation);
    ASSERT_LT(nth_operation, 100);
    const temporary_folder folder;
    open(folder.path());
    value(append(1));
    disk_.fail_operation(nth_operation, GetParam());
    const auto result = append(2);
    failed = disk_.repair();
    const auto survived = events_after_a_crash() == 2;
    if (result) {
      EXPECT_TRUE(survived);
    } else if (result.error().code == journal_errc::unavailable) {
      EXPECT_FALSE(survived);
    } else {
      EXPECT_EQ(result.error().code, journal_errc::unknown_outcome);
    }
    EXPECT_EQ(failed, !result);
    // After a take-over the same connection knows what holds, and serves.
    lease_ = value(journal_->take_over(1, "node-a"));
    ASSERT_LE(lease_.position, 2);
    if (lease_.position == 1) value(append(2));
    value(append(3));
    EXPECT_EQ(events_after_a_crash(), 3);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, SqliteBrokenOperation,
                         testing::Values(SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC));

}  // namespace
}  // namespace rentwave::testing_journal
