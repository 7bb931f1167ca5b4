#include <map>

#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"

namespace rentwave::postgres {
namespace {

/// The first column of the first row, if there is one.
template <class T>
std::optional<T> first(rows found) {
  if (!found.next()) return std::nullopt;
  T value;
  found.read(value);
  return value;
}

/// Outer: is there a row; inner: the key, unless it was destroyed.
std::optional<std::optional<std::string>> stored_key(connection& db, account_id person) {
  auto found = first<std::optional<std::string>>(
      db.query("SELECT key FROM person_keys WHERE person = $1", person));
  if (found && *found) *found = bytes_of(**found);
  return found;
}

/// Those that are there, and those that were missing; empty: destroyed. Writes nothing where none
/// is missing. Nothing: another connection made one meanwhile, which this statement cannot see.
std::optional<std::vector<std::string>> insert_keys(connection& db,
                                                    const std::vector<fresh_key>& people) {
  array persons;
  array fresh;
  for (const auto& [person, key] : people) {
    persons.add(person);
    fresh.add(blob{key});
  }
  auto found = db.execute(
      "WITH wanted AS (SELECT * FROM unnest($1::uuid[], $2::bytea[]) AS w (person, key)),"
      // In one order for all connections, so that none waits for another in a circle.
      " made AS (INSERT INTO person_keys (person, key) SELECT person, key FROM wanted"
      " ORDER BY person ON CONFLICT (person) DO NOTHING RETURNING person, key)"
      " SELECT person, key FROM made"
      " UNION ALL SELECT k.person, k.key FROM wanted w JOIN person_keys k ON k.person = w.person",
      values{std::move(persons), std::move(fresh)});
  std::map<account_id, std::string> kept;
  while (found.next()) {
    account_id person;
    std::optional<std::string> key;
    found.read(person, key);
    kept.emplace(person, key ? bytes_of(*key) : std::string{});
  }
  std::vector<std::string> keys;
  for (const auto& one : people) {
    const auto place = kept.find(one.person);
    if (place == kept.end()) return std::nullopt;
    keys.push_back(place->second);
  }
  return keys;
}

}  // namespace

journal_result<std::vector<partition_row>> postgres_journal::partitions() {
  return guarded(purpose::reading, [&]() -> journal_result<std::vector<partition_row>> {
    auto stored =
        db_.query("SELECT id, owner, epoch, next_position - 1 FROM partitions ORDER BY id");
    std::vector<partition_row> found;
    while (stored.next()) {
      auto& one = found.emplace_back();
      stored.read(one.partition, one.owner, one.epoch, one.position);
    }
    return found;
  });
}

journal_result<std::vector<dead_letter>> postgres_journal::dead_letters(
    std::optional<partition_id> partition, const std::optional<letter_place>& after, int limit) {
  const auto from = after.value_or(before_all_letters);
  return guarded(purpose::reading, [&]() -> journal_result<std::vector<dead_letter>> {
    auto stored = db_.query(
        "SELECT subscription, position, partition, kind, id, reason, since FROM dead_letters"
        " WHERE ($1::integer IS NULL OR partition = $1)"
        " AND (partition, subscription, position) > ($2, $3, $4)"
        " ORDER BY partition, subscription, position LIMIT $5",
        partition, from.partition, from.subscription, from.position, std::max(limit, 0));
    std::vector<dead_letter> found;
    while (stored.next()) {
      auto& letter = found.emplace_back();
      stored.read(letter.subscription, letter.position, letter.partition, letter.entity.kind,
                  letter.entity.id, letter.reason, letter.since);
    }
    return found;
  });
}

journal_result<std::optional<instant>> postgres_journal::latest_event_time() {
  return guarded(purpose::reading, [&]() -> journal_result<std::optional<instant>> {
    const auto latest = first<std::optional<instant>>(
        db_.query("SELECT max(time) FROM"
                  " (SELECT time FROM events ORDER BY sequence DESC LIMIT 10000) AS latest"));
    return latest.value_or(std::nullopt);
  });
}

journal_result<std::optional<clock_anchor>> postgres_journal::anchor() {
  return guarded(purpose::reading, [&]() -> journal_result<std::optional<clock_anchor>> {
    auto found = db_.query("SELECT real, domain, rate FROM anchors ORDER BY number DESC LIMIT 1");
    if (!found.next()) return std::nullopt;
    clock_anchor anchor;
    found.read(anchor.real, anchor.domain, anchor.rate);
    return anchor;
  });
}

journal_result<void> postgres_journal::set_anchor(const clock_anchor& now) {
  return guarded(purpose::writing, [&]() -> journal_result<void> {
    const auto added =
        first<bool>(db_.query("SELECT add_anchor($1, $2, $3)", now.real, now.domain, now.rate));
    if (!added.value_or(false))
      return journal_error{journal_errc::mismatch, "domain time would go back"};
    return {};
  });
}

journal_result<std::string> postgres_journal::pin(std::string_view name, std::string_view value) {
  return guarded(purpose::writing, [&]() -> journal_result<std::string> {
    const auto pinned = [&] {
      return first<std::string>(db_.query("SELECT value FROM pinned WHERE name = $1", name));
    };
    auto kept = pinned();
    if (!kept) {
      db_.query("INSERT INTO pinned (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
                name, blob{value});
      kept = pinned();  // another connection may have come first
    }
    if (!kept) throw damaged("a pinned value is gone");
    return bytes_of(*kept);
  });
}

journal_result<std::vector<std::string>> postgres_journal::ensure_keys(
    const std::vector<fresh_key>& people) {
  return guarded(purpose::writing, [&]() -> journal_result<std::vector<std::string>> {
    auto keys = insert_keys(db_, people);
    // What another connection has written meanwhile is seen by the next statement only.
    if (!keys) keys = insert_keys(db_, people);
    if (!keys) throw damaged("a person's key is gone");
    return *std::move(keys);
  });
}

journal_result<std::optional<std::string>> postgres_journal::find_key(account_id person) {
  return guarded(purpose::reading, [&]() -> journal_result<std::optional<std::string>> {
    return stored_key(db_, person).value_or(std::nullopt);
  });
}

journal_result<void> postgres_journal::destroy_key(account_id person) {
  return guarded(purpose::writing, [&]() -> journal_result<void> {
    db_.query(
        "INSERT INTO person_keys (person, key) VALUES ($1, NULL)"
        " ON CONFLICT (person) DO UPDATE SET key = NULL",
        person);
    return {};
  });
}

}  // namespace rentwave::postgres
