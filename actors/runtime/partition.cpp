#include "actors/runtime/partition.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "actors/runtime/alarm_index.hpp"
#include "actors/runtime/consumer.hpp"
#include "actors/runtime/entity_actor.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/runtime/watchers.hpp"

namespace rentwave {
namespace {

using begin_atom = caf::atom_constant<caf::atom("begin")>;
using revive_atom = caf::atom_constant<caf::atom("revive")>;
using tick_atom = caf::atom_constant<caf::atom("tick")>;

constexpr auto reopen_delay = std::chrono::seconds{1};
constexpr int alarm_page = 10'000;
/// Entities that were woken and have not written their alarm anew: the rest of what is due waits,
/// so that a long list of it does not stand before everybody else's reading.
constexpr std::size_t wakes_at_once = 64;
/// Messages kept while the partition or an entity is not up.
constexpr std::size_t buffer_limit = 10'000;
/// After which idle entities sleep when there are too many.
constexpr auto hurried_idle_time = std::chrono::seconds{1};

/// A message that could not be passed on yet.
struct kept_message {
  command_ptr command;
  query_ptr query;
  caf::response_promise promise;
};

struct child {
  caf::actor handle;
  instant last_used;  ///< real time
  /// Set once it is told to end: what comes is kept back.
  std::unique_ptr<std::vector<kept_message>> kept;

  bool is_falling_asleep() const { return kept != nullptr; }
};

struct running_subscription {
  subscription what;
  std::shared_ptr<subscription_progress> progress;
  caf::actor handle;
};

class partition {
 public:
  explicit partition(caf::event_based_actor* self) : self_{self} {}
  const char* name = "partition";

  void setup(context_ptr context, partition_id id) {
    context_ = std::move(context);
    id_ = id;
    budget_ = restart_budget{context_->options.restarts};
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
    if (ending_) return refuse(message, runtime_errc::unavailable, "the node stops");
    if (!open_) return keep(early_, std::move(message));
    const auto& to = message.command ? message.command->to : message.query->to;
    auto* target = find(to);
    if (!target) return refuse_failing(message, to);
    target->last_used = context_->clock->real_now();
    if (target->is_falling_asleep()) return keep(*target->kept, std::move(message));
    pass_on(*target, message);
  }

  void committed(const commit_ptr& durable) {
    if (ending_) return;
    for (const auto& alarm : durable->alarms) {
      alarms_.changed(alarm.entity, alarm.due, alarm.version);
      waking_.erase(alarm.entity);
      budget_.served(alarm.entity);
    }
    for (const auto& one : consumers_)
      if (one.handle) self_->send(one.handle, durable);
    watchers_.tell(self_, durable->events);
    wake_due();
    arm();
  }

  void suspend() { suspended_ = true; }

  void reopen(const reopened& news) {
    suspended_ = false;
    if (ending_) return;
    for (const auto& one : consumers_)
      if (one.handle) self_->send(one.handle, news);
    // What became durable after all was told to nobody: who watches asks again, and hears so.
    watchers_.clear();
    reread_ = true;
    tick(generation_);
  }

  void tick(std::uint64_t generation) {
    if (generation != generation_ || ending_) return;  // overtaken by an earlier one
    wake_due();
    read_alarms();
    put_idle_to_sleep();
    watchers_.forget(context_->clock->real_now());
    next_tick_ = instant::max();
    arm();
  }

  void down(const caf::down_msg& news) {
    if (const auto found = names_.find(news.source.id()); found != names_.end()) {
      const auto entity = *found->second;  // whose child is erased
      names_.erase(found);
      entity_ended(entity, news.reason);
    } else {
      consumer_ended(news);
    }
    if (ending_) quit_when_alone();
  }

  void end(const caf::error& reason) {
    ending_ = reason;
    for (const auto& [entity, one] : children_)
      caf::anon_send_exit(one.handle, caf::exit_reason::user_shutdown);
    std::erase_if(consumers_, [](const auto& one) { return !one.handle; });
    for (const auto& one : consumers_)
      caf::anon_send_exit(one.handle, caf::exit_reason::user_shutdown);
    quit_when_alone();
  }

