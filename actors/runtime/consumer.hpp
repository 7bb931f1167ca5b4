// Runs one subscription over one partition's log: a child of the partition, which starts it anew
// when it fails. The offset follows once the effects are acknowledged. An event that keeps failing
// becomes a dead letter, and so do later ones of the same entity, until an operator has them tried
// again: others do not wait for it (design.md section 7).
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <atomic>
#include <memory>

#include "actors/runtime/node_context.hpp"
#include "actors/runtime/subscription.hpp"

namespace rentwave {

/// Written by the subscription's actor, read by whoever wants to know.
struct subscription_progress {
  std::atomic<std::int64_t> position{0};  ///< every event up to here has had its effect
  std::atomic<std::int64_t> latest{0};    ///< the log goes at least so far
  std::atomic<std::size_t> parked{0};     ///< entities with dead letters
  std::atomic<std::size_t> letters{0};    ///< of all of them
};

caf::actor spawn_consumer(caf::event_based_actor* partition, context_ptr context, partition_id id,
                          const subscription& what,
                          std::shared_ptr<subscription_progress> progress);

}  // namespace rentwave
