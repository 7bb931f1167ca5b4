// The journal in a PostgreSQL database: migrated, and asked what it promises.
#pragma once

#include <memory>
#include <string_view>

#include "persistence/journal.hpp"

namespace rentwave::postgres {

/// Errors: too_new, corrupt, unavailable. Any number of programs may have it open: the owners of
/// its partitions are fenced, not locked out.
journal_result<std::unique_ptr<journal_store>> open_server(std::string_view url);

/// Without migration or writing. Also not_found.
journal_result<std::unique_ptr<journal_store>> open_server_read_only(std::string_view url);

}  // namespace rentwave::postgres