  /// Nothing is lost with it, and outsiders can ask for any number of such entities.
  void sleep_empty(const entity_ref& entity) {
    const auto found = children_.find(entity);
    if (found != children_.end() && !found->second.is_falling_asleep()) order_sleep(found->second);
  }

  void stay_awake(const entity_ref& entity) {
    const auto found = children_.find(entity);
    if (found == children_.end()) return;
    if (const auto kept = std::exchange(found->second.kept, nullptr))
      for (auto& message : *kept) pass_on(found->second, message);
  }

  report_ptr report() const {
    auto made = std::make_shared<partition_report>();
    made->partition = id_;
    made->open = open_;
    made->is_suspended = suspended_;
    made->kept = early_.size();
    for (const auto& [entity, one] : children_) {
      ++made->entities[entity.kind];
      if (one.kept) made->kept += one.kept->size();
    }
    made->quarantine = budget_.in_quarantine();
    made->alarms = alarms_.size();
    made->wakes = waking_.size();
    if (const auto due = alarms_.earliest())
      made->alarm_lag = std::max(context_->clock->now() - *due, duration{});
    for (const auto& [what, progress, handle] : consumers_)
      made->subscriptions.push_back({what.name, progress->position.load(), progress->latest.load(),
                                     progress->parked.load(), progress->letters.load()});
    return made;
  }

  place_ptr look(const entity_ref& entity) const {
    return std::make_shared<const entity_place>(
        entity_place{children_.contains(entity), budget_.in_quarantine(entity)});
  }

  void replay(const replay_order& order) {
    auto done = self_->make_response_promise();
    const auto found = std::ranges::find(consumers_, order.subscription,
                                         [](const auto& one) { return one.what.name; });
    if (found == consumers_.end())
      return done.deliver(std::string{"there is no subscription " + order.subscription});
    if (!found->handle) return done.deliver(std::string{"the subscription is starting"});
    done.delegate(found->handle, order);
  }

  caf::result<watch_ptr> watch(const watch_request& asked, const caf::strong_actor_ptr& who) {
    if (!who) return make_error(runtime_errc::unavailable, "nobody to tell");
    return watchers_.watch(asked, who, context_->clock->real_now());
  }

  std::string release(const entity_ref& entity) {
    if (ending_ || !budget_.release(entity)) return "it is not in quarantine";
    spdlog::info("{} was released from quarantine", to_string(entity));
    wake(entity);
    return {};
  }

  void revive_consumers() {
    if (ending_) return;
    for (auto& one : consumers_)
      if (!one.handle) one.handle = spawn_consumer(self_, context_, id_, one.what, one.progress);
  }

 private:
  void opened() {
    open_ = true;
    for (const auto& one : context_->options.subscriptions) start_consumer(one);
    for (auto& message : std::exchange(early_, {})) route(std::move(message));
    tick(generation_);
    context_->opened(id_);
  }

  void start_consumer(const subscription& what) {
    auto progress = std::make_shared<subscription_progress>();
    auto handle = spawn_consumer(self_, context_, id_, what, progress);
    consumers_.push_back({what, std::move(progress), std::move(handle)});
  }

  // --- children ---

  /// Starts it if need be; null while it may not be started.
  child* find(const entity_ref& entity) {
    const auto known = children_.find(entity);
    if (known != children_.end()) return &known->second;
    if (suspended_) return nullptr;
    if (budget_.ask(entity, context_->clock->real_now()) != restart_budget::verdict::start)
      return nullptr;
    auto& [name, fresh] = *children_.try_emplace(entity).first;
    fresh.handle = spawn_entity(self_, context_, entity, id_);
    names_[fresh.handle.id()] = &name;
    return &fresh;
  }

