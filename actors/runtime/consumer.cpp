#include "actors/runtime/consumer.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "actors/runtime/lane.hpp"
#include "actors/runtime/protocol.hpp"
#include "actors/runtime/seldom.hpp"
#include "actors/runtime/short_reason.hpp"
#include "actors/runtime/timed_requests.hpp"
#include "persistence/event_words.hpp"

namespace rentwave {

/// To oneself: the lane's first event is to be tried again.
struct retry_note {
  entity_ref entity;
};

}  // namespace rentwave

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rentwave::retry_note)

namespace rentwave {
namespace {

using again_atom = caf::atom_constant<caf::atom("again")>;

constexpr int page = 100;  ///< events that are read together
/// While so many are tried, or have not had their effect, or the log was read so far beyond the
/// first that has not, no more are taken.
constexpr std::size_t most_tried = 100;
constexpr std::size_t most_pending = 1000;
constexpr std::int64_t longest_way = 10'000;
constexpr auto retry_delay = std::chrono::seconds{1};
constexpr auto effect_timeout = std::chrono::seconds{30};
/// How often an event is tried that fails by its own fault; the delay doubles each time.
constexpr int most_failures = 8;
constexpr auto first_backoff = std::chrono::milliseconds{100};

/// Whether trying again is of no use until somebody mends something.
bool is_own_fault(const caf::error& why) {
  if (why.category() != caf::atom("rentwave")) return false;
  const auto code = static_cast<runtime_errc>(why.code());
  return code == runtime_errc::crashed || code == runtime_errc::quarantined ||
         code == runtime_errc::wrong_kind;
}

class consumer {
 public:
  explicit consumer(caf::event_based_actor* self) : self_{self}, effects_{self, effect_timeout} {}
  const char* name = "subscription";

  void begin(context_ptr context, partition_id partition, subscription what,
             std::shared_ptr<subscription_progress> progress) {
    context_ = std::move(context);
    partition_ = partition;
    what_ = std::move(what);
    progress_ = std::move(progress);
    read_offset();
  }

  void committed(const commit& durable) {
    if (durable.events.empty()) return;
    learn_of(durable.events.back().position);
    // The usual case: the log goes on where we are, and needs no reading.
    if (!busy_ && has_room() && durable.events.front().position == reached_ + 1 &&
        std::ssize(durable.events) <= page)
      take(durable.events);
    else
      advance();
  }

  void reopen(const reopened& news) {
    learn_of(news.position);
    advance();
  }

  void again() {
    busy_ = false;
    if (!started_) return read_offset();
    advance();
  }

  void sweep() { effects_.sweep(); }

  void retry(const entity_ref& entity) {
    if (!lanes_.contains(entity)) return;
    go_on(entity);
    after_try();
  }

  // --- replay ---

  void replay(const entity_ref& entity) {
    auto done = self_->make_response_promise();
    if (!started_) return done.deliver(std::string{"the subscription is starting"});
    if (!parked_.contains(entity))
      return done.deliver(std::string{"this subscription has no dead letter of that entity"});
    if (!replays_.try_emplace(entity, done).second)
      return done.deliver(std::string{"its dead letters are being tried already"});
    replay_next(entity);
  }

 private:
  template <class Answer, class Request, class Then, class Otherwise>
  void ask(Request request, Then then, Otherwise otherwise) {
    self_->request(context_->reader_for(partition_), caf::infinite, std::move(request))
        .then([then](const Answer& answer) { then(answer); },
              [otherwise](const caf::error& why) { otherwise(why); });
  }

  std::string render(const caf::error& why) const { return self_->system().render(why); }

  // --- the start ---

  /// First the offset: what its predecessor has still in writing may come in between, and letters
  /// that are ahead of the offset do no harm. An offset ahead of its letters would pass them over.
  void read_offset() {
    busy_ = true;
    ask<std::int64_t>(
        offset_request{partition_, what_.name},
        [this](std::int64_t position) { read_letters(position); },
        [this](const caf::error& why) { come_back(why); });
  }

  void read_letters(std::int64_t offset) {
    ask<letters_ptr>(
        letters_request{partition_},
        [this, offset](const letters_ptr& letters) {
          progress_->letters = 0;
          progress_->parked = 0;
          for (const auto& letter : *letters)
            if (letter.subscription == what_.name) park(letter.entity, letter.position);
          start(offset);
        },
        [this](const caf::error& why) { come_back(why); });
  }

  void start(std::int64_t offset) {
    started_ = true;
    reached_ = offset;
    written_ = offset;
    move_to(offset);
    may_be_more_ = true;
    busy_ = false;
    advance();
  }

  void come_back(const caf::error& why) {
    complain(render(why));
    self_->delayed_send(self_, retry_delay, again_atom::value);
  }

  /// An outage fails each lane and each read again every second.
  void complain(const std::string& why) {
    if (complaints_.is_due(self_->clock().now()))
      spdlog::warn("subscription {} of partition {} is held up and tries again: {}", what_.name,
                   partition_, why);
  }

