// What goes wrong, by the seed: appends, reads, entities that throw, subscriptions that die. The
// process's own death is the simulation's. The hooks are called by whatever the world runs, which
// is in an order that the seed decides, so chance stays repeatable.
#pragma once

#include "actors/runtime/node.hpp"
#include "persistence/memory/store.hpp"
#include "tests/simulation/dice.hpp"

namespace rentwave::simulation {

/// One in how many; 0: never.
struct fault_rates {
  int append = 40;
  int reads = 120;     ///< of a round; they then fail for a few rounds
  int entity = 4000;   ///< of a call of an entity's functions
  int consumer = 400;  ///< of an event that a subscription handles
  int crash = 60;      ///< of a round
};

class faults {
 public:
  faults(std::uint64_t seed, fault_rates rates) : dice_{seed}, rates_{rates} {}

  /// Wraps what can fail.
  node_options wrap(node_options options);
  void attach(memory_store& store);
  /// At the start of every round.
  void round(memory_store& store);
  bool is_time_to_crash() { return on_ && hits(rates_.crash); }
  /// From now on nothing fails.
  void stop(memory_store& store);
  std::int64_t count() const { return count_; }
  bool reads_fail() const { return bad_rounds_ > 0; }

  /// Throws, sometimes.
  void maybe_throw(int rate, const char* what);
  const fault_rates& rates() const { return rates_; }

 private:
  bool hits(int rate) { return rate > 0 && dice_.one_in(rate); }
  append_fault next_append();

  dice dice_;
  fault_rates rates_;
  bool on_ = true;
  int burst_ = 0;  ///< appends that still fail
  append_fault kind_ = append_fault::none;
  int bad_rounds_ = 0;  ///< rounds in which reads still fail
  std::int64_t count_ = 0;
};

}  // namespace rentwave::simulation
