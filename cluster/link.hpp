// What carries wire messages to other nodes (design.md section 8): CAF's middleman (caf_link.hpp),
// or a simulation. A link is seen from its ends only. At each end is a peer (peer.hpp), the actor
// that stands for the other node; while there is a link it has an actor to send wire messages to,
// whose end is the end of the link. What is sent arrives in order and at most once; nothing of what
// was sent over an old link arrives after something of a new one.
#pragma once

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <string>
#include <vector>

#include "persistence/membership.hpp"

namespace rentwave {

/// To a peer: from now on this is the way to the other node, in the place of what was before.
struct link_up {
  caf::actor far;
};

/// Another node, as the table of nodes has it.
struct known_node {
  node_id id;
  std::string address;  ///< "host:port"
  caf::actor peer;      ///< is told of links
};

/// Makes links and makes them again, for as long as the other node is known.
class links {
 public:
  virtual ~links() = default;
  /// These are the other nodes from now on, and this is who we are among them. A link with a node
  /// that is not named any more is no longer made anew; its peer's end ends it. From any thread.
  virtual void know(const node_id& self, std::vector<known_node> others) = 0;
};

}  // namespace rentwave

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::link_up)
