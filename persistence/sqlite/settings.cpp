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

journal_result<std::string> sqlite_journal::ensure_key(account_id person, std::string_view fresh) {
  return guarded([&]() -> journal_result<std::string> {
    const auto kept = [](std::optional<std::string> key) -> journal_result<std::string> {
      if (key) return *std::move(key);
      return journal_error{journal_errc::not_found, "the key was destroyed"};
    };
    if (auto key = stored_key(db_, person)) return kept(*std::move(key));
    transaction whole(db_, transaction::kind::write);
    if (auto key = stored_key(db_, person)) return kept(*std::move(key));
    db_.prepared("INSERT INTO person_keys (person, key) VALUES (?1, ?2)").run(person, blob{fresh});
    whole.commit();
    return std::string{fresh};
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
           " ON CONFLICT (person) DO UPDATE SET key = NULL")
        .run(person);
    whole.commit();
    // secure_delete overwrites the key in the file; this takes old pages out of the log.
    db_.empty_log();
    return {};
  });
}

}  // namespace rentwave::sqlite
