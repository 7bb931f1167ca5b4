// The journal's file: made, migrated, and locked against a second program for as long as this
// lives.
#pragma once

#include <filesystem>
#include <memory>

#include "persistence/journal.hpp"

namespace rentwave::sqlite {

/// Errors: in_use (names the file), too_new, corrupt, unavailable.
journal_result<std::unique_ptr<journal_store>> open_file(const std::filesystem::path& file);

/// Without lock, migration or writing. Also not_found.
journal_result<std::unique_ptr<journal_store>> open_file_read_only(
    const std::filesystem::path& file);

}  // namespace rentwave::sqlite
