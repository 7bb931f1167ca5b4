// Which of the other nodes there is a link with: the actor that greets them. Two nodes say who they
// are and whom they mean, and each gives the other its peer for it (peer.hpp); from then on the
// peers talk. It makes no connections: it says which are wanted.
//
//   ear   know_order      these are the other nodes
//         dialled         what came of an attempt to connect
//         wire_message, actor   a greeting of another node's ear, and its peer for this node
#pragma once

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cluster/link.hpp"

namespace rentwave {

struct know_order {
  node_id self;
  std::vector<known_node> others;
};
/// `far` is the other node's ear; null: there is none, and `why`.
struct dialled {
  node_id who;
  std::uint64_t attempt = 0;
  caf::actor far{};
  std::string why{};
};

struct ear_options {
  std::chrono::milliseconds first_pause{100};
  std::chrono::milliseconds longest_pause{2000};
  std::chrono::milliseconds greeting_time{3000};
  /// Looks at those who have connected and said nothing; again and again, and must not block.
  std::function<void()> look = [] {};
  std::chrono::milliseconds look_interval{1000};
  /// Begins to connect, and has the ear told by `dialled`; must not block.
  std::function<void(const caf::actor& ear, const node_id& who, std::uint64_t attempt,
                     const std::string& address)>
      dial;
};

caf::actor spawn_ear(caf::actor_system& system, ear_options options);

}  // namespace rentwave

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::know_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::dialled)
