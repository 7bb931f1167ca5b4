// What no journal takes, whatever its database would say: checked before an entity's rows are
// written, so that every implementation refuses the same.
#pragma once

#include <optional>

#include "persistence/journal.hpp"

namespace rentwave {

/// `refused` for an event without type, a negative `n` or version, a snapshot of what has not
/// happened, and NUL in any text of events and snapshot, which PostgreSQL cannot store.
std::optional<journal_error> check(const entity_append& wanted);

/// `conflict` when `version` is not that of the entity's last event.
journal_error version_conflict(const entity_append& wanted, std::int64_t version);

/// `conflict`: the entity has an event of this command and `n` already.
journal_error command_conflict(const entity_append& wanted);

/// The result of a partition whose fence did not hold.
partition_result fenced_result(const partition_append& wanted);

}  // namespace rentwave
