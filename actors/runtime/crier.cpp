#include "actors/runtime/crier.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "actors/runtime/node_context.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/runtime/timed_requests.hpp"

namespace rentwave {

/// To oneself: this person is to be told again.
struct tell_again {
  std::uint64_t step = 0;
  account_id whom;
  int failures = 0;  ///< so far
  int faults = 0;    ///< of these the inbox's own
};
/// To oneself: this audience is to be asked again.
struct ask_again {
  std::uint64_t step = 0;
  follower_place here;
  int failures = 0;  ///< so far
};

}  // namespace rentwave

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::tell_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::ask_again)

namespace rentwave {
namespace {

/// Steps whose people are in memory; further ones wait.
constexpr std::size_t most_open_steps = 64;
/// Of later rounds, apart from those: a topic may ask for many at once, and news wait for none.
constexpr std::size_t most_open_late_steps = 4;
/// What is beyond is forgotten: its topic asks again.
constexpr std::size_t most_waiting_steps = 10'000;
constexpr auto answer_timeout = std::chrono::seconds{30};
constexpr auto retry_delay = std::chrono::seconds{1};
/// How often one person is tried before the step is left to the topic; how often an inbox has to
/// fail by its own fault before that person is missed, and an audience before those in it are.
constexpr int most_failures = 8;

/// Whether the inbox or the audience itself is broken, and asking again is of no use.
bool is_own_fault(const caf::error& why) {
  return why.category() == caf::atom("rentwave") &&
         (why.code() == static_cast<std::uint8_t>(runtime_errc::crashed) ||
          why.code() == static_cast<std::uint8_t>(runtime_errc::quarantined));
}

/// One step of an announcement. What answers a step that was given up must not count for the one
/// that its topic asks for next, under the same command id: so steps have numbers of their own.
struct step {
  command_ptr asked;
  std::vector<account_id> people;
  std::size_t begun = 0;  ///< of the people
  std::size_t open = 0;   ///< begun, and not told yet
  std::optional<follower_place> next{};
  unreached missed{};

  const crier::tell& what() const {
    return std::get<crier::tell>(std::get<crier::command>(asked->body));
  }
  bool has_asked_for(account_id who) const {
    return std::ranges::find(what().people, who) != what().people.end();
  }
  /// Its inbox has failed in an earlier round, which the log has told.
  bool is_known_as_broken(account_id who) const { return what().late && has_asked_for(who); }
  bool is_full() const { return people.size() >= static_cast<std::size_t>(what().most); }
};

/// Steps that wait for their turn, and how many have it.
struct queue_of_steps {
  std::size_t most_open;
  std::size_t open = 0;
  std::deque<command_ptr> waiting{};
};

/// How often what fails by its own fault is tried in one step, and how that is logged. What is
/// known as broken is tried once: its topic has pauses of its own between later rounds.
int most_faults(bool is_known) {
  return is_known ? 1 : most_failures;
}
spdlog::level::level_enum level_of(bool is_known) {
  return is_known ? spdlog::level::debug : spdlog::level::err;
}

class town_crier {
 public:
  explicit town_crier(caf::event_based_actor* self)
      : self_{self}, requests_{self, answer_timeout} {}
  const char* name = "crier";

  void begin(context_ptr context) { context_ = std::move(context); }

  void take(const command_ptr& asked) {
    if (!std::holds_alternative<crier::command>(asked->body) || !asked->from) return;
    auto& queue = queue_of(*asked);
    if (queue.waiting.size() >= most_waiting_steps) return;
    // Else a repeat, because the topic has waited for long: what it is for is under way.
    if (!known_.insert(asked->id).second) return;
    queue.waiting.push_back(asked);
    open_next(queue);
  }

  void sweep() { requests_.sweep(); }

  void again(const tell_again& due) {
    retries_.push_back(due);
    work();
  }

  void again(const ask_again& due) {
    if (steps_.contains(due.step)) ask(due);
  }