  void entity_ended(const entity_ref& entity, const caf::error& reason) {
    waking_.erase(entity);
    const auto node = children_.find(entity);
    const auto kept = std::move(node->second.kept);
    children_.erase(node);
    if (reason != caf::exit_reason::normal && !ending_) fault(entity, reason);
    if (!kept) return;
    for (auto& message : *kept) route(std::move(message));
  }

  /// It may have left an alarm behind that is due: it is woken once it may be started again.
  void fault(const entity_ref& entity, const caf::error& reason) {
    const auto now = context_->clock->real_now();
    std::optional<instant> again = now + reopen_delay;
    if (reason == make_error(runtime_errc::crashed)) {
      ++context_->figures->restarts;
      const auto text = self_->system().render(reason);
      again = budget_.failed(entity, text, now);
      if (!again) spdlog::error("{} is quarantined: {}", to_string(entity), text);
    }
    if (again) wake_at(entity, *again);
    arm();
  }

  void wake_at(const entity_ref& entity, instant real) {
    const auto wait = std::max(real - context_->clock->real_now(), duration{});
    alarms_.again(entity, context_->clock->now() + context_->clock->in_domain(wait));
  }

  /// A new one begins, in a moment, at its last offset: effects may repeat, under the same ids.
  void consumer_ended(const caf::down_msg& news) {
    const auto ended = std::find_if(consumers_.begin(), consumers_.end(),
                                    [&](const auto& one) { return one.handle == news.source; });
    if (ended == consumers_.end()) return;
    if (ending_) {
      consumers_.erase(ended);
      return;
    }
    const auto& what = ended->what;
    spdlog::error("subscription {} of partition {} ended and starts again: {}", what.name, id_,
                  self_->system().render(news.reason));
    ended->handle = nullptr;
    self_->delayed_send(self_, reopen_delay, revive_atom::value);
  }

  /// Last of all, so that nobody works on after the node is taken apart.
  void quit_when_alone() {
    if (children_.empty() && consumers_.empty()) self_->quit(*ending_);
  }

  // --- passing on ---

  static void refuse(kept_message& message, runtime_errc code, std::string detail) {
    message.promise.deliver(make_error(code, std::move(detail)));
  }

  void refuse_failing(kept_message& message, const entity_ref& to) {
    if (suspended_)
      return refuse(message, runtime_errc::unavailable, "what was written last is being found out");
    const bool waits =
        budget_.ask(to, context_->clock->real_now()) == restart_budget::verdict::wait;
    refuse(message, waits ? runtime_errc::crashed : runtime_errc::quarantined,
           to_string(to) + (waits ? " failed and is started again soon" : " is quarantined"));
  }

  static void keep(std::vector<kept_message>& buffer, kept_message message) {
    if (buffer.size() < buffer_limit) return buffer.push_back(std::move(message));
    refuse(message, runtime_errc::overloaded, "too much waits for a partition");
  }

  static void pass_on(child& target, kept_message& message) {
    if (message.command)
      message.promise.delegate(target.handle, message.command);
    else
      message.promise.delegate(target.handle, message.query);
  }

  // --- alarms ---

  void wake_due() {
    const auto now = context_->clock->now();
    while (waking_.size() < wakes_at_once) {
      const auto due = alarms_.take_due(now);
      if (!due) return;
      wake(*due);
    }
  }

  void wake(const entity_ref& entity) {
    if (waking_.contains(entity)) return;
    const auto now = context_->clock->real_now();
    const auto verdict = budget_.ask(entity, now);
    if (verdict == restart_budget::verdict::quarantined) return;  // woken when it is released
    if (verdict == restart_budget::verdict::wait) return wake_at(entity, now + reopen_delay);
    auto* target = find(entity);
    if (!target) return wake_at(entity, now + reopen_delay);
    target->last_used = now;
    if (target->is_falling_asleep()) return wake_at(entity, now + reopen_delay);
    waking_.insert(entity);
    ++context_->figures->alarms_fired;
    self_->send(target->handle, wake_note{});
  }

