// The actor that stands for another node: what this node's partitions want of the other's goes
// through it, and what the other wants of ours (deputy.hpp) begins here. It lives for as long as
// the other node is a member, over any number of links, and is told of them (link.hpp).
//
//   peer   link_up         there is a link
//          remote_call     from a partition's actor: answered by `remote_answer`, whatever happens
//          wire_message    from the other end of the link
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "actors/runtime/domain_clock.hpp"
#include "actors/runtime/routing.hpp"

namespace rentwave {

struct peer_options {
  std::string name;    ///< of the other node, for logs
  routing_ptr routes;  ///< of this node
  std::shared_ptr<const domain_clock> clock;
  /// Whether there is a link from now on; called in the peer's thread.
  std::function<void(bool)> linked{};
  // Limits of one peer, each way:
  std::size_t calls = 10'000;                 ///< under way; more are `overloaded`
  std::size_t bytes = std::size_t{64} << 20;  ///< of calls that were sent and are not answered
  /// Of news that the other node has not said to have heard. Beyond it they are held back, and it
  /// is told that watching has ended: whoever watches there asks again, and reads.
  std::size_t news_bytes = std::size_t{4} << 20;
};

/// It ends by an exit message: then nothing is under way any more, and its link ends.
caf::actor spawn_peer(caf::actor_system& system, peer_options options);

}  // namespace rentwave
