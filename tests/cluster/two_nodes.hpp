// Two peers with a link between them that a test makes, cuts, and listens to, on CAF's
// deterministic scheduler; and stand-ins for the partitions of both nodes.
#pragma once

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "actors/runtime/remote.hpp"
#include "cluster/link.hpp"
#include "cluster/peer.hpp"
#include "cluster/wire_message.hpp"

namespace rentwave::testing {

/// Links within one process, as `link.hpp` has them: in order, and cut as a whole. Each end sends
/// to an actor that passes on to the peer at the other end.
class simulated_link {
 public:
  simulated_link(caf::actor_system& system, const caf::actor& one, const caf::actor& other)
      : to_other_{spawn_pipe(system, other)}, to_one_{spawn_pipe(system, one)} {
    caf::anon_send(one, link_up{to_other_});
    caf::anon_send(other, link_up{to_one_});
  }
  ~simulated_link() { cut(); }
  simulated_link(const simulated_link&) = delete;
  simulated_link& operator=(const simulated_link&) = delete;

  /// What was sent and has not arrived is lost.
  void cut() {
    for (auto* pipe : {&to_other_, &to_one_})
      caf::anon_send_exit(std::exchange(*pipe, nullptr), caf::exit_reason::kill);
  }

 private:
  static caf::actor spawn_pipe(caf::actor_system& system, const caf::actor& to) {
    return system.spawn([to](caf::event_based_actor* self) -> caf::behavior {
      return {[self, to](const wire_message& message) { self->send(to, message); }};
    });
  }

  caf::actor to_other_, to_one_;
};

/// What came to a partition's actor, and what it says to calls.
struct seen_at_door {
  std::vector<remote_call> calls;
  std::vector<remote_answer> answers;
  std::vector<news_ptr> told;
  /// The response to a call; an empty message: none, ever.
  std::function<caf::message(const remote_call&)> responds;
  std::vector<caf::strong_actor_ptr> askers;
};

inline caf::actor spawn_door(caf::actor_system& system, seen_at_door& seen) {
  return system.spawn([&seen](caf::event_based_actor* self) -> caf::behavior {
    return {
        [self, &seen](const remote_call& call) {
          seen.calls.push_back(call);
          seen.askers.push_back(self->current_sender());
          auto promise = self->make_response_promise();
          const auto response = seen.responds ? seen.responds(call) : caf::message{};
          if (!response.empty()) promise.deliver(response);
        },
        [&seen](const remote_answer& answer) { seen.answers.push_back(answer); },
        [&seen](const news_ptr& news) { seen.told.push_back(news); },
    };
  });
}

/// One node: its partitions, and its peer for the other.
struct simulated_node {
  static constexpr std::size_t partitions = 2;
  std::vector<seen_at_door> seen{partitions};
  routing_ptr routes;
  caf::actor peer;

  simulated_node(caf::actor_system& system, const peer_options& options) {
    auto made = std::make_shared<routing>();
    for (auto& each : seen) made->partitions.push_back(spawn_door(system, each));
    routes = made;
    auto of_this = options;
    of_this.routes = routes;
    peer = spawn_peer(system, of_this);
  }
  const caf::actor& door(std::size_t partition) const { return routes->partitions[partition]; }
  void end() {
    for (const auto& each : routes->partitions)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(peer, caf::exit_reason::user_shutdown);
  }
};

}  // namespace rentwave::testing
