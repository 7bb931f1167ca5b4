#include <map>
#include <set>

#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"

namespace rentwave::postgres {
namespace {

/// How often a taker tries again when another one was quicker.
constexpr int most_tries = 5;

using leases = std::vector<journal_result<partition_lease>>;

enum class from { anybody, oneself };

journal_error others() {
  return {journal_errc::fenced, "another owner has the partition"};
}

/// What has to be known of a partition before it is taken.
struct holder {
  partition_id partition = 0;
  std::string owner;  ///< empty: nobody
  std::string session;
  std::int64_t epoch = 0;        ///< 0: nobody had the partition so far
  bool is_to_be_others = false;  ///< says the cluster's table of places
};

std::string text_of(const auto& numbers) {
  array made;
  for (const auto number : numbers) made.add(number);
  return std::move(made).text();
}

std::vector<holder> holders_of(connection& db, const std::set<partition_id>& partitions,
                               std::string_view taker) {
  std::vector<holder> found;
  auto answer = db.query(
      "SELECT w.id, coalesce(p.owner, ''), coalesce(p.session, ''), coalesce(p.epoch, 0),"
      " coalesce(l.owner || '.' || l.owner_incarnation <> $2, false)"
      " FROM unnest($1::integer[]) AS w (id) LEFT JOIN partitions p ON p.id = w.id"
      " LEFT JOIN placements l ON l.partition = w.id ORDER BY w.id",
      text_of(partitions), taker);
  while (answer.next()) {
    auto& one = found.emplace_back();
    answer.read(one.partition, one.owner, one.session, one.epoch, one.is_to_be_others);
  }
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

/// Makes the partitions of one owner another's.
class taker {
 public:
  taker(connection& db, std::string_view owner, from whom) : db_(db), owner_(owner), whom_(whom) {}

  leases take(const std::vector<partition_id>& partitions) {
    db_.name_owner(owner_);
    left_ = {partitions.begin(), partitions.end()};
    for (int i = 0; i < most_tries && !left_.empty(); ++i) try_those_left();
    leases results;
    for (const auto partition : partitions) {
      const auto done = done_.find(partition);
      results.push_back(done != done_.end() ? done->second : kept_taking(partition));
    }
    return results;
  }

 private:
  void try_those_left() {
    std::vector<partition_id> ids;
    std::vector<std::int64_t> epochs;
    for (const auto& one : holders_of(db_, left_, owner_)) {
      if (const auto why = obstacle(one)) {
        decide(one.partition, *why);
      } else {
        ids.push_back(one.partition);
        epochs.push_back(one.epoch + 1);
      }
    }
    if (ids.empty()) return;
    // Waits for whatever holds the rows, and sees what it has written.
    auto taken = db_.query(
        "INSERT INTO partitions AS p (id, owner, session, epoch, next_position)"
        " SELECT w.id, $3::text, $4::text, w.epoch, 1"
        " FROM unnest($1::integer[], $2::bigint[]) AS w (id, epoch)"
        " WHERE NOT EXISTS (SELECT FROM placements l WHERE l.partition = w.id"
        "                   AND l.owner || '.' || l.owner_incarnation <> $3::text)"
        " ORDER BY w.id ON CONFLICT (id) DO UPDATE"
        " SET owner = excluded.owner, session = excluded.session, epoch = excluded.epoch"
        " WHERE p.epoch = excluded.epoch - 1 RETURNING id, epoch, next_position - 1",
        text_of(ids), text_of(epochs), owner_, db_.instance());
    while (taken.next()) {
      partition_id partition = 0;
      partition_lease lease;
      taken.read(partition, lease.epoch, lease.position);
      decide(partition, lease);
    }
  }

  std::optional<journal_error> obstacle(const holder& old) {
    if (whom_ == from::oneself && old.owner != owner_) return others();
    if (old.is_to_be_others)
      return journal_error{journal_errc::fenced, "the partition is another node's to take"};
    if (old.session.empty()) return std::nullopt;
    const auto [ended, is_new] = ended_.try_emplace(old.session);
    if (is_new) ended->second = end_sessions(db_, old.session);
    if (ended->second) return std::nullopt;
    return journal_error{journal_errc::unavailable, "a session of the old owner of partition " +
                                                        std::to_string(old.partition) +
                                                        " does not end"};
  }

  void decide(partition_id partition, journal_result<partition_lease> result) {
    done_.emplace(partition, std::move(result));
    left_.erase(partition);
  }

  static journal_error kept_taking(partition_id partition) {
    return {journal_errc::unavailable,
            "others keep taking partition " + std::to_string(partition) + " over"};
  }

  connection& db_;
  const std::string owner_;
  const from whom_;
  std::set<partition_id> left_;
  std::map<partition_id, journal_result<partition_lease>> done_;
  std::map<std::string, bool> ended_;  ///< by session: whether it is gone
};

leases take(connection& db, const std::vector<partition_id>& partitions, std::string_view owner,
            from whom) {
  auto results = guarded(purpose::writing, [&]() -> journal_result<leases> {
    return taker{db, owner, whom}.take(partitions);
  });
  if (results) return *std::move(results);
  return leases(partitions.size(), results.error());
}

}  // namespace

leases postgres_journal::take_over_many(const std::vector<partition_id>& partitions,
                                        std::string_view owner) {
  return take(db_, partitions, owner, from::anybody);
}

journal_result<partition_lease> postgres_journal::take_back(partition_id partition,
                                                            std::string_view owner) {
  return std::move(take(db_, {partition}, owner, from::oneself).front());
}

journal_result<void> postgres_journal::release(partition_id partition, std::string_view owner,
                                               std::int64_t epoch) {
  return guarded(purpose::writing, [&]() -> journal_result<void> {
    auto released = db_.query(
        "UPDATE partitions SET owner = '', session = '', epoch = epoch + 1"
        " WHERE id = $1 AND owner = $2 AND epoch = $3 RETURNING epoch",
        partition, owner, epoch);
    if (!released.next()) return others();
    return {};
  });
}

}  // namespace rentwave::postgres
