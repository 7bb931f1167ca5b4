// A link between two nodes of one process, for tests: passes calls, answers and news on as they
// are, until it is told to end.
#pragma once

#include <caf/all.hpp>

#include <variant>

#include "actors/runtime/remote.hpp"
#include "actors/runtime/routing.hpp"

namespace rentwave::testing {

/// On the node that asks it is a partition's link; on the one that is asked, who asks.
class relay {
 public:
  explicit relay(caf::event_based_actor* self) : self_{self} {}

  caf::behavior live(routing_ptr from, routing_ptr to) {
    from_ = std::move(from);
    to_ = std::move(to);
    return {
        [this](const remote_call& call) { pass_on(call); },
        [this](const news_ptr& what) { self_->send(door_of(*from_, what->partition), what); },
    };
  }

 private:
  static const caf::actor& door_of(const routing& where, partition_id partition) {
    return where.partitions.at(static_cast<std::size_t>(partition));
  }

  void pass_on(const remote_call& call) {
    if (call.is_one_way) return ask<taken>(call);
    std::visit([&]<class Asked>(const Asked&) { ask<answer_of<Asked>>(call); }, call.what);
  }

  template <class Answer>
  void ask(const remote_call& call) {
    const auto door = caf::actor_cast<caf::actor>(self_->current_sender());
    self_->request(door_of(*to_, call.partition), caf::infinite, call)
        .then(
            [this, door, number = call.number](const Answer& what) {
              self_->send(door, remote_answer{number, what});
            },
            [this, door, number = call.number](const caf::error& why) {
              self_->send(door, remote_answer{number, why});
            });
  }

  caf::event_based_actor* self_;
  routing_ptr from_;
  routing_ptr to_;
};

inline caf::actor spawn_relay(caf::actor_system& system, const routing_ptr& from,
                              const routing_ptr& to) {
  return system.spawn(
      [from, to](caf::stateful_actor<relay>* self) { return self->state.live(from, to); });
}

}  // namespace rentwave::testing