  // --- the log ---

  void learn_of(std::int64_t position) {
    latest_ = std::max(latest_, position);
    progress_->latest = latest_;
  }

  void move_to(std::int64_t position) {
    position_ = position;
    progress_->position = position;
    learn_of(position);
  }

  bool has_room() const {
    return trying_ < most_tried && pending_.size() < most_pending &&
           reached_ - position_ < longest_way;
  }

  void advance() {
    if (busy_ || !has_room() || (reached_ >= latest_ && !may_be_more_)) return;
    busy_ = true;
    may_be_more_ = false;
    ask<events_ptr>(
        log_request{partition_, reached_, page},
        [this](const events_ptr& events) {
          busy_ = false;
          may_be_more_ = may_be_more_ || events->size() == page;
          if (!events->empty()) take(*events);
          // A commit may have told of more while this was read.
          advance();
        },
        [this](const caf::error& why) {
          may_be_more_ = true;
          come_back(why);
        });
  }

  /// What comes next in the log. Only events of the same entity wait for each other.
  void take(const std::vector<stored_event>& events) {
    reached_ = events.back().position;
    learn_of(reached_);
    std::vector<entity_ref> fresh;
    for (const auto& event : events) {
      if (const auto letters = parked_.find(event.entity); letters != parked_.end()) {
        // Up to its first letter, after a restart: it had its effect, or is that.
        if (event.position > *letters->second.begin()) give_up(event, {});
        continue;
      }
      auto& one = lanes_[event.entity];
      if (one.events.empty()) fresh.push_back(event.entity);
      one.events.push_back(event);
      pending_.insert(event.position);
    }
    for (const auto& entity : fresh) go_on(entity);
    settle();
  }

  void after_try() {
    settle();
    advance();
  }

  /// The offset is written once nothing is under way, or a page later; dead letters at once.
  void settle() {
    const auto done = pending_.empty() ? reached_ : *pending_.begin() - 1;
    if (done > position_) move_to(done);
    const bool is_due = pending_.empty() ? position_ > written_ : position_ - written_ >= page;
    if (!is_due && given_up_.empty()) return;
    written_ = position_;
    self_->send(context_->writer,
                offset_note{partition_, {what_.name, position_}, std::exchange(given_up_, {}), {}});
  }

  // --- a lane ---

  /// Tries the lane's first event, and the next ones for as long as a try ends at once.
  void go_on(const entity_ref& entity) {
    do {
      ++trying_;
      try_first(lanes_.at(entity));
    } while (lanes_.at(entity).acknowledged() && tried(entity));
  }

  void try_first(lane& one) {
    const auto event = one.events.front();
    one.begin_try();
    try {
      if (!is_known_event(event.type, event.schema))
        throw std::runtime_error{event.type + " is an event of a later release"};
      for (auto& wanted : what_.handle(event)) send(event, std::move(wanted), one);
    } catch (const std::exception& thrown) {
      one.fail(true, thrown.what());
    } catch (...) {
      one.fail(true, "it threw no exception of ours");
    }
  }

  void send(const stored_event& event, effect wanted, lane& one) {
    auto command = std::make_shared<command_envelope>();
    command->to = std::move(wanted.to);
    command->id = want_command_id(
        event.entity, what_.name + '/' + std::to_string(event.version) + '/' + wanted.key);
    command->body = std::move(wanted.body);
    command->cause = event.time;
    command->from = event.entity;
    command->trace = event.trace;
    ++one.outstanding;
    const auto& to = context_->routes->find(command->to);
    effects_.ask<outcome>(
        to, command_ptr{std::move(command)},
        [this, entity = event.entity](const outcome& said) {
          // Whoever has a full queue takes no more for now: this subscription waits.
          const auto* why = std::get_if<refusal>(&said);
          if (why && why->code == refusal_code::not_now) lanes_.at(entity).fail(false, why->detail);
          acknowledged(entity);
        },
        [this, entity = event.entity](const caf::error& why) {
          lanes_.at(entity).fail(is_own_fault(why), render(why));
          acknowledged(entity);
        });
  }

  void acknowledged(const entity_ref& entity) {
    if (!lanes_.at(entity).acknowledged()) return;
    if (tried(entity)) go_on(entity);
    after_try();
  }

  /// A try has ended. Whether the lane's next event is to be tried now.
  bool tried(const entity_ref& entity) {
    --trying_;
    auto& one = lanes_.at(entity);
    const bool is_replay = replays_.contains(entity);  // then an operator wants to know at once
    if (one.failed && !is_replay && !(one.blamed && ++one.failures >= most_failures)) {
      later(entity, one);
      return false;
    }
    const auto event = std::move(one.events.front());
    const bool gave_up = one.failed;
    one.next();
    if (is_replay) {
      replayed(event, gave_up ? one.reason : std::string{});
      return false;
    }
    pending_.erase(event.position);
    if (gave_up) give_up_lane(event, one);
    if (!one.events.empty()) return true;
    lanes_.erase(entity);
    return false;
  }

