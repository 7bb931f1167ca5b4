// The cluster's tables beside the journal in a PostgreSQL database.
#pragma once

#include <memory>
#include <string_view>

#include "persistence/membership.hpp"

namespace rentwave::postgres {

/// The database has to have the newest schema already. Each call ends within a few seconds, much
/// sooner than the journal's do, so that a renewal that hangs can be tried again within its lease.
journal_result<std::unique_ptr<membership>> open_membership(std::string_view url);

}  // namespace rentwave::postgres
