// One running RentWave: starts the actors over a journal and stops them in order. Made by main (or
// a test), which owns the actor system and the journal and outlives it.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <string>

#include "actors/runtime/domain_clock.hpp"
#include "actors/runtime/machine.hpp"
#include "actors/runtime/payments.hpp"
#include "actors/runtime/postman.hpp"
#include "actors/runtime/remote.hpp"
#include "actors/runtime/restart_budget.hpp"
#include "actors/runtime/routing.hpp"
#include "actors/runtime/runtime_figures.hpp"
#include "actors/runtime/subscription.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

struct node_options {
  std::string name = "node";
  int partitions = 64;  ///< as the journal was made
  int readers = 2;      ///< connections for reading
  bool threads = true;  ///< false: everything on CAF's scheduler, for simulations
  double clock_rate = 1;
  time_source real_time = system_time;
  machine_factory machines = make_machine;
  std::vector<subscription> subscriptions = all_subscriptions("EUR");
  std::shared_ptr<payment_provider> payments = sandbox_payments();
  std::shared_ptr<courier> webhooks{};  ///< none: nothing is posted

  // One of many nodes (design.md section 8), whose driver sends `place_order`:
  bool opens_all = true;  ///< at the start, and knows no others; false: waits for orders
  /// Whether the node's lease lasts: asked by any thread before each answer. Empty: it always does.
  std::function<bool()> may_answer{};
  /// Types of events that must not be written yet, as another node could not read them: asked by
  /// any thread before each decision. Empty, or null: there are none.
  std::function<std::shared_ptr<const event_names>()> held_back{};
  /// Where a partition is now, said by its actor, in its thread: when that changes, and after an
  /// order that changed nothing. Once it is `nowhere` nothing is answered for it any more, whatever
  /// was under way.
  std::function<void(partition_id, door_state)> door_moved{};

  // Real time:
  duration retry_delay = std::chrono::seconds{5};     ///< until a want is sent again
  duration idle_time = std::chrono::minutes{2};       ///< until an entity sleeps
  duration answer_memory = std::chrono::minutes{10};  ///< how long entities remember answers
  duration alarm_horizon = std::chrono::minutes{2};   ///< alarms in memory
  duration alarm_tick = std::chrono::seconds{1};      ///< the clock is read at least so often
  restart_budget::limits restarts;
  duration placeless_time = std::chrono::seconds{30};  ///< what waits for a partition gives up
  duration photo_sweep_interval = std::chrono::minutes{10};  ///< for bytes that no advert shows
  duration photo_orphan_age = std::chrono::hours{1};  ///< put so long ago, they are swept away
  std::int64_t snapshot_events = 100;                 ///< an entity's events between two snapshots
  // Limits:
  std::size_t entities_at_rest = 200'000;  ///< in memory without need; more go to sleep at once
  std::size_t entity_queue = 4096;   ///< messages that wait in one entity; more are `overloaded`
  int alarm_page = 10'000;           ///< alarms read at once; the next when half of them are left
  std::size_t batch_events = 2000;   ///< of one transaction
  std::size_t deliveries = 2;        ///< notices to followers that are under way at the same time
  std::size_t posts = 32;            ///< to webhooks, likewise
  std::size_t posts_a_receiver = 4;  ///< of them to one host and port
  std::size_t photo_queue = 16;      ///< photos that wait to be stored; more are turned away
  std::size_t photo_fetches = 256;   ///< that wait to be read; likewise
};

class node {
 public:
  /// Reads the clock's anchor and starts the actors; opens the partitions, unless the options say
  /// that orders will come. Errors: those of the journal. Serving begins at once; `is_ready` says
  /// when everything is open.
  static journal_result<std::unique_ptr<node>> start(caf::actor_system& system,
                                                     journal_store& store, node_options options);
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  const routing_ptr& routes() const { return routes_; }
  const domain_clock& clock() const { return *clock_; }
  const std::shared_ptr<const domain_clock>& shared_clock() const { return clock_; }
  /// One of the readers, by turns; for one question, which is counted as waiting there.
  caf::actor reader() const;
  /// The thread that writes photos' bytes, for one question, which is counted as waiting there:
  /// megabytes hold up no other question. Null when as many wait as may.
  caf::actor keeper() const;
  /// The thread that reads them, likewise; as many may wait there as for the readers.
  caf::actor fetcher() const;
  std::shared_ptr<const runtime_figures> figures() const;
  /// Every partition is open. From any thread.
  bool is_ready() const;
  /// Ends all actors. What is being written becomes durable; what waits is dropped, unacknowledged.
  /// Without threads the scheduler has to run afterwards, before the node is destroyed.
  void stop();

 private:
  node() = default;

  struct parts;
  std::unique_ptr<parts> parts_;
  routing_ptr routes_;
  std::shared_ptr<const domain_clock> clock_;
};

}  // namespace rentwave
