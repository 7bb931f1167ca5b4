// Tells followers on behalf of topics: the next so many people of an audience, one inbox after the
// other, and never more at the same time on this node than `node_options::deliveries`, so that a
// storm of notices leaves room for everybody else.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <memory>

namespace rentwave {

/// The context is complete when the first message arrives.
caf::actor spawn_crier(caf::actor_system& system,
                       std::shared_ptr<const struct node_context> context);

}  // namespace rentwave
