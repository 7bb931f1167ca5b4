// The gateways that watch entities of one partition: who is told that something became durable.
// A plain class of the partition's actor, over a watch_table of actors.
#pragma once

#include <caf/actor_control_block.hpp>
#include <caf/fwd.hpp>

#include "actors/runtime/protocol.hpp"
#include "actors/runtime/watch_table.hpp"

namespace rentwave {

class watchers {
 public:
  explicit watchers(partition_id of) : partition_(of) {}

  /// Begins or renews what is asked for, for `watch_time` from now on. All times are real.
  watch_ptr watch(const watch_request& asked, const caf::strong_actor_ptr& who, instant now);
  void tell(caf::event_based_actor* self, std::span<const stored_event> durable) const;
  /// Of a partition that is elsewhere: passes on what its owner tells.
  void tell(caf::event_based_actor* self, const news& what) const;
  /// What its owner has begun to watch only now was lost before, for everybody here.
  void drop(const watch_answer& begun);
  /// The partition moves: everybody is told so, and forgotten.
  void end(caf::event_based_actor* self);
  /// Forgets whose time is up; it looks now and then only.
  void forget(instant now);
  /// Whoever renews hears that nothing was known of it.
  void clear() { table_.clear(); }

 private:
  /// Of this partition's entities, by all gateways.
  static constexpr std::size_t most = 200'000;

  partition_id partition_;
  watch_table<caf::strong_actor_ptr> table_{most};
  instant next_look_ = instant::min();
};

}  // namespace rentwave
