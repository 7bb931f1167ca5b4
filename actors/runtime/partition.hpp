// A slice of all entities: routes to them, starts and supervises them, wakes them when their alarms
// are due, and hands its log to the subscriptions (design.md sections 1 and 7). One actor a
// partition.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include "actors/runtime/node_context.hpp"

namespace rentwave {

/// It begins to open when it is sent `caf::atom("begin")`; what comes before it is open waits.
caf::actor spawn_partition(caf::actor_system& system, context_ptr context, partition_id partition);

}  // namespace rentwave