 private:
  queue_of_steps& queue_of(const command_envelope& asked) {
    return std::get<crier::tell>(std::get<crier::command>(asked.body)).late ? late_ : first_;
  }

  void open_next(queue_of_steps& queue) {
    while (!queue.waiting.empty() && queue.open < queue.most_open) {
      ++queue.open;
      const auto number = ++last_step_;
      auto& one = steps_[number];
      one.asked = std::move(queue.waiting.front());
      queue.waiting.pop_front();
      one.people = one.what().people;
      gather(number, one, one.what().from);
    }
  }

  // --- who is told ---

  /// The people behind `from`, in as many audiences as it takes.
  void gather(std::uint64_t number, step& one, const follower_place& from) {
    const auto& shards = one.what().shards;
    const auto shard = std::ranges::lower_bound(shards, from.shard);
    if (shard == shards.end()) return begin_telling(number, one);
    const follower_place here{*shard, *shard == from.shard ? from.after : account_id{}};
    if (one.is_full()) {
      one.next = here;
      return begin_telling(number, one);
    }
    ask({number, here, 0});
  }

  void ask(const ask_again& due) {
    auto query = std::make_shared<query_envelope>();
    query->to = audience_of(due);
    const auto& to = context_->routes->find(query->to);
    requests_.ask<view_ptr>(
        to, query_ptr{std::move(query)},
        [this, due](const view_ptr& view) {
          found(due.step, due.here, view->as<audience::state>().followers);
        },
        [this, due](const caf::error& why) {
          silent({due.step, due.here, due.failures + 1}, why);
        });
  }

  entity_ref audience_of(const ask_again& due) const {
    return audience::ref(steps_.at(due.step).what().topic, due.here.shard);
  }

  void silent(const ask_again& due, const caf::error& why) {
    if (!is_own_fault(why)) return give_up(due.step, why);
    auto& one = steps_.at(due.step);
    const bool is_known = one.what().late;
    if (due.failures < most_faults(is_known)) return self_->delayed_send(self_, retry_delay, due);
    // Those in the shards behind this one need not wait until somebody mends it.
    spdlog::log(level_of(is_known), "the followers in {} could not be told: {}",
                to_string(audience_of(due)), render(why));
    one.missed.shards.push_back(due.here.shard);
    gather(due.step, one, {due.here.shard + 1, {}});
  }

  void found(std::uint64_t number, const follower_place& here,
             const std::vector<account_id>& followers) {
    auto& one = steps_.at(number);
    auto next = std::ranges::upper_bound(followers, here.after);
    for (; next != followers.end() && !one.is_full(); ++next)
      if (*next != one.what().except && !one.has_asked_for(*next)) one.people.push_back(*next);
    if (next == followers.end()) return gather(number, one, {here.shard + 1, {}});
    one.next = follower_place{here.shard, *std::prev(next)};
    begin_telling(number, one);
  }

  // --- telling ---

  void begin_telling(std::uint64_t number, const step& one) {
    if (one.people.empty()) return finish(number);
    ready_.push_back(number);
    work();
  }

  void work() {
    while (under_way_ < context_->options.deliveries) {
      if (!retries_.empty()) {
        retry_next();
      } else if (!ready_.empty()) {
        tell_next();
      } else {
        return;
      }
    }
  }

  void retry_next() {
    const auto due = retries_.front();
    retries_.pop_front();
    const auto found = steps_.find(due.step);
    if (found == steps_.end()) return;
    ++under_way_;
    tell(found->second, due);
  }

  /// By turns, so that few people need not wait for many.
  void tell_next() {
    const auto number = ready_.front();
    ready_.pop_front();
    auto& one = steps_.at(number);
    const auto whom = one.people[one.begun++];
    if (one.begun < one.people.size()) ready_.push_back(number);
    ++one.open;
    ++under_way_;
    tell(one, {number, whom});
  }

