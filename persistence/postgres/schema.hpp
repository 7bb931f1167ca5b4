// The numbered schema of the database: which one this release knows, and how an older one comes to
// it. Everything is in a PostgreSQL schema of our own, `rentwave`.
#pragma once

#include <span>

#include "persistence/journal_error.hpp"
#include "persistence/postgres/connection.hpp"

namespace rentwave::postgres {

/// SQL scripts; the first migration makes schema 1 out of nothing. A migration only adds (tables,
/// columns with a default, indexes, functions), so that the release before runs beside this one.
/// Never change one that was released, but for functions that a later one makes again.
using migration = std::span<const char* const>;
std::span<const migration> migrations();

/// The schema that this release makes.
int newest_schema();

/// The oldest schema that a program must know to work with what this release makes of a database.
/// It stands in the database, as older programs have to learn it. A migration that takes away or
/// changes what such a program needs raises it to the first schema whose programs do without: so
/// what is taken away in one release is not used any more in the one before.
inline constexpr int readable_from = 10;

/// The schema for which adverts are written again, with what older ones lack that is made of their
/// contents: since 5 their traits, measures and places, since this one the marked words of titles.
inline constexpr int schema_with_title_words = 6;

/// Brings the database to `newest_schema`; of several at once one does it. Those who write wait for
/// it only for moments: where a lock does not come at once, because somebody reads for long, it is
/// tried again for minutes. Errors: too_new when the database is for programs of later schemas,
/// corrupt when it is somebody else's.
journal_result<void> migrate(connection& on);

/// For reading only: the database must have `newest_schema` or a later one that suits. Also
/// unavailable: an older one; not_found: there is no journal.
journal_result<void> check_schema(connection& on);

}  // namespace rentwave::postgres
