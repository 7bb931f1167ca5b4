#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"

namespace rentwave::postgres {
namespace {

/// How often a taker tries again when another one was quicker.
constexpr int most_tries = 5;

struct holder {
  std::string owner;
  std::string session;
  std::int64_t epoch = 0;  ///< 0: nobody had the partition so far
};

holder holder_of(connection& db, partition_id partition) {
  holder found;
  auto answer = db.query("SELECT owner, session, epoch FROM partitions WHERE id = $1", partition);
  if (answer.next()) answer.read(found.owner, found.session, found.epoch);
  return found;
}

/// Ends the sessions on the server that may still have an append of the old owner under way: also
/// our own, after a connection was lost. False: one did not end in time.
bool end_sessions(connection& db, const std::string& of) {
  bool gone = true;
  auto answer = db.query(
      "SELECT coalesce(bool_and(pg_terminate_backend(pid, 5000)), true) FROM pg_stat_activity"
      " WHERE datname = current_database() AND application_name LIKE 'rentwave/%/' || $1"
      " AND pid <> pg_backend_pid()",
      of);
  if (answer.next()) answer.read(gone);
  return gone;
}

enum class from { anybody, oneself };

journal_result<partition_lease> take(connection& db, partition_id partition, std::string_view owner,
                                     from whom) {
  db.name_owner(owner);
  for (int i = 0; i < most_tries; ++i) {
    const auto old = holder_of(db, partition);
    if (whom == from::oneself && old.owner != owner)
      return journal_error{journal_errc::fenced, "another owner has the partition"};
    if (old.epoch != 0 && !end_sessions(db, old.session))
      return journal_error{
          journal_errc::unavailable,
          "a session of the old owner of partition " + std::to_string(partition) + " does not end"};
    // Waits for whatever holds the row, and sees what it has written.
    auto taken = db.query(
        "INSERT INTO partitions AS p (id, owner, session, epoch, next_position)"
        " VALUES ($1, $2, $3, 1, 1) ON CONFLICT (id) DO UPDATE"
        " SET owner = excluded.owner, session = excluded.session, epoch = p.epoch + 1"
        " WHERE p.epoch = $4 RETURNING epoch, next_position - 1",
        partition, owner, db.instance(), old.epoch);
    partition_lease lease;
    if (!taken.next()) continue;
    taken.read(lease.epoch, lease.position);
    return lease;
  }
  return journal_error{journal_errc::unavailable,
                       "others keep taking partition " + std::to_string(partition) + " over"};
}

}  // namespace

journal_result<partition_lease> postgres_journal::take_over(partition_id partition,
                                                            std::string_view owner) {
  return guarded(purpose::writing, [&] { return take(db_, partition, owner, from::anybody); });
}

journal_result<partition_lease> postgres_journal::take_back(partition_id partition,
                                                            std::string_view owner) {
  return guarded(purpose::writing, [&] { return take(db_, partition, owner, from::oneself); });
}

}  // namespace rentwave::postgres
