// What the doors of all partitions said of themselves last, and what a member makes of it: what is
// held, and which doors lead elsewhere than the table says. No thread, no lock of its own.
#pragma once

#include <caf/actor.hpp>

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "actors/runtime/remote.hpp"
#include "cluster/steward.hpp"

namespace rentwave {

/// A door that is to be turned.
struct door_turn {
  partition_id which = 0;
  caf::actor peer{};            ///< to whom; null: to nobody,
  bool is_unreachable = false;  ///< though its owner lives

  friend bool operator==(const door_turn&, const door_turn&) = default;
};

class door_table {
 public:
  explicit door_table(std::size_t partitions) : doors_(partitions) {}

  /// A door says where it is now. True: the partition was given up, or is not where it was thought
  /// to be, so that looking at the table is worth while.
  bool moved(partition_id which, door_state to);

  // Orders that are about to be sent; the door's own words correct it.
  void opens(partition_id which) { of(which) = {door_state::opening}; }
  /// False: it is not held any more.
  bool closes(partition_id which);
  /// True: for the first time.
  bool is_cut_anew(partition_id which) { return !std::exchange(of(which).is_cut, true); }

  holdings held() const;
  /// All that is this node's is open, and all else leads to its owner.
  bool leads_everywhere(const partition_table& table, const std::optional<node_id>& self) const;
  /// Those that lead elsewhere than they are to.
  std::vector<door_turn> turn(const partition_table& table,
                              const std::map<node_id, caf::actor>& peers,
                              const std::set<node_id>& unreachable);

 private:
  struct door {
    door_state state = door_state::nowhere;
    caf::actor peer{};  ///< it was told to lead there
    bool is_cut = false;
    bool is_unreachable = false;  ///< it was told so
  };

  door& of(partition_id which) { return doors_[static_cast<std::size_t>(which)]; }

  std::vector<door> doors_;  ///< by partition
};

}  // namespace rentwave
