#include "actors/runtime/entity_actor.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>

#include "actors/runtime/answer_memory.hpp"
#include "actors/runtime/entity_work.hpp"

namespace rentwave {
namespace {

constexpr std::size_t batch_limit = 256;    ///< commands of one append
constexpr std::size_t settled_limit = 256;  ///< queries that wait for the end of a saga

class entity {
 public:
  explicit entity(caf::event_based_actor* self) : self_{self} {}
  static constexpr const char* name = "entity";

  void begin(context_ptr context, entity_ref ref, partition_id partition, caf::actor parent) {
    context_ = std::move(context);
    ref_ = std::move(ref);
    partition_ = partition;
    parent_ = std::move(parent);
    load(false);
  }

  void receive(waiting_message one) {
    if (work().waiting.size() >= context_->options.entity_queue)
      return refuse(one, runtime_errc::overloaded, "too much waits for " + to_string(ref_));
    work().waiting.push_back(std::move(one));
    serve();
  }

  void obey(entity_order order) {
    switch (order) {
      case entity_order::wake:
        return wake();
      case entity_order::sleep:
        return sleep();
      case entity_order::close:
        return close();
      case entity_order::cut:
        return leave();
    }
  }

 private:
  void wake() {
    woken_ = true;
    receive({});
  }

  void sleep() {
    if (busy_ || work_ || !sent_.empty()) return self_->send(parent_, still_awake{ref_});
    self_->quit(caf::exit_reason::normal);
  }

  /// The partition closes. What is being written is answered first.
  void close() {
    is_leaving_ = true;
    if (!is_writing()) leave();
  }

  /// What was not answered goes back to the partition's actor, which knows where the entity is by
  /// then, or that another owner has it: the same command, under its id, also one of which it is
  /// not known whether it was written.
  void leave() {
    if (work_) {
      for (auto& one : work_->held) give_back(one.asked);
      for (auto& one : work_->waiting) give_back(one);
      for (auto& one : work_->settled_waiters) give_back(one);
    }
    work_.reset();
    busy_ = true;
    self_->quit(caf::exit_reason::normal);
  }

  entity_work& work() {
    if (!work_) work_ = std::make_unique<entity_work>();
    return *work_;
  }

  // --- loading ---

  void load(bool from_start) {
    busy_ = true;
    self_->request(context_->reader_for(partition_), caf::infinite, load_request{ref_, from_start})
        .then([this, from_start](const history_ptr& found) { loaded(*found, from_start); },
              [this](const caf::error& why) { not_read(why); });
  }

  /// Of an outage the reader has told, for all entities.
  void not_read(const caf::error& why) {
    const bool is_told = why == make_error(runtime_errc::unavailable);
    end(blame(why), self_->system().render(why),
        is_told ? spdlog::level::debug : spdlog::level::warn);
  }

  void loaded(const history& found, bool from_start) {
    machine_ = context_->options.machines(ref_);
    const auto folded = fold(*machine_, found);
    if (!folded) return end(runtime_errc::crashed, folded.error().detail);
    if (!*folded) {
      if (!from_start) return load(true);
      return end(runtime_errc::crashed, "its snapshot cannot be read");
    }
    memory_.recall(found, oldest_remembered(), context_->clock->now(),
                   context_->clock->in_domain(most_clock_skew),
                   [this](const auto& events) { return machine_->reply(events); });
    if (!found.events.empty()) trace_ = found.events.back().trace;
    busy_ = false;
    // What a former life of this entity owes, and may have sent.
    reckon_wants({instant::min(), trace_});
    release();
    serve();
  }

  instant oldest_remembered() const {
    return context_->clock->now() - context_->clock->in_domain(context_->options.answer_memory);
  }

  // --- serving ---

  /// Decides together, in order, what waits; at most one append is under way (design.md section 4).
  void serve() {
    while (!busy_ && work_ && !work_->waiting.empty()) {
      if (must_look_up(work().waiting.front())) return look_up();
      decide_together();
      if (work().append.events.empty() && work().append.alarm.keep)
        release();
      else
        write();
    }
    if (busy_) return;
    if (work_ && work_->empty()) work_.reset();
    if (machine_->version() == 0 && sent_.empty()) self_->send(parent_, nothing_here{ref_});
  }

  void decide_together() {
    auto& waiting = work().waiting;
    auto& append = work().append;
    append = {};
    append.entity = ref_;
    append.version = machine_->version();
    std::size_t taken = 0;
    while (taken < waiting.size() && taken < batch_limit && !must_look_up(waiting[taken]))
      carry_out(std::move(waiting[taken++]));
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(taken));
    if (append.events.empty()) {
      if (!woken_) return;
      reckon_wants({context_->clock->now(), trace_});
    }
    // What one of these commands wanted and a later one gave up.
    std::erase_if(work().to_send, [this](const auto& one) { return !sent_.owes(one.what.key); });
    set_alarm();
  }

