// The other members as this node's partitions reach them: a peer for each, and the links that these
// need. Used by the member's thread alone.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <map>
#include <vector>

#include "actors/runtime/routing.hpp"
#include "cluster/link.hpp"

namespace rentwave {

class peers {
 public:
  /// `system` and `over` outlive it.
  peers(caf::actor_system& system, routing_ptr routes, links& over)
      : system_(system), routes_(std::move(routes)), over_(over) {}
  ~peers();
  peers(const peers&) = delete;
  peers& operator=(const peers&) = delete;

  /// Who there is from now on: the peers of all others end.
  void know(const node_id& self, const std::vector<node_row>& others);
  /// Null: there is none.
  caf::actor find(const node_id& who) const;

 private:
  caf::actor_system& system_;
  const routing_ptr routes_;
  links& over_;
  node_id self_;
  std::map<node_id, caf::actor> all_;
};

}  // namespace rentwave
