// Runs one subscription over one partition's log: a child of the partition, which starts it anew
// when it fails. The offset follows once the effects are acknowledged (design.md section 7).
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include "actors/runtime/node_context.hpp"
#include "actors/runtime/subscription.hpp"

namespace rentwave {

caf::actor spawn_consumer(caf::event_based_actor* partition, context_ptr context, partition_id id,
                          const subscription& what);

}  // namespace rentwave
