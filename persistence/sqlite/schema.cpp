#include "persistence/sqlite/schema.hpp"

#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/row_writer.hpp"

namespace rentwave::sqlite {
namespace {

std::int64_t number(connection& on, std::string_view sql) {
  std::int64_t value = 0;
  auto answer = on.prepared(sql).query();
  if (answer.next()) answer.read(value);
  return value;
}

/// 0 for a file without anything in it.
journal_result<std::int64_t> schema_of(connection& on) {
  if (number(on, "SELECT count(*) FROM sqlite_schema") == 0) return 0;
  if (number(on, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'") == 0)
    return journal_error{journal_errc::corrupt, "the file is no journal of ours"};
  const auto found = number(on, "SELECT coalesce(max(version), 0) FROM schema_version");
  // Schemas only grow, so one ahead is that of the release after this one, and can be written.
  if (found > newest_schema() + 1)
    return journal_error{journal_errc::too_new, "the file has schema " + std::to_string(found) +
                                                    ", this release knows " +
                                                    std::to_string(newest_schema())};
  return found;
}

}  // namespace

int newest_schema() {
  return static_cast<int>(migrations().size());
}

journal_result<void> check_is_ours(connection& on) {
  const auto found = schema_of(on);
  if (!found) return found.error();
  return {};
}

journal_result<void> migrate(connection& on) {
  transaction whole(on, transaction::kind::write);
  const auto found = schema_of(on);
  if (!found) return found.error();
  if (*found >= newest_schema()) return {};
  on.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY) STRICT");
  for (auto next = *found; next < newest_schema(); ++next) {
    on.execute(migrations()[static_cast<std::size_t>(next)]);
    if (next + 1 == schema_with_traits) row_writer{on}.write_listings_again();
    on.prepared("INSERT INTO schema_version VALUES (?1)").run(next + 1);
  }
  whole.commit();
  return {};
}

journal_result<void> check_schema(connection& on) {
  const auto found = schema_of(on);
  if (!found) return found.error();
  if (*found < newest_schema())
    return journal_error{journal_errc::unavailable,
                         "the file has schema " + std::to_string(*found) +
                             ", which a node of this release has to migrate first"};
  return {};
}

}  // namespace rentwave::sqlite
