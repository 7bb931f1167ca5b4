// Which types of events may be written while two releases run side by side (design.md section 5).
#pragma once

#include <vector>

#include "actors/domain/decision.hpp"
#include "persistence/membership.hpp"

namespace rentwave {

/// The types of events of this release that one of the nodes cannot read. Who says of none that it
/// can read it is of a release before nodes said so, and not waited for.
event_names held_back_from(const std::vector<node_row>& nodes);

}  // namespace rentwave
