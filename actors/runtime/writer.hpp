// The journal's one writer in a node: gathers what arrives while a transaction becomes durable, and
// writes that together as the next one (group commit). It holds the partitions' epochs, so it is
// also where a stale owner is stopped. A thread of its own, or an actor of the scheduler in
// simulations.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <memory>

#include "actors/runtime/node_context.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// The context is complete when the first message arrives.
caf::actor spawn_writer(caf::actor_system& system, std::unique_ptr<journal> connection,
                        std::shared_ptr<const node_context> context);

}  // namespace rentwave
