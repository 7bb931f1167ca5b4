#include "actors/runtime/partition.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>
#include <unordered_map>

#include "actors/runtime/alarm_index.hpp"
#include "actors/runtime/consumer.hpp"
#include "actors/runtime/entity_actor.hpp"
#include "actors/runtime/protocol.hpp"

namespace rentwave {
namespace {

using begin_atom = caf::atom_constant<caf::atom("begin")>;
using tick_atom = caf::atom_constant<caf::atom("tick")>;

constexpr auto reopen_delay = std::chrono::seconds{1};
constexpr int alarm_page = 10'000;
constexpr std::size_t buffer_limit =
    10'000;  ///< messages kept while the partition or an entity is not up

/// A message that could not be passed on yet.
struct kept_message {
  command_ptr command;
  query_ptr query;
  caf::response_promise promise;
};

struct child {
  caf::actor handle;
  instant last_used;      ///< real time
  bool sleeping = false;  ///< told to end; what comes is kept back
  std::vector<kept_message> kept;
};

class partition {
 public:
  explicit partition(caf::event_based_actor* self) : self_{self} {}
  const char* name = "partition";

  void setup(context_ptr context, partition_id id) {
    context_ = std::move(context);
    id_ = id;
  }

  void open() {
    self_->request(context_->writer, caf::infinite, open_request{id_})
        .then([this](const partition_lease&) { opened(); },
              [this](const caf::error& why) {
                spdlog::warn("partition {} cannot be opened: {}", id_, self_->system().render(why));
                self_->delayed_send(self_, reopen_delay, begin_atom::value);
              });
  }

  void route(kept_message message) {
    if (!open_) return keep(early_, std::move(message));
    const auto& to = message.command ? message.command->to : message.query->to;
    auto& target = find(to);
    target.last_used = context_->clock->real_now();
    if (target.sleeping) return keep(target.kept, std::move(message));
    pass_on(target, message);
  }

  void committed(const commit_ptr& durable) {
    for (const auto& alarm : durable->alarms)
      alarms_.changed(alarm.entity, alarm.due, alarm.version);
    for (const auto& consumer : consumers_) self_->send(consumer, durable);
    arm();
  }

  void reopen(const reopened& news) {
    for (const auto& consumer : consumers_) self_->send(consumer, news);
    reread_ = true;
    tick(generation_);
  }

  void tick(std::uint64_t generation) {
    if (generation != generation_) return;  // overtaken by an earlier one
    const auto now = context_->clock->now();
    for (const auto& entity : alarms_.take_due(now)) wake(entity);
    const auto span = context_->clock->in_domain(context_->options.alarm_horizon);
    if (!alarms_.is_reading() && (reread_ || alarms_.horizon() < now + span / 2))
      read_alarms(now + span);
    put_idle_to_sleep();
    next_tick_ = instant::max();
    arm();
  }

  void down(const caf::down_msg& news) {
    restart_consumer(news);
    const auto found = names_.find(news.source);
    if (found == names_.end()) return;
    const auto entity = std::move(found->second);
    names_.erase(found);
    const auto node = children_.find(entity);
    if (node == children_.end()) return;
    auto kept = std::move(node->second.kept);
    children_.erase(node);
    // A failed one may have left a due alarm behind that is no longer in memory.
    if (news.reason != caf::exit_reason::normal) reread_ = true;
    for (auto& message : kept) route(std::move(message));
  }

  void end(const caf::error& reason) {
    for (const auto& [entity, one] : children_)
      caf::anon_send_exit(one.handle, caf::exit_reason::user_shutdown);
    for (const auto& consumer : consumers_)
      caf::anon_send_exit(consumer, caf::exit_reason::user_shutdown);
    consumers_.clear();
    self_->quit(reason);
  }

  void still_awake_(const entity_ref& entity) {
    const auto found = children_.find(entity);
    if (found == children_.end()) return;
    found->second.sleeping = false;
    for (auto& message : std::exchange(found->second.kept, {})) pass_on(found->second, message);
  }

 private:
  void opened() {
    open_ = true;
    for (const auto& one : context_->options.subscriptions)
      consumers_.push_back(spawn_consumer(self_, context_, id_, one));
    for (auto& message : std::exchange(early_, {})) route(std::move(message));
    tick(generation_);
    context_->opened(id_);
  }

  /// It begins at its last offset: effects may repeat, under the same command ids.
  void restart_consumer(const caf::down_msg& news) {
    const auto ended = std::find_if(consumers_.begin(), consumers_.end(),
                                    [&](const auto& one) { return one.address() == news.source; });
    if (ended == consumers_.end()) return;
    const auto& what =
        context_->options.subscriptions[static_cast<std::size_t>(ended - consumers_.begin())];
    spdlog::error("subscription {} of partition {} ended and starts again: {}", what.name, id_,
                  self_->system().render(news.reason));
    *ended = spawn_consumer(self_, context_, id_, what);
  }

