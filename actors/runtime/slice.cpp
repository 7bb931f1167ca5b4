#include "actors/runtime/slice.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>

#include "actors/runtime/entity_actor.hpp"
#include "actors/runtime/remote.hpp"

namespace rentwave {
namespace {

constexpr auto restart_delay = std::chrono::seconds{1};
/// Entities that were woken and have not written their alarm anew: the rest of what is due waits,
/// so that a long list of it does not stand before everybody else's reading.
constexpr std::size_t wakes_at_once = 64;
/// Messages kept while an entity is not up.
constexpr std::size_t buffer_limit = 10'000;
/// After which idle entities sleep when there are too many.
constexpr auto hurried_idle_time = std::chrono::seconds{1};
/// Of what is in quarantine, in a report.
constexpr std::size_t most_reported = 100;
/// Ticks of one slice are no other's.
constexpr int generation_bits = 40;

void refuse(entity_message& message, runtime_errc code, std::string detail) {
  message.promise.deliver(make_error(code, std::move(detail)));
}

void keep(std::vector<entity_message>& buffer, entity_message message) {
  if (buffer.size() < buffer_limit) return buffer.push_back(std::move(message));
  refuse(message, runtime_errc::overloaded, "too much waits for an entity");
}

void pass_on(const caf::actor& target, entity_message& message) {
  if (message.from_node && message.is_one_way) {
    message.promise.deliver(taken{});
    caf::anon_send(target, message.command);
  } else if (message.command) {
    message.promise.delegate(target, message.command);
  } else {
    message.promise.delegate(target, message.query);
  }
}

}  // namespace

slice::slice(caf::event_based_actor* self, context_ptr context, partition_id id,
             std::uint64_t opening, std::function<void(entity_message)> give_back)
    : self_{self},
      context_{std::move(context)},
      id_{id},
      give_back_{std::move(give_back)},
      budget_{context_->options.restarts},
      watchers_{id},
      generation_{opening << generation_bits} {}

void slice::begin() {
  for (const auto& one : context_->options.subscriptions) start_consumer(one);
  tick(generation_);
}

void slice::route(entity_message message) {
  const auto& to = message.command ? message.command->to : message.query->to;
  auto* target = find(to);
  if (!target) return refuse_failing(message, to);
  target->last_used = context_->clock->real_now();
  if (target->is_ending()) return keep(*target->kept, std::move(message));
  pass_on(target->handle, message);
}

void slice::committed(const commit_ptr& durable) {
  if (leaving_) return;
  for (const auto& alarm : durable->alarms) {
    alarms_.changed(alarm.entity, alarm.due, alarm.version);
    waking_.erase(alarm.entity);
    overdue_.erase(alarm.entity);
  }
  // Not for an alarm: whoever is started again writes one, whatever made it fail.
  for (const auto& event : durable->events) budget_.served(event.entity);
  for (const auto& one : consumers_)
    if (one.handle) self_->send(one.handle, durable);
  watchers_.tell(self_, durable->events);
  wake_due();
  arm();
}

void slice::reopen(const reopened& news) {
  suspended_ = false;
  if (leaving_) return;
  for (const auto& one : consumers_)
    if (one.handle) self_->send(one.handle, news);
  // What became durable after all was told to nobody: who watches asks again, and hears so.
  watchers_.clear();
  alarms_.read_anew();
  tick(generation_);
}

void slice::tick(std::uint64_t generation) {
  if (generation != generation_ || leaving_) return;  // overtaken by an earlier one
  wake_due();
  read_alarms();
  put_idle_to_sleep();
  watchers_.forget(context_->clock->real_now());
  next_tick_ = instant::max();
  arm();
}

void slice::down(const caf::down_msg& news) {
  const auto found = names_.find(news.source.id());
  if (found == names_.end()) return consumer_ended(news);
  const auto entity = *found->second;  // whose child is erased
  names_.erase(found);
  entity_ended(entity, news.reason);
}

void slice::sleep_empty(const entity_ref& entity) {
  const auto found = children_.find(entity);
  if (found == children_.end() || found->second.is_ending() || leaving_) return;
  order_sleep(found->second);
}

void slice::stay_awake(const entity_ref& entity) {
  const auto found = children_.find(entity);
  if (found == children_.end()) return;
  const auto kept = std::exchange(found->second.kept, nullptr);
  if (!kept) return;
  for (auto& message : *kept) {
    if (leaving_)
      give_back_(std::move(message));
    else
      pass_on(found->second.handle, message);
  }
}

void slice::expect_end(caf::actor_id whose) {
  const auto found = names_.find(whose);
  if (found == names_.end()) return;  // it has ended
  auto& one = children_.at(*found->second);
  if (!one.is_ending()) one.begin_to_end();
}

// --- for operators and gateways ---

report_ptr slice::report(std::size_t kept) const {
  auto made = std::make_shared<partition_report>();
  made->partition = id_;
  made->open = !leaving_;
  made->is_suspended = suspended_;
  made->kept = kept;
  for (const auto& [entity, one] : children_) {
    ++made->entities[entity.kind];
    if (one.kept) made->kept += one.kept->size();
  }
  made->quarantined = budget_.quarantine_size();
  made->quarantine = budget_.in_quarantine(most_reported);
  made->alarms = alarms_.size();
  made->wakes = waking_.size();
  made->alarm_lag = alarm_lag();
  for (const auto& [what, progress, handle] : consumers_)
    made->subscriptions.push_back({what.name, progress->position.load(), progress->latest.load(),
                                   progress->parked.load(), progress->letters.load()});
  return made;
}

place_ptr slice::look(const entity_ref& entity) const {
  return std::make_shared<const entity_place>(
      entity_place{children_.contains(entity), budget_.in_quarantine(entity)});
}

std::string slice::release(const entity_ref& entity) {
  if (!budget_.release(entity)) return "it is not in quarantine";
  spdlog::info("{} was released from quarantine", to_string(entity));
  wake(entity, context_->clock->now());
  return {};
}

void slice::replay(const replay_order& order, caf::response_promise done) {
  const auto found = std::ranges::find(consumers_, order.subscription,
                                       [](const auto& one) { return one.what.name; });
  if (found == consumers_.end())
    return done.deliver(std::string{"there is no subscription " + order.subscription});
  if (!found->handle) return done.deliver(std::string{"the subscription is starting"});
  done.delegate(found->handle, order);
}

watch_ptr slice::watch(const watch_request& asked, const caf::strong_actor_ptr& who) {
  return watchers_.watch(asked, who, context_->clock->real_now());
}

// --- leaving ---

void slice::close() {
  leaving_ = true;
  end_consumers();
  for (const auto& [entity, one] : children_) self_->send(one.handle, entity_order::close);
  watchers_.end(self_);
}

void slice::cut() {
  leaving_ = true;
  end_consumers();
  for (const auto& [entity, one] : children_) self_->send(one.handle, entity_order::cut);
  watchers_.end(self_);
}

void slice::end() {
  leaving_ = true;
  for (const auto& [entity, one] : children_)
    caf::anon_send_exit(one.handle, caf::exit_reason::user_shutdown);
  end_consumers();
}

// --- subscriptions ---

void slice::start_consumer(const subscription& what) {
  auto progress = std::make_shared<subscription_progress>();
  auto handle = spawn_consumer(self_, context_, id_, what, progress);
  consumers_.push_back({what, std::move(progress), std::move(handle)});
}

void slice::revive_consumers() {
  if (leaving_) return;
  for (auto& one : consumers_)
    if (!one.handle) one.handle = spawn_consumer(self_, context_, id_, one.what, one.progress);
}

/// A new one begins, in a moment, at its last offset: effects may repeat, under the same ids.
void slice::consumer_ended(const caf::down_msg& news) {
  const auto ended = std::find_if(consumers_.begin(), consumers_.end(),
                                  [&](const auto& one) { return one.handle == news.source; });
  if (ended == consumers_.end()) return;
  if (leaving_) {
    consumers_.erase(ended);
    return;
  }
  const auto& what = ended->what;
  spdlog::error("subscription {} of partition {} ended and starts again: {}", what.name, id_,
                self_->system().render(news.reason));
  ended->handle = nullptr;
  self_->delayed_send(self_, restart_delay, revive_atom::value);
}

/// Each at its offset: who has the partition next goes on there, under the same ids.
void slice::end_consumers() {
  std::erase_if(consumers_, [](const auto& one) { return !one.handle; });
  for (const auto& one : consumers_)
    caf::anon_send_exit(one.handle, caf::exit_reason::user_shutdown);
}

// --- entities ---

/// Starts it if need be; null while it may not be started.
slice::child* slice::find(const entity_ref& entity) {
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

void slice::entity_ended(const entity_ref& entity, const caf::error& reason) {
  waking_.erase(entity);
  const auto node = children_.find(entity);
  const auto kept = std::move(node->second.kept);
  children_.erase(node);
  if (reason != caf::exit_reason::normal && !leaving_) fault(entity, reason);
  if (!kept) return;
  for (auto& message : *kept) {
    if (leaving_)
      give_back_(std::move(message));
    else
      route(std::move(message));
  }
}

/// It may have left an alarm behind that is due: it is woken once it may be started again.
void slice::fault(const entity_ref& entity, const caf::error& reason) {
  const auto now = context_->clock->real_now();
  std::optional<instant> again = now + restart_delay;
  if (reason == make_error(runtime_errc::crashed)) {
    ++context_->figures->restarts;
    const auto text = self_->system().render(reason);
    again = budget_.failed(entity, text, now);
    if (!again) spdlog::error("{} is quarantined: {}", to_string(entity), text);
  }
  if (again)
    wake_at(entity, *again);
  else
    overdue_.erase(entity);
  arm();
}

void slice::refuse_failing(entity_message& message, const entity_ref& to) {
  if (suspended_)
    return refuse(message, runtime_errc::unavailable, "what was written last is being found out");
  const bool waits = budget_.ask(to, context_->clock->real_now()) == restart_budget::verdict::wait;
  refuse(message, waits ? runtime_errc::crashed : runtime_errc::quarantined,
         to_string(to) + (waits ? " failed and is started again soon" : " is quarantined"));
}

// --- alarms ---

void slice::wake_at(const entity_ref& entity, instant real) {
  const auto wait = std::max(real - context_->clock->real_now(), duration{});
  alarms_.again(entity, context_->clock->now() + context_->clock->in_domain(wait));
}

void slice::wake_due() {
  const auto now = context_->clock->now();
  while (waking_.size() < wakes_at_once) {
    const auto due = alarms_.earliest();
    const auto entity = alarms_.take_due(now);
    if (!entity) return;
    wake(*entity, *due);
  }
}

void slice::wake(const entity_ref& entity, instant due) {
  if (waking_.contains(entity)) return;
  const auto now = context_->clock->real_now();
  const auto verdict = budget_.ask(entity, now);
  if (verdict == restart_budget::verdict::quarantined) return;  // woken when it is released
  overdue_.try_emplace(entity, overdue{due});
  if (verdict == restart_budget::verdict::wait) return wake_at(entity, now + restart_delay);
  auto* target = find(entity);
  if (!target) return wake_at(entity, now + restart_delay);
  target->last_used = now;
  if (target->is_ending()) return wake_at(entity, now + restart_delay);
  waking_.insert(entity);
  note_fired(entity);
  self_->send(target->handle, entity_order::wake);
}

void slice::note_fired(const entity_ref& entity) {
  const auto tick = context_->clock->in_domain(context_->options.alarm_tick);
  auto& figures = *context_->figures;
  auto& [since, fired] = overdue_.at(entity);
  ++figures.alarms_fired;
  if (std::exchange(fired, true))
    ++figures.alarms_repeated;
  else if (context_->clock->now() - since > tick)
    ++figures.alarms_late;
}

/// Of the one that is due for longest. What is in quarantine is counted there.
duration slice::alarm_lag() const {
  const auto now = context_->clock->now();
  auto earliest = std::min(now, alarms_.earliest().value_or(now));
  for (const auto& [entity, alarm] : overdue_) earliest = std::min(earliest, alarm.since);
  return now - earliest;
}

/// The table up to the horizon, page by page: the rows of entities in quarantine stay overdue, and
/// however many they are, those of others come after them.
void slice::read_alarms() {
  const auto now = context_->clock->now();
  const auto span = context_->clock->in_domain(context_->options.alarm_horizon);
  const int page = context_->options.alarm_page;
  if (!alarms_.wants_read(now + span / 2) || alarms_.is_reading()) return;
  if (static_cast<int>(alarms_.size()) > page / 2) return;
  alarms_.begin_read(now + span);
  // The answer may come when this slice is gone.
  const auto there = weak_from_this();
  self_
      ->request(context_->reader_for(id_), caf::infinite,
                alarms_request{id_, alarms_.horizon(), alarms_.place(), page})
      .then(
          [this, there, page](const alarms_ptr& found) {
            if (there.expired() || leaving_) return;
            const bool is_all = std::ssize(*found) < page;
            alarms_.finish_read(*found, is_all);
            if (hurries_) hurry(*found);
            hurries_ = hurries_ && !is_all;
            wake_due();
            arm();
          },
          [this, there](const caf::error&) {
            if (there.expired()) return;
            alarms_.abandon_read();
          });
}

/// Who had the partition before may have left what an entity owes unsent: its lease, or its
/// process, ended first. Such an entity has an alarm within the time of a first retry, and sends
/// all that it owes when it is woken. Of others with such an alarm nothing is due yet, so they
/// change nothing.
void slice::hurry(const std::vector<alarm_row>& rows) {
  const auto now = context_->clock->now();
  const auto retry = now + context_->clock->in_domain(context_->options.retry_delay);
  for (const auto& row : rows)
    if (row.due <= retry) alarms_.again(row.entity, now);
}

/// One timer for the earliest alarm, and the clock is read at least once a tick: clocks jump.
void slice::arm() {
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

void slice::put_idle_to_sleep() {
  const auto& options = context_->options;
  const auto share = options.entities_at_rest / static_cast<std::size_t>(options.partitions);
  const bool crowded = children_.size() > share;
  const auto now = context_->clock->real_now();
  if (now < next_sweep_ && !crowded) return;
  next_sweep_ = now + options.idle_time / 4;
  const auto idle =
      crowded ? std::min<duration>(options.idle_time, hurried_idle_time) : options.idle_time;
  for (auto& [entity, one] : children_)
    if (!one.is_ending() && now - one.last_used >= idle) order_sleep(one);
}

void slice::order_sleep(child& one) {
  one.begin_to_end();
  one.last_used = context_->clock->real_now();
  self_->send(one.handle, entity_order::sleep);
}

}  // namespace rentwave
