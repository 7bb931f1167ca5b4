#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"
#include "persistence/postgres/row_json.hpp"

namespace rentwave::postgres {
namespace {

constexpr int page = 1000;

/// Whole files at once: a DELETE goes from row to row, and the trigger of `listings` from term to
/// term.
const char* const drop_rows =
    "TRUNCATE listings, listing_terms, listing_photos, reservations, rentals, reviews,"
    " wallet_entries, notices, sessions";

/// The session of a node that has just stopped is there for another moment: so many looks, 0.1 s
/// apart.
constexpr int most_looks = 20;

/// A node's writer has its owner's name from when it took partitions over.
bool sees_node(connection& db) {
  bool found = false;
  auto answer = db.query(
      "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
      " AND application_name LIKE 'rentwave/%' AND application_name NOT LIKE 'rentwave/-/%'"
      " AND pid <> pg_backend_pid()");
  if (answer.next()) answer.read(found);
  return found;
}

bool node_runs(connection& db) {
  for (int i = 1; sees_node(db); ++i) {
    if (i == most_looks) return true;
    db.query("SELECT pg_sleep(0.1)");
  }
  return false;
}

}  // namespace

journal_result<void> postgres_journal::rebuild_rows(const row_projection& project,
                                                    const progress_report& report) {
  return guarded(purpose::writing, [&]() -> journal_result<void> {
    if (node_runs(db_))
      return journal_error{journal_errc::in_use, "a node runs on this journal: stop it first"};
    transaction whole(db_, long_statement);
    // Every append changes the row of its partition first: one that comes now waits for our end.
    db_.query("SELECT id FROM partitions ORDER BY id FOR UPDATE");
    db_.script(drop_rows);
    std::int64_t latest = 0;
    {
      auto found = db_.query("SELECT coalesce(max(sequence), 0) FROM events");
      if (found.next()) found.read(latest);
    }
    for (std::int64_t at = 0; at < latest; report(at, latest)) {
      const auto found = scan(at, {}, page);
      if (!found) return found.error();
      std::string changes = "[";
      for (const auto& event : found->events) {
        const auto rows = project(event);
        if (!rows) return rows.error();
        for (const auto& row : *rows) {
          if (changes.size() > 1) changes += ',';
          append_row_json(changes, row);
        }
      }
      changes += ']';
      db_.query("SELECT write_row(r) FROM jsonb_array_elements($1::jsonb) AS r", changes);
      at = found->looked_to;
    }
    whole.commit();
    return {};
  });
}

}  // namespace rentwave::postgres
