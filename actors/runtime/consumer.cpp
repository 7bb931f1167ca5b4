#include "actors/runtime/consumer.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include "actors/runtime/protocol.hpp"

namespace rentwave {
namespace {

using again_atom = caf::atom_constant<caf::atom("again")>;

constexpr int page = 100;  ///< events whose effects are under way together
constexpr auto retry_delay = std::chrono::seconds{1};
constexpr auto effect_timeout = std::chrono::seconds{30};

class consumer {
 public:
  explicit consumer(caf::event_based_actor* self) : self_{self} {}
  const char* name = "subscription";

  void begin(context_ptr context, partition_id partition, subscription what) {
    context_ = std::move(context);
    partition_ = partition;
    what_ = std::move(what);
    read_offset();
  }

  void committed(const commit& durable) {
    if (durable.events.empty()) return;
    latest_ = std::max(latest_, durable.events.back().position);
    // The usual case: the log goes on where we are, and needs no reading.
    if (!busy_ && durable.events.front().position == position_ + 1 &&
        std::ssize(durable.events) <= page)
      handle(durable.events);
    else
      advance();
  }

  void reopen(const reopened& news) {
    latest_ = std::max(latest_, news.position);
    advance();
  }

  void again() {
    busy_ = false;
    if (!started_) return read_offset();
    advance();
  }

 private:
  void read_offset() {
    busy_ = true;
    self_
        ->request(context_->reader_for(partition_), caf::infinite,
                  offset_request{partition_, what_.name})
        .then(
            [this](std::int64_t position) {
              started_ = true;
              position_ = position;
              may_be_more_ = true;
              busy_ = false;
              advance();
            },
            [this](const caf::error& why) { retry(why); });
  }

  void advance() {
    if (busy_ || (position_ >= latest_ && !may_be_more_)) return;
    busy_ = true;
    may_be_more_ = false;
    self_
        ->request(context_->reader_for(partition_), caf::infinite,
                  log_request{partition_, position_, page})
        .then(
            [this](const events_ptr& events) {
              busy_ = false;
              // A commit may have told of more while this was read.
              if (events->empty()) return advance();
              may_be_more_ = may_be_more_ || events->size() == page;
              handle(*events);
            },
            [this](const caf::error& why) { retry(why); });
  }

  void handle(const std::vector<stored_event>& events) {
    busy_ = true;
    reached_ = events.back().position;
    latest_ = std::max(latest_, reached_);
    failed_ = false;
    outstanding_ = 1;  // this loop itself, so that it ends only once
    try {
      for (const auto& event : events)
        for (auto& wanted : what_.handle(event)) send(event, std::move(wanted));
    } catch (const std::exception& thrown) {
      spdlog::error("subscription {} threw: {}", what_.name, thrown.what());
      failed_ = true;
    }
    acknowledged();
  }

  void send(const stored_event& event, effect wanted) {
    auto command = std::make_shared<command_envelope>();
    command->to = std::move(wanted.to);
    command->id = want_command_id(
        event.entity, what_.name + '/' + std::to_string(event.version) + '/' + wanted.key);
    command->body = std::move(wanted.body);
    command->cause = event.time;
    command->from = event.entity;
    command->trace = event.trace;
    ++outstanding_;
    const auto& to = context_->routes->find(command->to);
    self_->request(to, effect_timeout, command_ptr{std::move(command)})
        .then([this](const outcome&) { acknowledged(); },
              [this](const caf::error&) {
                failed_ = true;
                acknowledged();
              });
  }

  void acknowledged() {
    if (--outstanding_ > 0) return;
    if (failed_)
      return retry(make_error(runtime_errc::unavailable, "an effect was not acknowledged"));
    position_ = reached_;
    self_->send(context_->writer, offset_note{partition_, {what_.name, position_}});
    busy_ = false;
    advance();
  }

  void retry(const caf::error& why) {
    spdlog::warn("subscription {} of partition {} tries again: {}", what_.name, partition_,
                 self_->system().render(why));
    self_->delayed_send(self_, retry_delay, again_atom::value);
  }

  caf::event_based_actor* self_;
  context_ptr context_;
  partition_id partition_ = 0;
  subscription what_;
  std::int64_t position_ = 0;  ///< every event up to here has had its effect
  std::int64_t latest_ = 0;    ///< the log goes at least so far
  std::int64_t reached_ = 0;   ///< the end of what is under way
  int outstanding_ = 0;
  bool may_be_more_ = false;  ///< the log may go on behind what the commits told of
  bool failed_ = false;
  bool started_ = false;
  bool busy_ = false;
};

caf::behavior live(caf::stateful_actor<consumer>* self, const context_ptr& context,
                   partition_id partition, const subscription& what) {
  self->state.begin(context, partition, what);
  return {
      [self](const commit_ptr& durable) { self->state.committed(*durable); },
      [self](const reopened& news) { self->state.reopen(news); },
      [self](again_atom) { self->state.again(); },
  };
}

}  // namespace

caf::actor spawn_consumer(caf::event_based_actor* partition, context_ptr context, partition_id id,
                          const subscription& what) {
  return partition->spawn<caf::monitored>(live, std::move(context), id, what);
}

}  // namespace rentwave
