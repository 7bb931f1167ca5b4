// What the clock brings to a rental whose item is out. `decide` and `alarm` share it: what the one
// would emit, the other has announced.
#pragma once

#include "actors/domain/rental.hpp"

namespace rentwave::rental {

/// Not while an extension is being agreed on.
bool clock_runs(const state& s);

/// When the renter of an active rental is reminded of its end.
instant reminder_of(const state& s);

/// When the next late period is charged or, beyond the cap, when the item is lost.
instant next_late(const state& s);

}  // namespace rentwave::rental
