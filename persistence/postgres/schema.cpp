#include "persistence/postgres/schema.hpp"

#include <spdlog/spdlog.h>

#include "persistence/postgres/error.hpp"
#include "persistence/postgres/listings.hpp"

namespace rentwave::postgres {
namespace {

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
  // Schemas only grow, so one ahead is that of the release after this one, and can be written.
  if (found > newest_schema() + 1)
    return journal_error{journal_errc::too_new, "the database has schema " + std::to_string(found) +
                                                    ", this release knows " +
                                                    std::to_string(newest_schema())};
  return found;
}

/// Whoever comes second waits here, as long as a migration may take, and finds the work done. The
/// locks of tables are another thing: who waits for one has everybody else wait for it, too.
void wait_for_others(connection& on) {
  bool is_ours = false;
  auto answer = on.query("SELECT pg_try_advisory_xact_lock(21079, 1)");
  if (answer.next()) answer.read(is_ours);
  if (!is_ours) {
    spdlog::info("another process brings the journal's schema up to date: this one waits for it");
    on.script("SET LOCAL lock_timeout = 0");
    on.script("SELECT pg_advisory_xact_lock(21079, 1)");
  }
  on.script("SET LOCAL lock_timeout = '4min'");
}

}  // namespace

int newest_schema() {
  return static_cast<int>(migrations().size());
}

journal_result<void> migrate(connection& on) {
  transaction whole(on, long_statement);
  wait_for_others(on);
  const auto found = schema_of(on);
  if (!found) return found.error();
  if (*found >= newest_schema()) return {};
  // Where it is there already, its maker need not be allowed to make others.
  if (!exists(on, "SELECT to_regnamespace('rentwave') IS NOT NULL"))
    on.script("CREATE SCHEMA rentwave");
  on.script("CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY)");
  for (int next = *found; next < newest_schema(); ++next) {
    if (*found > 0)
      spdlog::info("the journal's schema is brought to {} of {}", next + 1, newest_schema());
    for (const auto* script : migrations()[static_cast<std::size_t>(next)]) on.script(script);
    if (next + 1 == schema_with_title_words) write_listings_again(on);
    on.query("INSERT INTO schema_version VALUES ($1)", next + 1);
  }
  whole.commit();
  if (*found > 0) spdlog::info("the journal has the schema of this release");
  return {};
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
