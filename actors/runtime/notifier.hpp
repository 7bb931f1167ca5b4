// The subscription that tells people what happened to them: events into their inboxes.
#pragma once

#include <vector>

#include "actors/runtime/subscription.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// Pure. The sentences name things and times, never people: they are stored unsealed.
std::vector<effect> notify(const stored_event& event);

}  // namespace rentwave
