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
  /// Begins or renews what is asked for, for `watch_time` from now on. All times are real.
  watch_ptr watch(const watch_request& asked, const caf::strong_actor_ptr& who, instant now);
  void tell(caf::event_based_actor* self, std::span<const stored_event> durable) const;
  /// Forgets whose time is up; it looks now and then only.
  void forget(instant now);
  /// Whoever renews hears that nothing was known of it.
  void clear() { table_.clear(); }

 private:
  /// Of this partition's entities, by all gateways.
  static constexpr std::size_t most = 200'000;

  watch_table<caf::strong_actor_ptr> table_{most};
  instant next_look_ = instant::min();
};

}  // namespace rentwave