  void carry_out(waiting_message one) {
    const bool is_alarm = !one.command && !one.query;
    if (is_alarm) one.command = alarm_command();
    // Held before it is decided: should that throw, whoever asked is told with all the others.
    work().held.push_back({std::move(one), accepted{}});
    auto& held = work().held.back();
    if (held.asked.query) return;
    const auto& command = *held.asked.command;
    if (auto known = held.asked.known ? held.asked.known : memory_.find(command.id)) {
      held.answer = std::move(*known);
      return;
    }
    if (command.deadline < context_->clock->real_now()) {
      refuse(held.asked, runtime_errc::expired, "nobody waits for it any more");
      return work().held.pop_back();
    }
    const auto held_back = context_->held_back();
    const context given{context_->clock->now(), command.caller, held_back.get()};
    auto step = machine_->decide(ref_, command.body, given);
    if (!step) {
      refuse(held.asked, runtime_errc::wrong_kind, "not a command of " + to_string(ref_));
      return work().held.pop_back();
    }
    if (!step->held_back.empty()) {
      refuse(held.asked, runtime_errc::not_yet,
             "a node cannot read events of the type " + std::string{step->held_back} + " yet");
      is_put_off_ = is_put_off_ || is_alarm;
      return work().held.pop_back();
    }
    held.answer = std::move(step->answer);
    record(command, given.now, std::move(*step), held.answer);
  }

  void record(const command_envelope& command, instant now, machine::step step,
              const outcome& answer) {
    if (step.events.empty()) return;
    memory_.remember(command.id, now, answer);
    trace_ = command.trace;
    int n = 0;
    for (auto& event : step.events) {
      event.time = now;
      event.command = command.id;
      event.n = n++;
      event.actor = actor_of(command);
      event.trace = command.trace;
      work().append.events.push_back(std::move(event));
    }
    std::move(step.rows.begin(), step.rows.end(), std::back_inserter(work().append.rows));
    reckon_wants({now, command.trace});
  }

  /// The version makes the id: an alarm has at most one effect on one state.
  command_ptr alarm_command() const {
    auto command = std::make_shared<command_envelope>();
    command->to = ref_;
    command->id =
        derive_id<command_id>(want_command_id(ref_, "wake"), std::to_string(machine_->version()));
    command->body = wake_command(ref_.kind);
    command->trace = trace_;
    return command;
  }

  static std::string actor_of(const command_envelope& command) {
    if (command.caller) return to_string(*command.caller);
    return command.from ? to_string(*command.from) : std::string{};
  }

  /// A repeat that came after its answer was forgotten must not be decided again.
  /// Nor must one whose sender's clock is so wrong that it says nothing about when that was.
  bool must_look_up(const waiting_message& one) const {
    if (!one.command || one.looked_up) return false;
    const auto cause = one.command->cause;
    const bool is_within_memory = memory_.would_know(cause) && cause <= context_->clock->now();
    return !is_within_memory && !memory_.find(one.command->id);
  }

  void look_up() {
    busy_ = true;
    find_request asked{ref_, {}};
    for (const auto& one : work().waiting)
      if (asked.commands.size() < batch_limit && must_look_up(one))
        asked.commands.push_back(one.command->id);
    self_->request(context_->reader_for(partition_), caf::infinite, asked)
        .then(
            [this, asked](const events_ptr& found) {
              busy_ = false;
              for (const auto& id : asked.commands) looked_up(id, *found);
              serve();
            },
            [this](const caf::error& why) { not_read(why); });
  }

  void looked_up(command_id id, const std::vector<stored_event>& found) {
    std::vector<stored_event> events;
    std::ranges::copy_if(found, std::back_inserter(events),
                         [&](const auto& event) { return event.command == id; });
    for (auto& one : work().waiting) {
      if (!one.command || one.command->id != id) continue;
      one.looked_up = true;
      if (!events.empty()) one.known = machine_->reply(events);
    }
  }

  // --- writing ---

  /// The stored alarm is the earlier of the domain's own and, while something is owed, the next
  /// retry.
  void set_alarm() {
    auto due = machine_->alarm();
    if (const auto retry = sent_.next_try()) due = due ? std::min(*due, *retry) : *retry;
    // What is due cannot be done yet: it is tried again, but not at once.
    if (std::exchange(is_put_off_, false) && due)
      due = std::max(*due, context_->clock->now() + retry_delay());
    // A wake may come for an alarm that is no longer ours; its row has to move, or it fires for
    // ever.
    if (!woken_ && stored_alarm_ && *stored_alarm_ == due) return;
    work().append.alarm = {false, due};
    woken_ = false;
  }

