// Stands for another node among this node's partitions, as long as one link lasts: asks what the
// other node asks, and is told what it watches. A new link has a new one, so that partitions do not
// take its watches for old ones.
//
//   deputy   wire_message   a call of the other node: its answer goes over the link; or which news
//                           it has heard
//            news_ptr       from a partition here that the other node watches
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <memory>

#include "cluster/far_clock.hpp"
#include "cluster/peer.hpp"

namespace rentwave {

/// `far` is the other end of the link. It ends by an exit message.
caf::actor spawn_deputy(caf::local_actor* parent, std::shared_ptr<const peer_options> options,
                        std::shared_ptr<far_clock> clock, caf::actor far);

}  // namespace rentwave
