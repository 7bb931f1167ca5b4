#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/journal.hpp"

namespace rentwave::sqlite {
namespace {

using leases = std::vector<journal_result<partition_lease>>;

journal_error others() {
  return {journal_errc::fenced, "another owner has the partition"};
}

}  // namespace

leases sqlite_journal::take_over_many(const std::vector<partition_id>& partitions,
                                      std::string_view owner) {
  const auto taken = guarded([&]() -> journal_result<std::vector<partition_lease>> {
    transaction whole(db_, transaction::kind::write);
    auto& take = db_.prepared(
        "INSERT INTO partitions (id, owner, epoch, next_position) VALUES (?1, ?2, 1, 1)"
        " ON CONFLICT (id) DO UPDATE SET owner = ?2, epoch = epoch + 1"
        " RETURNING epoch, next_position - 1");
    std::vector<partition_lease> found;
    for (const auto partition : partitions) {
      auto row = take.query(partition, owner);
      auto& lease = found.emplace_back();
      if (row.next()) row.read(lease.epoch, lease.position);
    }
    whole.commit();
    return found;
  });
  if (!taken) return leases(partitions.size(), taken.error());
  return leases(taken->begin(), taken->end());
}

journal_result<partition_lease> sqlite_journal::take_back(partition_id partition,
                                                          std::string_view owner) {
  return guarded([&]() -> journal_result<partition_lease> {
    transaction whole(db_, transaction::kind::write);
    std::optional<partition_lease> lease;
    {
      auto taken = db_.prepared(
                          "UPDATE partitions SET epoch = epoch + 1 WHERE id = ?1 AND owner = ?2"
                          " RETURNING epoch, next_position - 1")
                       .query(partition, owner);
      if (taken.next()) taken.read(lease.emplace().epoch, lease->position);
    }
    if (!lease) return others();
    whole.commit();
    return *lease;
  });
}

journal_result<void> sqlite_journal::release(partition_id partition, std::string_view owner,
                                             std::int64_t epoch) {
  return guarded([&]() -> journal_result<void> {
    transaction whole(db_, transaction::kind::write);
    const auto released = db_.prepared(
                                 "UPDATE partitions SET owner = '', epoch = epoch + 1"
                                 " WHERE id = ?1 AND owner = ?2 AND epoch = ?3")
                              .run(partition, owner, epoch);
    if (released == 0) return others();
    whole.commit();
    return {};
  });
}

}  // namespace rentwave::sqlite
