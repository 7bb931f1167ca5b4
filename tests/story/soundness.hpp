// The invariants of design.md section 6, read from the journal that a server left or is writing, by
// the simulation's checker.
#pragma once

#include <functional>
#include <string>

#include "tests/simulation/model.hpp"

namespace rentwave::testing {

/// What holds at every moment, also right after a death: the order of the log, no two bookings that
/// overlap, each late period charged once and not before its time, and the money to the cent.
/// Throws with a sentence; the result is what the checker has read.
simulation::model check_sound(const std::string& journal_url);

/// What holds besides once nothing is under way any more; waits for that, for a while. `alive` is
/// called before each look: whoever has to bring it about may have died meanwhile.
void check_settled(
    const std::string& journal_url, const std::function<void()>& alive = [] {});

}  // namespace rentwave::testing