  static void keep(std::vector<kept_message>& buffer, kept_message message) {
    if (buffer.size() < buffer_limit) return buffer.push_back(std::move(message));
    message.promise.deliver(make_error(runtime_errc::overloaded, "too much waits for a partition"));
  }

  child& find(const entity_ref& entity) {
    const auto known = children_.find(entity);
    if (known != children_.end()) return known->second;
    auto& fresh = children_[entity];
    fresh.handle = spawn_entity(self_, context_, entity, id_);
    names_[fresh.handle.address()] = entity;
    return fresh;
  }

  static void pass_on(child& target, kept_message& message) {
    if (message.command)
      message.promise.delegate(target.handle, message.command);
    else
      message.promise.delegate(target.handle, message.query);
  }

  void wake(const entity_ref& entity) {
    auto& target = find(entity);
    target.last_used = context_->clock->real_now();
    // One that is falling asleep leaves its alarm in the journal; it fires when that is read again.
    if (target.sleeping)
      reread_ = true;
    else
      self_->send(target.handle, wake_note{});
  }

  void read_alarms(instant horizon) {
    reread_ = false;
    alarms_.begin_read(horizon);
    self_
        ->request(context_->reader_for(id_), caf::infinite,
                  alarms_request{id_, alarms_.horizon(), alarm_page})
        .then(
            [this](const alarms_ptr& found) {
              alarms_.finish_read(*found, found->size() < alarm_page);
              arm();
            },
            [this](const caf::error&) {
              alarms_.abandon_read();
              reread_ = true;
            });
  }

  void put_idle_to_sleep() {
    const auto now = context_->clock->real_now();
    const auto idle = context_->options.idle_time;
    if (now < next_sweep_) return;
    next_sweep_ = now + idle / 4;
    for (auto& [entity, one] : children_) {
      if (one.sleeping || now - one.last_used < idle) continue;
      one.sleeping = true;
      one.last_used = now;
      self_->send(one.handle, sleep_order{});
    }
  }

  /// One timer for the earliest alarm, and the clock is read at least once a tick: clocks jump.
  void arm() {
    const auto now = context_->clock->now();
    const auto tick = context_->clock->in_domain(context_->options.alarm_tick);
    auto next = now + tick;
    if (const auto due = alarms_.earliest()) next = std::min(next, std::max(*due, now));
    if (next >= next_tick_) return;
    next_tick_ = next;
    ++generation_;
    // One microsecond more: the timer must not come before the instant that it is for.
    const auto wait = context_->clock->in_real(next - now) + duration{1};
    self_->delayed_send(self_, wait, tick_atom::value, generation_);
  }

  caf::event_based_actor* self_;
  context_ptr context_;
  partition_id id_ = 0;
  bool open_ = false;
  bool reread_ = true;  ///< the alarm table may hold due alarms that are not in memory
  std::vector<kept_message> early_;
  std::unordered_map<entity_ref, child> children_;
  std::unordered_map<caf::actor_addr, entity_ref> names_;
  std::vector<caf::actor> consumers_;  ///< one a subscription, in their order
  alarm_index alarms_;
  instant next_tick_ = instant::max();   ///< domain time
  instant next_sweep_ = instant::min();  ///< real time
  std::uint64_t generation_ = 0;
};

caf::behavior live(caf::stateful_actor<partition>* self, const context_ptr& context,
                   partition_id id) {
  self->state.setup(context, id);
  self->set_down_handler([self](caf::down_msg& news) { self->state.down(news); });
  self->set_exit_handler([self](caf::exit_msg& order) { self->state.end(order.reason); });
  return {
      [self](begin_atom) { self->state.open(); },
      [self](const command_ptr& command) {
        self->state.route({command, nullptr, self->make_response_promise()});
      },
      [self](const query_ptr& query) {
        self->state.route({nullptr, query, self->make_response_promise()});
      },
      [self](const commit_ptr& durable) { self->state.committed(durable); },
      [self](const reopened& news) { self->state.reopen(news); },
      [self](tick_atom, std::uint64_t generation) { self->state.tick(generation); },
      [self](const still_awake& news) { self->state.still_awake_(news.entity); },
  };
}

}  // namespace

caf::actor spawn_partition(caf::actor_system& system, context_ptr context, partition_id partition) {
  return system.spawn(live, std::move(context), partition);
}

}  // namespace rentwave
