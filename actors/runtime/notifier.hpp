// The subscription that tells people what happened to them: events into their inboxes.
#pragma once

#include <string_view>
#include <vector>

#include "actors/runtime/subscription.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// Pure. The sentences name things, times and amounts, never people: they are stored unsealed.
/// `currency` is that of all money (ISO 4217).
std::vector<effect> notify(const stored_event& event, std::string_view currency);

}  // namespace rentwave