  void write() {
    busy_ = true;
    const auto interval = context_->options.snapshot_events;
    auto& append = work().append;
    if (machine_->version() / interval != append.version / interval)
      append.state = machine_->save();
    work().written_alarm = append.alarm;
    auto request = std::make_shared<append_request>();
    request->partition = partition_;
    request->what = std::move(append);
    ++context_->figures->appends;
    self_->request(context_->writer, caf::infinite, append_ptr{std::move(request)})
        .then([this](const entity_result_ptr& result) { written(*result); },
              [this](const caf::error& why) {
                end(runtime_errc::unavailable, self_->system().render(why));
              });
  }

  void written(const entity_result& result) {
    // The state in memory never happened: this actor ends, the next one reads what did.
    if (result.failed && result.failed->code == journal_errc::fenced) return leave();
    if (result.failed) return failed(*result.failed);
    if (!work().written_alarm.keep) stored_alarm_ = work().written_alarm.due;
    memory_.forget_before(oldest_remembered());
    busy_ = false;
    release();
    if (is_leaving_) return leave();
    serve();
  }

  void failed(const journal_error& why) {
    // Of these the writer has told, for all the entities of its transaction.
    const bool is_told =
        why.code == journal_errc::unavailable || why.code == journal_errc::unknown_outcome;
    end(blame(why.code), why.detail, is_told ? spdlog::level::debug : spdlog::level::warn);
  }

  /// Who waits for the answer of what is decided waits for an append.
  bool is_writing() const { return work_ && !work_->held.empty(); }

  // --- answering ---

  /// Everything that was held rests on durable events now. What is owed goes out as well.
  void release() {
    if (!work_) return;
    if (!context_->may_answer()) return say_nothing();
    // Taken away once all are answered: should a step throw, `end` tells whoever is left.
    for (auto& one : work().held) {
      if (one.asked.query)
        answer_query(one.asked);
      else
        answer_command(one);
    }
    work().held.clear();
    for (auto& one : std::exchange(work().to_send, {})) send_want(std::move(one));
    if (work().settled_waiters.empty() || !sent_.empty()) return;
    for (auto& one : std::exchange(work().settled_waiters, {})) one.promise.deliver(view());
  }

  /// The node's lease is over, and another may have gone on from here: what was found is no answer
  /// any more, be it a refusal. The same may be asked again, where the partition is by then.
  void say_nothing() {
    const std::string why = "the node's lease is over";
    for (auto& one : work().held) refuse(one.asked, runtime_errc::unavailable, why);
    for (auto& one : work().settled_waiters) refuse(one, runtime_errc::unavailable, why);
    work().held.clear();
    work().settled_waiters.clear();
    work().to_send.clear();
  }

  void answer_query(waiting_message& one) {
    if (!one.query->settled || sent_.empty()) return one.promise.deliver(view());
    auto& waiters = work().settled_waiters;
    waiters.push_back(std::move(one));
    if (waiters.size() <= settled_limit) return;
    // Who has waited longest gets what there is: most likely nobody waits there any more.
    waiters.front().promise.deliver(view());
    waiters.erase(waiters.begin());
  }

  void answer_command(held_answer& one) {
    const auto& command = *one.asked.command;
    if (command.want.empty()) {
      one.asked.promise.deliver(std::move(one.answer));
      return;
    }
    send_home(*context_, command, std::move(one.answer));
  }

  /// Adds what has to go out once all that led to it is durable.
  void reckon_wants(const sent_wants::origin& why) {
    auto due = sent_.update(ref_, machine_->wants(), why, context_->clock->now(), retry_delay());
    for (auto& one : due) work().to_send.push_back(std::move(one));
  }

  void send_want(sent_wants::sending one) {
    auto command = std::make_shared<command_envelope>();
    command->to = std::move(one.what.to);
    command->id = one.id;
    command->body = std::move(one.what.body);
    command->cause = one.from.cause;
    command->from = ref_;
    command->want = std::move(one.what.key);
    command->trace = one.from.trace;
    const auto& to = context_->routes->find(command->to);
    caf::anon_send(to, command_ptr{std::move(command)});
  }

  duration retry_delay() const { return context_->clock->in_domain(context_->options.retry_delay); }

