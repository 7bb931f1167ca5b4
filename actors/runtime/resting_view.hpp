// An entity's state as the journal has it, read without waking the entity: for operators, who look
// also at what is in quarantine. By a reader's thread.
#pragma once

#include "actors/runtime/protocol.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// `state` is null when its events cannot be folded.
journal_result<entity_view> read_resting_view(journal& from, const entity_ref& entity);

}  // namespace rentwave
