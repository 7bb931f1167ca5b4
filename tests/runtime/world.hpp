// A whole node on CAF's deterministic scheduler, over the in-memory journal: nothing moves unless
// the test says so, and time is virtual. Shared by the runtime's tests and the simulation.
#pragma once

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <variant>

#include "actors/runtime/node.hpp"
#include "actors/runtime/protocol.hpp"
#include "persistence/memory/store.hpp"

namespace rentwave::testing {

/// What a request came to: nothing yet, an answer, or an error.
template <class T>
struct pending {
  std::shared_ptr<std::optional<std::variant<T, caf::error>>> slot =
      std::make_shared<std::optional<std::variant<T, caf::error>>>();

  bool done() const { return slot->has_value(); }
  bool failed() const { return done() && std::holds_alternative<caf::error>(**slot); }
  const T* value() const { return done() ? std::get_if<T>(&**slot) : nullptr; }
};

class world {
 public:
  /// `base` is changed where a deterministic world needs it (no threads, virtual time).
  explicit world(node_options base = {});
  /// One of several nodes over one journal, which outlives it; it has to be started.
  world(node_options base, memory_store& shared);
  ~world();

  /// Ends the process without a word, as kill -9 does: memory is gone, the journal stays.
  void crash();
  /// Starts it again over the same journal, after so much real time; less than none is a clock that
  /// was set back meanwhile.
  void start(duration down = {});
  /// How fast domain time runs from the next start on.
  void set_rate(double rate) { base_.clock_rate = rate; }
  bool is_running() const { return machine_ != nullptr; }
  const node_options& options() const { return base_; }

  /// To a partition's actor, as the driver of a cluster's node gives orders.
  void order(partition_id partition, place_order what);
  /// Where a partition is, as its actor told last.
  door_state state_of(partition_id partition) const { return doors_.at(partition); }
  /// All partitions are closed, or cut off, and then ordered to open again.
  void hand_over_all(place_order::placing how);

  pending<outcome> send(entity_ref to, any_command body, command_id id,
                        std::optional<account_id> caller = {}, instant cause = instant::max());
  pending<outcome> send(command_envelope letter);
  pending<view_ptr> query(entity_ref of, bool settled = false);

  /// Runs what can run now. With `shuffle` the order of the actors is drawn from it.
  void run();
  /// Lets real (virtual) time pass, in steps, running what becomes due.
  void pass(duration real, duration step = std::chrono::seconds{1});
  void shuffle(std::mt19937_64* dice) { dice_ = dice; }
  /// Executes one job; false when there is none.
  bool step();
  bool has_work() const { return machine_ && !machine_->scheduler.jobs.empty(); }
  /// Real (virtual) time has passed; what became due is to be run.
  void advance(duration real) { machine_->scheduler.advance_time(real); }

  // For convenience: run until answered; the test fails by exception when it is not.
  outcome ask(entity_ref to, any_command body, std::optional<account_id> caller = {});
  view_ptr look(entity_ref of, bool settled = false);
  /// Of the entity's partition.
  report_ptr report(const entity_ref& of);
  bool release(const entity_ref& from_quarantine);
  /// Why the first dead letter that failed again did so; empty: none is left.
  std::string replay(const std::string& subscription, const entity_ref& of);
  // The same, without running.
  pending<report_ptr> begin_report(const entity_ref& of);
  pending<std::string> begin_release(const entity_ref& from_quarantine);
  pending<std::string> begin_replay(const std::string& subscription, const entity_ref& of);

  memory_store& journal() { return store_; }
  const domain_clock& clock() const { return machine_->running->clock(); }
  const routing& routes() const { return *machine_->running->routes(); }
  instant now() const { return clock().now(); }
  node& running() { return *machine_->running; }
  caf::actor_system& system() { return machine_->system; }
  command_id fresh_id();
  /// Virtual real time, which goes on over crashes.
  instant real_now() const;

 private:
  template <class Answer, class Message>
  pending<Answer> request(const entity_ref& to, Message message);

  struct machine {
    caf::actor_system_config config;
    caf::actor_system system;
    caf::scheduler::test_coordinator& scheduler;
    std::unique_ptr<node> running;
    machine();
  };

  std::unique_ptr<memory_store> own_;  ///< none: it is shared
  memory_store& store_;
  node_options base_;
  std::map<partition_id, door_state> doors_;
  std::unique_ptr<machine> machine_;
  instant started_at_;
  std::mt19937_64* dice_ = nullptr;
  std::uint64_t ids_ = 0;
  int owners_ = 0;
};

}  // namespace rentwave::testing