  view_ptr view() const {
    return std::make_shared<const entity_view>(
        entity_view{ref_, machine_->version(), machine_->view()});
  }

  // --- ending ---

  /// Whether the entity's own rows failed, or all that the journal was given.
  static runtime_errc blame(journal_errc why) {
    return why == journal_errc::refused ? runtime_errc::crashed : runtime_errc::unavailable;
  }
  /// Whether what is stored of it cannot be read, or nothing can.
  static runtime_errc blame(const caf::error& why) {
    const auto crashed = runtime_errc::crashed;
    return why == make_error(crashed) ? crashed : runtime_errc::unavailable;
  }

  static void refuse(waiting_message& one, runtime_errc code, std::string detail) {
    one.promise.deliver(make_error(code, std::move(detail)));
  }

  void give_back(waiting_message& one) {
    if (one.query) {
      one.promise.delegate(parent_, one.query);
    } else if (one.command && (one.command->from || one.promise.pending())) {
      one.promise.delegate(parent_, one.command);
    }  // else an alarm, whose row is there still
  }

 public:
  /// The journal failed, or the entity threw: whoever waits is told, and the partition starts it
  /// anew with the next message.
  void end(runtime_errc code, const std::string& detail,
           spdlog::level::level_enum level = spdlog::level::warn) {
    const auto why = detail + trace_of_end();
    spdlog::log(level, "{} ends: {} ({})", to_string(ref_), to_string(code), why);
    self_->send(parent_, ending_note{});
    for (auto& one : work().held) refuse(one.asked, code, detail);
    for (auto& one : work().waiting) refuse(one, code, detail);
    for (auto& one : work().settled_waiters) refuse(one, code, detail);
    work_.reset();
    busy_ = true;
    self_->quit(make_error(code, why));
  }

 private:
  /// Of the command that was decided last, or waits to be; by it an operator finds what was asked.
  std::string trace_of_end() {
    auto trace = trace_;
    if (!work().held.empty() && work().held.back().asked.command)
      trace = work().held.back().asked.command->trace;
    else if (!work().waiting.empty() && work().waiting.front().command)
      trace = work().waiting.front().command->trace;
    return trace == trace_id{} ? std::string{} : ", trace " + to_string(trace);
  }

  caf::event_based_actor* self_;
  context_ptr context_;
  entity_ref ref_;
  caf::actor parent_;
  std::unique_ptr<machine> machine_;
  answer_memory memory_;
  partition_id partition_ = 0;
  bool busy_ = false;        ///< loading, looking up or appending: nothing is decided meanwhile
  bool woken_ = false;       ///< an alarm fired since the last append
  bool is_put_off_ = false;  ///< what is due needs an event that must not be written yet
  bool is_leaving_ = false;  ///< once the append that is under way has ended
  trace_id trace_;           ///< of the latest command with an effect
  sent_wants sent_;
  std::unique_ptr<entity_work> work_;  ///< null at rest
  std::optional<std::optional<instant>>
      stored_alarm_;  ///< the row in the journal, once it is known
};

using entity_self = caf::stateful_actor<entity>;

/// Runs a step of the entity; what it throws ends this entity and no other.
template <class Step>
void guarded(entity_self* self, Step step) {
  try {
    step(self->state);
  } catch (const std::exception& thrown) {
    self->state.end(runtime_errc::crashed, thrown.what());
  }
}

caf::behavior live(entity_self* self, const context_ptr& context, const entity_ref& ref,
                   partition_id partition, const caf::actor& parent) {
  self->set_exception_handler([self](std::exception_ptr& thrown) -> caf::error {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      self->state.end(runtime_errc::crashed, error.what());
    } catch (...) {
      self->state.end(runtime_errc::crashed, "an unknown exception");
    }
    return make_error(runtime_errc::crashed);
  });
  self->state.begin(context, ref, partition, parent);
  return {
      [self](const command_ptr& command) {
        auto promise = self->make_response_promise();
        guarded(self, [&](entity& e) { e.receive({.command = command, .promise = promise}); });
      },
      [self](const query_ptr& query) {
        auto promise = self->make_response_promise();
        guarded(self, [&](entity& e) { e.receive({.query = query, .promise = promise}); });
      },
      [self](entity_order order) { guarded(self, [&](entity& e) { e.obey(order); }); },
  };
}

}  // namespace

caf::actor spawn_entity(caf::event_based_actor* parent, context_ptr context, entity_ref entity,
                        partition_id partition) {
  return parent->spawn<caf::monitored + caf::lazy_init>(
      live, std::move(context), std::move(entity), partition, caf::actor_cast<caf::actor>(parent));
}

}  // namespace rentwave