  void later(const entity_ref& entity, const lane& one) {
    const auto doublings = std::max(one.failures - 1, 0);
    const duration wait = one.blamed ? duration{first_backoff} * (1 << doublings) : retry_delay;
    if (!one.blamed)
      complain(to_string(entity) + ": " + one.reason);
    else if (one.failures == 1)
      spdlog::warn("subscription {} tries an event of {} again: {}", what_.name, to_string(entity),
                   one.reason);
    self_->delayed_send(self_, wait, retry_note{entity});
  }

  // --- dead letters ---

  /// The others of its entity wait behind it.
  void give_up_lane(const stored_event& event, lane& one) {
    spdlog::error("subscription {} gives up event {} of {}: {}", what_.name, event.version,
                  to_string(event.entity), one.reason);
    give_up(event, one.reason);
    for (const auto& behind : std::exchange(one.events, {})) give_up(behind, {});
  }

  void give_up(const stored_event& event, std::string reason) {
    pending_.erase(event.position);
    given_up_.push_back({{what_.name, event.position},
                         partition_,
                         event.entity,
                         short_reason(std::move(reason)),
                         context_->clock->real_now()});
    park(event.entity, event.position);
  }

  void park(const entity_ref& entity, std::int64_t position) {
    progress_->letters += parked_[entity].insert(position).second ? 1 : 0;
    progress_->parked = parked_.size();
  }

  void replay_next(const entity_ref& entity) {
    const auto letters = parked_.find(entity);
    if (letters->second.empty()) {
      parked_.erase(letters);
      progress_->parked = parked_.size();
      return end_replay(entity, {});
    }
    ask<events_ptr>(
        log_request{partition_, *letters->second.begin() - 1, 1},
        [this, entity](const events_ptr& events) {
          if (events->empty()) return end_replay(entity, "the event is not there");
          lanes_[entity].events = {events->front()};
          go_on(entity);
        },
        [this, entity](const caf::error& why) { end_replay(entity, render(why)); });
  }

  void replayed(const stored_event& event, const std::string& failure) {
    lanes_.erase(event.entity);
    if (!failure.empty()) return end_replay(event.entity, failure);
    progress_->letters -= parked_[event.entity].erase(event.position);
    self_->send(
        context_->writer,
        offset_note{partition_, {what_.name, position_}, {}, {{what_.name, event.position}}});
    replay_next(event.entity);
  }

  void end_replay(const entity_ref& entity, std::string failure) {
    const auto found = replays_.find(entity);
    found->second.deliver(std::move(failure));
    replays_.erase(found);
  }

  caf::event_based_actor* self_;
  timed_requests effects_;
  context_ptr context_;
  partition_id partition_ = 0;
  subscription what_;
  std::shared_ptr<subscription_progress> progress_;
  std::int64_t position_ = 0;  ///< every event up to here has had its effect, or is a letter
  std::int64_t written_ = 0;   ///< the offset
  std::int64_t reached_ = 0;   ///< the log was taken up to here
  std::int64_t latest_ = 0;    ///< the log goes at least so far
  bool may_be_more_ = false;   ///< the log may go on behind what the commits told of
  bool started_ = false;
  bool busy_ = true;  ///< reading
  seldom complaints_;
  std::unordered_map<entity_ref, lane> lanes_;
  std::size_t trying_ = 0;  ///< lanes whose first event is under way
  /// Positions of what was taken and has not had its effect, nor is a letter.
  std::set<std::int64_t> pending_;
  std::vector<dead_letter> given_up_;  ///< and not written
  /// The dead letters, by position, also those that are not durable yet.
  std::unordered_map<entity_ref, std::set<std::int64_t>> parked_;
  std::unordered_map<entity_ref, caf::response_promise> replays_;
};

caf::behavior live(caf::stateful_actor<consumer>* self, const context_ptr& context,
                   partition_id partition, const subscription& what,
                   const std::shared_ptr<subscription_progress>& progress) {
  self->state.begin(context, partition, what, progress);
  return {
      [self](const commit_ptr& durable) { self->state.committed(*durable); },
      [self](const reopened& news) { self->state.reopen(news); },
      [self](again_atom) { self->state.again(); },
      [self](overdue_atom) { self->state.sweep(); },
      [self](const retry_note& due) { self->state.retry(due.entity); },
      [self](const replay_order& order) { self->state.replay(order.entity); },
  };
}

}  // namespace

caf::actor spawn_consumer(caf::event_based_actor* partition, context_ptr context, partition_id id,
                          const subscription& what,
                          std::shared_ptr<subscription_progress> progress) {
  return partition->spawn<caf::monitored>(live, std::move(context), id, what, std::move(progress));
}

}  // namespace rentwave
