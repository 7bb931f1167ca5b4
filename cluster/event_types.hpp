// Which types of events may be written while two releases run side by side (design.md section 5).
#pragma once

#include <string_view>
#include <vector>

#include "persistence/membership.hpp"

namespace rentwave {

/// Every node can read events of this type: only then may one be written.
bool all_can_read(std::string_view event_type, const std::vector<node_row>& nodes);

}  // namespace rentwave
