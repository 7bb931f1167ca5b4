// The subscription that tells topics what there is to announce: new adverts, and adverts that are
// free again.
#pragma once

#include <vector>

#include "actors/runtime/subscription.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// Pure. A new advert goes to its kind, its book and its owner; who follows several of them is told
/// once, because all of these announcements are about the same event.
std::vector<effect> announce(const stored_event& event);

}  // namespace rentwave
