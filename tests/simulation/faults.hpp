// What goes wrong, by the seed: appends, reads, take-overs, snapshots, entities that throw,
// subscriptions that die, payments. The process's own death is the simulation's. The hooks are
// called by whatever the world runs, which is in an order that the seed decides, so chance stays
// repeatable.
#pragma once

#include "actors/runtime/node.hpp"
#include "persistence/memory/store.hpp"
#include "tests/simulation/bank.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/receivers.hpp"

namespace rentwave::simulation {

/// One in how many; 0: never.
struct fault_rates {
  int append = 40;
  int reads = 120;      ///< of a round; they then fail for a few rounds
  int take_overs = 60;  ///< likewise
  int snapshot = 20;    ///< of a snapshot that is read: it is not one of ours
  int entity = 4000;    ///< of a call of an entity's functions
  int consumer = 400;   ///< of an event that a subscription handles
  int payment = 12;     ///< of a payment that the provider is asked for
  int courier = 40;     ///< of a notice that is carried
  int crash = 60;       ///< of a round
  int hand_over = 25;   ///< of a round: a partition is nobody's for a while
  int trouble = 15;     ///< of a round: something happens to one of several nodes, or between them
};

class faults {
 public:
  faults(std::uint64_t seed, fault_rates rates)
      : dice_{seed},
        rates_{rates},
        bank_{std::make_shared<bank>(seed + 1)},
        receivers_{std::make_shared<simulation::receivers>(seed + 2)} {}

  /// Wraps what can fail.
  node_options wrap(node_options options);
  void attach(memory_store& store);
  /// At the start of every round.
  void round(memory_store& store);
  bool is_time_to_crash() { return on_ && hits(rates_.crash); }
  bool is_time_to_hand_over() { return on_ && hits(rates_.hand_over); }
  bool is_time_for_trouble() { return on_ && hits(rates_.trouble); }
  /// The node that runs now does not reach the journal; or another one runs, which does.
  void cut_off(memory_store& store, bool is_so);
  /// From now on nothing fails.
  void stop(memory_store& store);
  std::int64_t count() const { return count_; }
  bool reads_fail() const { return bad_rounds_ > 0; }
  /// Something is failing right now.
  bool active() const { return bad_rounds_ > 0 || bad_take_overs_ > 0 || burst_ > 0; }
  std::uint64_t appends() const { return appends_; }
  const bank& provider() const { return *bank_; }
  simulation::receivers& webhooks() const { return *receivers_; }

  /// Throws, sometimes.
  void maybe_throw(int rate, const char* what);
  /// The same with what nobody expects to be thrown.
  void maybe_throw_int(int rate);
  bool refuses_snapshot();
  const fault_rates& rates() const { return rates_; }

 private:
  bool hits(int rate) { return rate > 0 && dice_.one_in(rate); }
  append_fault next_append();

  dice dice_;
  fault_rates rates_;
  bool on_ = true;
  int burst_ = 0;  ///< appends that still fail
  append_fault kind_ = append_fault::none;
  int bad_rounds_ = 0;      ///< rounds in which reads still fail
  int bad_take_overs_ = 0;  ///< and take-overs
  bool is_cut_off_ = false;
  std::uint64_t appends_ = 0;
  std::shared_ptr<bank> bank_;
  std::shared_ptr<simulation::receivers> receivers_;
  std::int64_t count_ = 0;
};

}  // namespace rentwave::simulation
