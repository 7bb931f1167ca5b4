// The numbered schema of the file: which one this release knows, and how an older file comes to it.
#pragma once

#include <span>

#include "persistence/journal_error.hpp"
#include "persistence/sqlite/connection.hpp"

namespace rentwave::sqlite {

/// SQL scripts; the first makes schema 1 out of an empty file. A migration only adds (tables,
/// columns with a default, indexes), so that the release before runs beside this one. Never change
/// one that was released.
std::span<const char* const> migrations();

/// The schema that this release makes.
int newest_schema();

/// The schema whose columns are filled from the adverts' contents.
inline constexpr int schema_with_traits = 5;

/// Whether `migrate` would take the file, without changing a byte of it. Errors: those of
/// `migrate`.
journal_result<void> check_is_ours(connection& on);

/// Brings the file to `newest_schema`. Errors: too_new when it is beyond the next one, corrupt when
/// it is somebody else's file.
journal_result<void> migrate(connection& on);

/// For reading only: the file must have `newest_schema` or the next one. Also unavailable: an older
/// one.
journal_result<void> check_schema(connection& on);

}  // namespace rentwave::sqlite
