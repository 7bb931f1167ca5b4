// Reads the journal for others: a blocking connection behind messages. Each reader is one thread of
// its own (or, in simulations, one actor of the scheduler).
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <atomic>
#include <memory>

#include "persistence/journal.hpp"

namespace rentwave {

/// `waiting`: how many questions were sent and not taken up; whoever sends one counts it up.
/// `threads` false: an actor of the scheduler, for simulations.
caf::actor spawn_reader(caf::actor_system& system, std::unique_ptr<journal> connection,
                        std::shared_ptr<std::atomic<std::size_t>> waiting, bool threads);

}  // namespace rentwave
