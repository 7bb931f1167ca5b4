// Nodes that live, as the tables show, while there is no link to them: the network is cut between
// them and this one, and nobody will take over what they have. Of the member's thread; reads no
// clock.
#pragma once

#include <caf/actor.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "cluster/lease.hpp"

namespace rentwave {

class missing_links {
 public:
  /// A link may be missing for so long before anything is thought of it: it may be made anew.
  explicit missing_links(boot_clock::duration patience) : patience_(patience) {}

  /// What the tables said last, and to whom there are links; often.
  void look(boot_time now, const std::vector<node_row>& others,
            const std::map<node_id, caf::actor>& linked);

  const std::set<node_id>& unreachable() const { return unreachable_; }

 private:
  struct absence {
    boot_time since;
    std::int64_t counter = 0;  ///< at that time
  };

  boot_clock::duration patience_;
  std::map<node_id, absence> missing_;
  std::set<node_id> unreachable_;
};

}  // namespace rentwave
