// The actor of a partition, one on every node, for as long as the node runs: the door to wherever
// the partition is (design.md section 8). While that is here, its slice routes to the entities and
// supervises them. While it is on another node, what comes is passed on to the link there; while
// nobody has it, it waits. Whoever sends to it need not know which.
//
//                 open                     lease
//   nowhere  ─────────────>  opening  ─────────────>  open
//    │    ^  <─────────────     │                      │
//    │    │     no lease        │ close, cut           │ close, cut, fenced
//    │    └────────────────── closing <────────────────┘
//    │ elsewhere
//    └────────> elsewhere ──> nowhere, opening, elsewhere: another link
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include "actors/runtime/node_context.hpp"

namespace rentwave {

/// It is nowhere at first, and opens when it is sent `caf::atom("begin")` or a `place_order`.
caf::actor spawn_partition(caf::actor_system& system, context_ptr context, partition_id partition);

}  // namespace rentwave