  void tell(const step& one, const tell_again& due) {
    const auto& what = one.what();
    auto letter = std::make_shared<command_envelope>();
    letter->to = inbox_ref(due.whom);
    letter->id = crier::delivery_id(what.about, due.whom);
    letter->body = inbox::command{inbox::deliver{due.whom, what.what}};
    letter->cause = what.what.time;  // no topic can have told of it before
    letter->from = one.asked->from;
    letter->trace = one.asked->trace;
    const auto& to = context_->routes->find(letter->to);
    requests_.ask<outcome>(
        to, command_ptr{std::move(letter)},
        [this, number = due.step](const outcome&) { told(number); },
        [this, due](const caf::error& why) { failed(due, why); });
  }

  void told(std::uint64_t number) {
    --under_way_;
    const auto found = steps_.find(number);
    if (found != steps_.end()) {
      auto& one = found->second;
      if (--one.open == 0 && one.begun == one.people.size()) finish(number);
    }
    work();
  }

  void failed(tell_again due, const caf::error& why) {
    const auto found = steps_.find(due.step);
    if (found == steps_.end()) return told(due.step);
    auto& one = found->second;
    const bool is_at_fault = is_own_fault(why);
    ++due.failures;
    due.faults += is_at_fault;
    const bool is_known = one.is_known_as_broken(due.whom);
    if (due.faults == most_faults(is_known)) {
      // Thousands behind this one need not wait until somebody mends it.
      spdlog::log(level_of(is_known), "{} could not be told: {}", to_string(inbox_ref(due.whom)),
                  render(why));
      one.missed.people.push_back(due.whom);
      return told(due.step);
    }
    --under_way_;
    if (is_at_fault || due.failures < most_failures)
      self_->delayed_send(self_, retry_delay, due);
    else
      give_up(due.step, why);
    work();
  }

  void finish(std::uint64_t number) {
    auto one = close(number);
    told_so_far so_far{std::ssize(one.people) - std::ssize(one.missed.people), one.next};
    if (!one.missed.empty()) so_far.missed = std::move(one.missed);
    send_home(*context_, *one.asked, std::move(so_far));
    open_next(queue_of(*one.asked));
  }

  /// The topic asks again; who has been told by then does not hear it twice.
  void give_up(std::uint64_t number, const caf::error& why) {
    if (!steps_.contains(number)) return;
    const auto one = close(number);
    spdlog::warn("an announcement of {} stops for now: {}", one.what().topic, render(why));
    open_next(queue_of(*one.asked));
  }

  step close(std::uint64_t number) {
    auto one = std::move(steps_.extract(number).mapped());
    std::erase(ready_, number);
    known_.erase(one.asked->id);
    --queue_of(*one.asked).open;
    return one;
  }

  std::string render(const caf::error& why) const { return self_->system().render(why); }

  caf::event_based_actor* self_;
  timed_requests requests_;
  context_ptr context_;
  std::unordered_set<command_id> known_;  ///< what waits or is under way
  queue_of_steps first_{most_open_steps};
  queue_of_steps late_{most_open_late_steps};
  std::unordered_map<std::uint64_t, step> steps_;
  std::uint64_t last_step_ = 0;
  std::deque<std::uint64_t> ready_;  ///< steps with people whose turn is still to come
  std::deque<tell_again> retries_;   ///< that are due, perhaps of steps that were given up
  std::size_t under_way_ = 0;        ///< deliveries
};

caf::behavior serve(caf::stateful_actor<town_crier>* self, const context_ptr& context) {
  self->state.begin(context);
  return {
      [self](const command_ptr& asked) { self->state.take(asked); },
      [self](overdue_atom) { self->state.sweep(); },
      [self](const tell_again& due) { self->state.again(due); },
      [self](const ask_again& due) { self->state.again(due); },
  };
}

}  // namespace

caf::actor spawn_crier(caf::actor_system& system, std::shared_ptr<const node_context> context) {
  return system.spawn(serve, std::move(context));
}

}  // namespace rentwave
