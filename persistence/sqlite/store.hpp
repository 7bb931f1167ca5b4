// The journal's file: made, migrated, and locked against a second program for as long as this
// lives.
#pragma once

#include <filesystem>
#include <memory>

#include "persistence/journal.hpp"
#include "persistence/sqlite/connection.hpp"

namespace rentwave::sqlite {

/// A file that is there gets the mode 0600 with its first opening. Errors: in_use (names the file),
/// too_new, corrupt, unavailable.
journal_result<std::unique_ptr<journal_store>> open_file(const std::filesystem::path& file,
                                                         log_limits limits = {});

/// Without lock, migration or writing. Also not_found.
journal_result<std::unique_ptr<journal_store>> open_file_read_only(
    const std::filesystem::path& file);

}  // namespace rentwave::sqlite
