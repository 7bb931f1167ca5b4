// The one generic entity actor (design.md section 4): what turns an entity's pure functions into an
// addressable, durable, idempotent actor. Started by its partition, which is the only one to send
// to it.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include "actors/domain/entity.hpp"
#include "actors/runtime/node_context.hpp"

namespace rentwave {

/// A lazily started child of `parent`, which monitors it.
caf::actor spawn_entity(caf::event_based_actor* parent, context_ptr context, entity_ref entity,
                        partition_id partition);

}  // namespace rentwave
