// The other members as this node's partitions reach them: a peer for each, and the links that these
// need. Used by the member's thread alone.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "actors/runtime/domain_clock.hpp"
#include "actors/runtime/routing.hpp"
#include "cluster/link.hpp"

namespace rentwave {

class peers {
 public:
  /// `system` and `over` outlive it. `changed` is called, from any thread, when a link came up or
  /// ended; also some time after this is gone.
  peers(caf::actor_system& system, routing_ptr routes, links& over, std::function<void()> changed,
        std::shared_ptr<const domain_clock> clock)
      : system_(system),
        routes_(std::move(routes)),
        over_(over),
        changed_(std::move(changed)),
        clock_(std::move(clock)) {}
  ~peers();
  peers(const peers&) = delete;
  peers& operator=(const peers&) = delete;

  /// Who there is from now on: the peers of all others end.
  void know(const node_id& self, const std::vector<node_row>& others);
  /// Null: there is no link.
  caf::actor find(const node_id& who) const;

 private:
  struct known_peer {
    caf::actor handle;
    std::shared_ptr<std::atomic<bool>> has_link = std::make_shared<std::atomic<bool>>(false);
  };
  caf::actor start(const node_id& who, const known_peer& one) const;

  caf::actor_system& system_;
  const routing_ptr routes_;
  links& over_;
  const std::function<void()> changed_;
  const std::shared_ptr<const domain_clock> clock_;
  node_id self_;
  std::map<node_id, known_peer> all_;
};

}  // namespace rentwave
