// What of a partition is there only while it is open on this node: its entities, its subscriptions,
// the alarms of the near future and who watches. Made when the partition opens and gone when all of
// it has ended. A plain class of the partition's actor, which is the parent of all of these actors.
#pragma once

#include <caf/actor.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/response_promise.hpp>

#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/runtime/alarm_index.hpp"
#include "actors/runtime/consumer.hpp"
#include "actors/runtime/node_context.hpp"
#include "actors/runtime/watchers.hpp"

namespace rentwave {

/// A command or a query on its way to an entity.
struct entity_message {
  command_ptr command{};
  query_ptr query{};
  caf::response_promise promise{};
  bool from_node = false;
  bool is_one_way = false;  ///< of those from nodes: answered `taken` once it is with the entity
};

class slice : public std::enable_shared_from_this<slice> {
 public:
  // To itself, by the actor: `tick` is due, `revive_consumers` is.
  using tick_atom = caf::atom_constant<caf::atom("tick")>;
  using revive_atom = caf::atom_constant<caf::atom("revive")>;

  /// `give_back` gets the messages that have not reached their entity when it leaves. `opening` is
  /// another number for each slice of this partition.
  slice(caf::event_based_actor* self, context_ptr context, partition_id id, std::uint64_t opening,
        std::function<void(entity_message)> give_back);

  void begin();

  void route(entity_message message);
  void committed(const commit_ptr& durable);
  void suspend() { suspended_ = true; }
  void reopen(const reopened& news);
  void tick(std::uint64_t generation);
  void revive_consumers();
  /// One of its actors may have ended.
  void down(const caf::down_msg& news);
  /// Nothing is lost with it, and outsiders can ask for any number of such entities.
  void sleep_empty(const entity_ref& entity);
  void stay_awake(const entity_ref& entity);
  /// Of one of its entities, by its actor.
  void expect_end(caf::actor_id whose);

  // For operators and gateways:
  report_ptr report(std::size_t kept) const;
  place_ptr look(const entity_ref& entity) const;
  std::string release(const entity_ref& entity);
  void replay(const replay_order& order, caf::response_promise done);
  watch_ptr watch(const watch_request& asked, const caf::strong_actor_ptr& who);

  // Afterwards it takes nothing new on, and is alone once all of its actors have ended:
  void close();  ///< each finishes what it is writing, and gives back what else it has
  void cut();    ///< each gives back what it is writing, too
  void end();    ///< without a word: the node stops
  bool is_alone() const { return children_.empty() && consumers_.empty(); }

 private:
  struct child {
    caf::actor handle;
    instant last_used;  ///< real time
    /// Set once it ends, or is told to: what comes is kept back.
    std::unique_ptr<std::vector<entity_message>> kept;

    bool is_ending() const { return kept != nullptr; }
    void begin_to_end() { kept = std::make_unique<std::vector<entity_message>>(); }
  };
  struct overdue {
    instant since;  ///< domain time
    bool fired = false;
  };
  struct running_subscription {
    subscription what;
    std::shared_ptr<subscription_progress> progress;
    caf::actor handle;
  };

  void start_consumer(const subscription& what);
  void consumer_ended(const caf::down_msg& news);
  void end_consumers();
  child* find(const entity_ref& entity);
  void entity_ended(const entity_ref& entity, const caf::error& reason);
  void fault(const entity_ref& entity, const caf::error& reason);
  void wake_at(const entity_ref& entity, instant real);
  void refuse_failing(entity_message& message, const entity_ref& to);
  void wake_due();
  void wake(const entity_ref& entity, instant due);
  void note_fired(const entity_ref& entity);
  duration alarm_lag() const;
  void read_alarms();
  void hurry(const std::vector<alarm_row>& rows);
  void arm();
  void put_idle_to_sleep();
  void order_sleep(child& one);

  caf::event_based_actor* self_;
  context_ptr context_;
  partition_id id_ = 0;
  std::function<void(entity_message)> give_back_;
  bool suspended_ = false;  ///< no entity may be read
  bool hurries_ = true;     ///< until all of the alarm table was read once
  bool leaving_ = false;
  std::unordered_map<entity_ref, child> children_;
  std::unordered_map<caf::actor_id, const entity_ref*> names_;  ///< keys of `children_`
  std::vector<running_subscription> consumers_;
  restart_budget budget_;
  alarm_index alarms_;
  std::unordered_set<entity_ref> waking_;
  /// Their alarms were due and have had no effect: they are being woken, or stand in `alarms_` for
  /// another try.
  std::unordered_map<entity_ref, overdue> overdue_;
  instant next_tick_ = instant::max();   ///< domain time
  instant next_sweep_ = instant::min();  ///< real time
  watchers watchers_;
  std::uint64_t generation_;  ///< of the tick that is waited for; another for each slice
};

}  // namespace rentwave
