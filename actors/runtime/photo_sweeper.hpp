// Has bytes of photos removed that no advert shows any more, or never did: of an upload that was
// refused after they were stored, of adverts and accounts that are gone. Every node goes through
// all of them again and again, a part at a time (`journal::sweep_photos`).
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <memory>

namespace rentwave {

/// Begins with the first "tick", when the context has to be complete.
caf::actor spawn_photo_sweeper(caf::actor_system& system,
                               std::shared_ptr<const struct node_context> context);

}  // namespace rentwave
