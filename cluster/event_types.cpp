#include "cluster/event_types.hpp"

#include <algorithm>

namespace rentwave {

bool all_can_read(std::string_view event_type, const std::vector<node_row>& nodes) {
  return std::ranges::all_of(nodes, [event_type](const node_row& node) {
    return std::ranges::find(node.profile.event_types, event_type) !=
           node.profile.event_types.end();
  });
}

}  // namespace rentwave
