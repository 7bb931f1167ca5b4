#include "persistence/postgres/schema.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <string>
#include <thread>

#include "persistence/postgres/error.hpp"
#include "persistence/postgres/listings.hpp"

namespace rentwave::postgres {
namespace {

/// For a table's lock, and how often it is tried.
constexpr const char* longest_lock_wait = "500ms";
constexpr const char* lock_not_available = "55P03";
constexpr auto pause_between_tries = std::chrono::seconds{1};
constexpr int most_tries = 160;

bool exists(connection& on, const char* sql) {
  bool found = false;
  auto answer = on.query(sql);
  if (answer.next()) answer.read(found);
  return found;
}

/// 0 when there is nothing.
journal_result<int> schema_of(connection& on) {
  if (!exists(on,
              "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n"
              " ON n.oid = c.relnamespace WHERE n.nspname = 'rentwave')"))
    return 0;
  if (!exists(on, "SELECT to_regclass('rentwave.schema_version') IS NOT NULL"))
    return journal_error{journal_errc::corrupt,
                         "the schema rentwave of the database is no journal of ours"};
  int found = 0;
  auto answer = on.query("SELECT coalesce(max(version), 0) FROM schema_version");
  if (answer.next()) answer.read(found);
  if (found <= newest_schema()) return found;
  // A later release has been here, and says for whom what it left is good.
  int suits_from = found;
  auto said = on.query(
      "SELECT coalesce(readable_from, version) FROM schema_version"
      " ORDER BY version DESC LIMIT 1");
  if (said.next()) said.read(suits_from);
  if (newest_schema() >= suits_from) return found;
  return journal_error{journal_errc::too_new,
                       "the database has schema " + std::to_string(found) +
                           ", for releases that know " + std::to_string(suits_from) +
                           " or later; this one knows " + std::to_string(newest_schema())};
}

/// Whoever comes second waits here, as long as a migration may take, and finds the work done.
void wait_for_others(connection& on) {
  bool is_ours = false;
  auto answer = on.query("SELECT pg_try_advisory_xact_lock(21079, 1)");
  if (answer.next()) answer.read(is_ours);
  if (is_ours) return;
  spdlog::info("another process brings the journal's schema up to date: this one waits for it");
  on.script("SET LOCAL lock_timeout = 0");
  on.script("SELECT pg_advisory_xact_lock(21079, 1)");
}

/// Whether it is done; else a lock did not come in time, and nothing has changed.
journal_result<bool> try_to_migrate(connection& on) {
  transaction whole(on, long_statement);
  wait_for_others(on);
  const auto found = schema_of(on);
  if (!found) return found.error();
  if (*found >= newest_schema()) return true;
  // Who waits for a table holds up all who come behind, so that nodes that serve would stand still.
  on.script(std::string{"SET LOCAL lock_timeout = '"} + longest_lock_wait + "'");
  // Where it is there already, its maker need not be allowed to make others.
  if (!exists(on, "SELECT to_regnamespace('rentwave') IS NOT NULL"))
    on.script("CREATE SCHEMA rentwave");
  on.script("CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY)");
  try {
    for (int next = *found; next < newest_schema(); ++next) {
      if (*found > 0)
        spdlog::info("the journal's schema is brought to {} of {}", next + 1, newest_schema());
      for (const auto* script : migrations()[static_cast<std::size_t>(next)]) on.script(script);
      if (next + 1 == schema_with_title_words) write_listings_again(on);
      on.query("INSERT INTO schema_version (version) VALUES ($1)", next + 1);
    }
  } catch (const error& e) {
    if (e.sqlstate() != lock_not_available) throw;
    return false;
  }
  on.query("UPDATE schema_version SET readable_from = $1 WHERE version = $2", readable_from,
           newest_schema());
  whole.commit();
  if (*found > 0) spdlog::info("the journal has the schema of this release");
  return true;
}

}  // namespace

int newest_schema() {
  return static_cast<int>(migrations().size());
}

journal_result<void> migrate(connection& on) {
  for (int tries = 0; tries < most_tries; ++tries) {
    if (tries > 0) std::this_thread::sleep_for(pause_between_tries);
    const auto done = try_to_migrate(on);
    if (!done) return done.error();
    if (*done) return {};
  }
  return journal_error{journal_errc::unavailable,
                       "the database cannot be migrated: somebody (a backup?) reads its tables for "
                       "minutes"};
}

journal_result<void> check_schema(connection& on) {
  const auto found = schema_of(on);
  if (!found) return found.error();
  if (*found == 0)
    return journal_error{journal_errc::not_found, "there is no journal in the database"};
  if (*found < newest_schema())
    return journal_error{journal_errc::unavailable,
                         "the database has schema " + std::to_string(*found) +
                             ", which a node of this release has to migrate first"};
  return {};
}

}  // namespace rentwave::postgres
