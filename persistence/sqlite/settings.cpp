#include <algorithm>

#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/journal.hpp"

namespace rentwave::sqlite {
namespace {

/// The first column of the first row, if there is one.
template <class T, class... Ts>
std::optional<T> first(statement& of, const Ts&... values) {
  auto found = of.query(values...);
  if (!found.next()) return std::nullopt;
  T value;
  found.read(value);
  return value;
}

std::optional<clock_anchor> latest_anchor(connection& db) {
  auto found =
      db.prepared("SELECT real, domain, rate FROM anchors ORDER BY number DESC LIMIT 1").query();
  if (!found.next()) return std::nullopt;
  clock_anchor anchor;
  found.read(anchor.real, anchor.domain, anchor.rate);
  return anchor;
}

/// Outer: is there a row; inner: the key, unless it was destroyed.
std::optional<std::optional<std::string>> stored_key(connection& db, account_id person) {
  return first<std::optional<std::string>>(
      db.prepared("SELECT key FROM person_keys WHERE person = ?1"), person);
}

}  // namespace

journal_result<std::vector<partition_row>> sqlite_journal::partitions() {
  return guarded([&]() -> journal_result<std::vector<partition_row>> {
    auto stored =
        db_.prepared("SELECT id, owner, epoch, next_position - 1 FROM partitions ORDER BY id")
            .query();
    std::vector<partition_row> found;
    while (stored.next()) {
      auto& one = found.emplace_back();
      stored.read(one.partition, one.owner, one.epoch, one.position);
    }
    return found;
  });
}

journal_result<std::vector<dead_letter>> sqlite_journal::dead_letters(
    std::optional<partition_id> partition, const std::optional<letter_place>& after, int limit) {
  const auto from = after.value_or(before_all_letters);
  return guarded([&]() -> journal_result<std::vector<dead_letter>> {
    auto stored =
        db_.prepared(
               "SELECT subscription, position, partition, kind, id, reason, since"
               " FROM dead_letters WHERE (?1 IS NULL OR partition = ?1)"
               " AND (partition, subscription, position) > (?2, ?3, ?4)"
               " ORDER BY partition, subscription, position LIMIT ?5")
            .query(partition, from.partition, from.subscription, from.position, std::max(limit, 0));
    std::vector<dead_letter> found;
    while (stored.next()) {
      auto& letter = found.emplace_back();
      stored.read(letter.subscription, letter.position, letter.partition, letter.entity.kind,
                  letter.entity.id, letter.reason, letter.since);
    }
    return found;
  });
}

journal_result<std::optional<instant>> sqlite_journal::latest_event_time() {
  return guarded([&]() -> journal_result<std::optional<instant>> {
    const auto latest = first<std::optional<instant>>(
        db_.prepared("SELECT max(time) FROM"
                     " (SELECT time FROM events ORDER BY sequence DESC LIMIT 10000)"));
    return latest.value_or(std::nullopt);
  });
}

journal_result<std::optional<clock_anchor>> sqlite_journal::anchor() {
  return guarded(
      [&]() -> journal_result<std::optional<clock_anchor>> { return latest_anchor(db_); });
}

journal_result<void> sqlite_journal::set_anchor(const clock_anchor& now) {
  return guarded([&]() -> journal_result<void> {
    transaction whole(db_, transaction::kind::write);
    const auto latest = latest_anchor(db_);
    if (latest && now.domain < latest->domain)
      return journal_error{journal_errc::mismatch, "domain time would go back"};
    db_.prepared("INSERT INTO anchors (real, domain, rate) VALUES (?1, ?2, ?3)")
        .run(now.real, now.domain, now.rate);
    whole.commit();
    return {};
  });
}

journal_result<std::string> sqlite_journal::pin(std::string_view name, std::string_view value) {
  return guarded([&]() -> journal_result<std::string> {
    const auto pinned = [&] {
      return first<std::string>(db_.prepared("SELECT value FROM pinned WHERE name = ?1"), name);
    };
    if (auto kept = pinned()) return *std::move(kept);
    transaction whole(db_, transaction::kind::write);
    // Another connection may have come first.
    if (auto kept = pinned()) return *std::move(kept);
    db_.prepared("INSERT INTO pinned (name, value) VALUES (?1, ?2)").run(name, blob{value});
    whole.commit();
    return std::string{value};
  });
}

journal_result<std::vector<std::string>> sqlite_journal::ensure_keys(
    const std::vector<fresh_key>& people) {
  return guarded([&]() -> journal_result<std::vector<std::string>> {
    const auto is_missing = [&](const fresh_key& one) { return !stored_key(db_, one.person); };
    // Looks first, so that nothing is written where every key is there.
    if (std::ranges::any_of(people, is_missing)) {
      transaction whole(db_, transaction::kind::write);
      auto& insert = db_.prepared(
          "INSERT INTO person_keys (person, key) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
      for (const auto& [person, key] : people) insert.run(person, blob{key});
      whole.commit();
    }
    std::vector<std::string> keys;
    for (const auto& one : people)
      keys.push_back(stored_key(db_, one.person).value_or(std::nullopt).value_or(""));
    return keys;
  });
}

journal_result<std::optional<std::string>> sqlite_journal::find_key(account_id person) {
  return guarded([&]() -> journal_result<std::optional<std::string>> {
    return stored_key(db_, person).value_or(std::nullopt);
  });
}

journal_result<void> sqlite_journal::destroy_key(account_id person) {
  return guarded([&]() -> journal_result<void> {
    transaction whole(db_, transaction::kind::write);
    db_.prepared(
           "INSERT INTO person_keys (person, key) VALUES (?1, NULL)"
           " ON CONFLICT (person) DO UPDATE SET key = NULL WHERE key IS NOT NULL")
        .run(person);
    whole.commit();
    // secure_delete overwrites the key in the file; this takes old pages out of the log.
    if (db_.empty_log()) return {};
    return journal_error{
        journal_errc::unavailable,
        "the key opens nothing any more, but while the write-ahead log is read its "
        "bytes are still in there: ask again"};
  });
}

}  // namespace rentwave::sqlite
