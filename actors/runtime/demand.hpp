// Actors without which nothing would go on: better that the process ends, loses nothing and is
// started again.
#pragma once

#include <caf/actor.hpp>

namespace rentwave {

/// From now on its end ends the process (by `abort`, after a word in the log), unless it was told
/// to end by `exit_reason::user_shutdown`, or nobody has its handle any more. `name` is a literal.
void demand(const caf::actor& essential, const char* name);

}  // namespace rentwave
