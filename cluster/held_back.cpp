#include "cluster/held_back.hpp"

#include "persistence/event_words.hpp"

namespace rentwave {

event_names held_back_from(const std::vector<node_row>& nodes) {
  event_names types;
  for (const auto& node : nodes) {
    const auto& read = node.profile.event_types;
    if (read.empty() || read == our_event_words()) continue;
    for (auto& type : unreadable(our_event_words(), read)) types.insert(std::move(type));
  }
  return types;
}

}  // namespace rentwave
