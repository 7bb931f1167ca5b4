#include "cluster/door_table.hpp"

#include <algorithm>

namespace rentwave {
namespace {

bool is_held(door_state state) {
  return state != door_state::nowhere && state != door_state::elsewhere;
}

holding holding_of(door_state state) {
  if (state == door_state::opening) return holding::opening;
  return state == door_state::open ? holding::open : holding::closing;
}

}  // namespace

bool door_table::moved(partition_id which, door_state to) {
  auto& one = of(which);
  const auto from = std::exchange(one.state, to);
  one.is_cut = one.is_cut && is_held(to);
  return to == door_state::nowhere &&
         (from == door_state::closing || from == door_state::elsewhere);
}

bool door_table::closes(partition_id which) {
  auto& state = of(which).state;
  if (!is_held(state)) return false;
  state = door_state::closing;
  return true;
}

holdings door_table::held() const {
  holdings all;
  for (std::size_t i = 0; i < doors_.size(); ++i)
    if (is_held(doors_[i].state)) all[static_cast<partition_id>(i)] = holding_of(doors_[i].state);
  return all;
}

bool door_table::leads_everywhere(const partition_table& table,
                                  const std::optional<node_id>& self) const {
  if (table.places.size() != doors_.size()) return false;
  for (std::size_t i = 0; i < doors_.size(); ++i) {
    const auto& owner = table.places[i].owner;
    const auto wanted = owner == self ? door_state::open : door_state::elsewhere;
    const auto is = doors_[i].state;
    if (!owner || (is != wanted && is != door_state::closing)) return false;
  }
  return true;
}

/// To an owner, too, whose lease may have ended: it knows itself whether it may answer.
std::vector<door_turn> door_table::turn(const partition_table& table,
                                        const std::map<node_id, caf::actor>& peers,
                                        const std::set<node_id>& unreachable) {
  std::vector<door_turn> turned;
  for (std::size_t i = 0; i < std::min(table.places.size(), doors_.size()); ++i) {
    auto& one = doors_[i];
    if (is_held(one.state)) {
      one.is_unreachable = false;  // it has forgotten
      continue;
    }
    const auto& owner = table.places[i].owner;
    const auto found = owner ? peers.find(*owner) : peers.end();
    const auto peer = found == peers.end() ? caf::actor{} : found->second;
    const bool is_unreachable = !peer && owner && unreachable.contains(*owner);
    const bool leads_there = one.state == door_state::elsewhere && one.peer == peer;
    const bool leads_nowhere =
        one.state == door_state::nowhere && one.is_unreachable == is_unreachable;
    if (peer ? leads_there : leads_nowhere) continue;
    one.peer = peer;
    one.is_unreachable = is_unreachable;
    turned.push_back({static_cast<partition_id>(i), peer, is_unreachable});
  }
  return turned;
}

}  // namespace rentwave