  void read_alarms() {
    const auto now = context_->clock->now();
    const auto span = context_->clock->in_domain(context_->options.alarm_horizon);
    const bool wanted = reread_ || alarms_.horizon() < now + span / 2;
    if (!wanted || alarms_.is_reading() || alarms_.size() > alarm_page / 2) return;
    reread_ = false;
    alarms_.begin_read(now + span);
    self_
        ->request(context_->reader_for(id_), caf::infinite,
                  alarms_request{id_, alarms_.horizon(), alarm_page})
        .then(
            [this](const alarms_ptr& found) {
              alarms_.finish_read(*found, found->size() < alarm_page);
              wake_due();
              arm();
            },
            [this](const caf::error&) {
              alarms_.abandon_read();
              reread_ = true;
            });
  }

  /// One timer for the earliest alarm, and the clock is read at least once a tick: clocks jump.
  void arm() {
    const auto now = context_->clock->now();
    const auto tick = context_->clock->in_domain(context_->options.alarm_tick);
    auto next = now + tick;
    // While as many wakes are under way as may be, it is their end that brings the next.
    const auto due = waking_.size() < wakes_at_once ? alarms_.earliest() : std::nullopt;
    if (due) next = std::min(next, std::max(*due, now));
    if (next >= next_tick_) return;
    next_tick_ = next;
    ++generation_;
    // One microsecond more: the timer must not come before the instant that it is for.
    const auto wait = context_->clock->in_real(next - now) + duration{1};
    self_->delayed_send(self_, wait, tick_atom::value, generation_);
  }

  // --- sleep ---

  void put_idle_to_sleep() {
    const auto& options = context_->options;
    const auto share = options.entities_at_rest / static_cast<std::size_t>(options.partitions);
    const bool crowded = children_.size() > share;
    const auto now = context_->clock->real_now();
    if (now < next_sweep_ && !crowded) return;
    next_sweep_ = now + options.idle_time / 4;
    const auto idle =
        crowded ? std::min<duration>(options.idle_time, hurried_idle_time) : options.idle_time;
    for (auto& [entity, one] : children_)
      if (!one.is_falling_asleep() && now - one.last_used >= idle) order_sleep(one);
  }

  void order_sleep(child& one) {
    one.kept = std::make_unique<std::vector<kept_message>>();
    one.last_used = context_->clock->real_now();
    self_->send(one.handle, sleep_order{});
  }

  caf::event_based_actor* self_;
  context_ptr context_;
  partition_id id_ = 0;
  bool open_ = false;
  bool suspended_ = false;  ///< no entity may be read
  bool reread_ = true;      ///< the alarm table may hold due alarms that are not in memory
  std::optional<caf::error> ending_;
  std::vector<kept_message> early_;
  std::unordered_map<entity_ref, child> children_;
  std::unordered_map<caf::actor_id, const entity_ref*> names_;  ///< keys of `children_`
  std::vector<running_subscription> consumers_;
  restart_budget budget_{{}};
  alarm_index alarms_;
  std::unordered_set<entity_ref> waking_;
  instant next_tick_ = instant::max();   ///< domain time
  instant next_sweep_ = instant::min();  ///< real time
  watchers watchers_;
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
      [self](suspended) { self->state.suspend(); },
      [self](const reopened& news) { self->state.reopen(news); },
      [self](tick_atom, std::uint64_t generation) { self->state.tick(generation); },
      [self](const still_awake& news) { self->state.stay_awake(news.entity); },
      [self](const nothing_here& news) { self->state.sleep_empty(news.entity); },
      [self](report_request) { return self->state.report(); },
      [self](const look_request& asked) { return self->state.look(asked.entity); },
      [self](const release_order& order) { return self->state.release(order.entity); },
      [self](revive_atom) { self->state.revive_consumers(); },
      [self](const replay_order& order) { self->state.replay(order); },
      [self](const watch_request& asked) {
        return self->state.watch(asked, self->current_sender());
      },
  };
}

}  // namespace

caf::actor spawn_partition(caf::actor_system& system, context_ptr context, partition_id partition) {
  return system.spawn(live, std::move(context), partition);
}

}  // namespace rentwave
