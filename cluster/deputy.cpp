#include "cluster/deputy.hpp"

#include <spdlog/spdlog.h>

#include <caf/all.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include "actors/runtime/demand.hpp"
#include "cluster/wire_form.hpp"

namespace rentwave {
namespace {

/// A partition has a little longer than whoever asked, so that its own answer comes first.
constexpr auto grace = std::chrono::seconds{1};
/// When nobody said how long.
constexpr auto usual_wait = std::chrono::seconds{60};
/// Types that were not understood and logged: each once.
constexpr std::size_t most_complaints = 16;

class deputy {
 public:
  explicit deputy(caf::event_based_actor* self) : self_{self} {}
  const char* name = "deputy";

  void setup(std::shared_ptr<const peer_options> options, std::shared_ptr<far_clock> clock,
             caf::actor far) {
    options_ = std::move(options);
    far_clock_ = std::move(clock);
    far_ = std::move(far);
  }

  void serve(const wire_message& message) {
    auto call = call_from_wire(message, options_->clock->real_now());
    if (!call) {
      complain(message.type, call.error().why);
      return refuse(message.number, runtime_errc::unavailable, call.error().why);
    }
    far_clock_->hear(call->time);
    const auto& doors = options_->routes->partitions;
    const auto partition = static_cast<std::size_t>(call->partition);
    if (call->partition < 0 || partition >= doors.size())
      return refuse(message.number, runtime_errc::unavailable, "there is no such partition");
    if (under_way_ >= options_->calls)
      return refuse(message.number, runtime_errc::overloaded, "too much is asked over one link");
    ++under_way_;
    ask(doors[partition], std::move(*call));
  }

  /// News are numbered by the bytes of all so far, now and then: so the other node says how much it
  /// has heard. What is held back is not kept, as it is in the journal.
  void tell(const news& what) {
    const auto limit = options_->news_bytes;
    if (told_ - heard_ >= limit) return hold_back(what.partition);
    auto message = news_to_wire(what);
    told_ += bytes_of(message);
    if (told_ - numbered_ >= limit / 8) message.number = numbered_ = told_;
    self_->send(far_, std::move(message));
  }

  void heard(std::uint64_t number) {
    heard_ = std::max(heard_, std::min(number, told_));
    for (const auto partition : std::exchange(held_back_, {}))
      tell({.entities = {}, .ended = true, .partition = partition});
  }

 private:
  void hold_back(partition_id partition) {
    if (!std::exchange(is_behind_, true))
      spdlog::warn("cluster: node {} is behind with news, and is told to ask again",
                   options_->name);
    held_back_.insert(partition);
  }

  void ask(const caf::actor& door, remote_call call) {
    if (call.is_one_way) return ask_for<taken>(door, std::move(call));
    std::visit([&]<class Asked>(const Asked&) { ask_for<answer_of<Asked>>(door, call); },
               call.what);
  }

  template <class Answer>
  void ask_for(const caf::actor& door, remote_call call) {
    const auto number = call.number;
    const auto wait = wait_for(call);
    self_->request(door, wait, std::move(call))
        .then(
            [this, number](const Answer& given) {
              answer({number, given});
            },
            [this, number](const caf::error& why) {
              answer({number, why});
            });
  }

  duration wait_for(const remote_call& call) const {
    if (call.until == instant::max()) return usual_wait;
    return std::max(call.until - options_->clock->real_now(), duration{}) + grace;
  }

  void answer(remote_answer given) {
    --under_way_;
    given.time = options_->clock->now();
    self_->send(far_, answer_to_wire(given));
  }

  void refuse(std::uint64_t number, runtime_errc code, std::string why) {
    self_->send(far_, answer_to_wire({number, make_error(code, std::move(why))}));
  }

  void complain(const std::string& type, const std::string& why) {
    if (complaints_.size() >= most_complaints || !complaints_.insert(type).second) return;
    spdlog::warn("node {} asks what is not understood: {}", options_->name, why);
  }

  caf::event_based_actor* self_;
  std::shared_ptr<const peer_options> options_;
  std::shared_ptr<far_clock> far_clock_;
  caf::actor far_;
  std::size_t under_way_ = 0;
  // Bytes of news: sent, sent up to the last that has a number, and heard.
  std::uint64_t told_ = 0;
  std::uint64_t numbered_ = 0;
  std::uint64_t heard_ = 0;
  std::set<partition_id> held_back_;  ///< some of their news were
  bool is_behind_ = false;            ///< it was, on this link, and that is logged
  std::set<std::string> complaints_;
};

caf::behavior live(caf::stateful_actor<deputy>* self,
                   const std::shared_ptr<const peer_options>& options,
                   const std::shared_ptr<far_clock>& clock, const caf::actor& far) {
  self->state.setup(options, clock, far);
  self->monitor(far);
  self->set_down_handler([self](caf::down_msg&) { self->quit(caf::exit_reason::user_shutdown); });
  return {
      [self](const wire_message& message) {
        if (use_of(message) == wire_use::heard) return self->state.heard(message.number);
        self->state.serve(message);
      },
      [self](const news_ptr& what) { self->state.tell(*what); },
  };
}

}  // namespace

caf::actor spawn_deputy(caf::local_actor* parent, std::shared_ptr<const peer_options> options,
                        std::shared_ptr<far_clock> clock, caf::actor far) {
  auto made = parent->spawn(live, std::move(options), std::move(clock), std::move(far));
  demand(made, "the deputy of a node");
  return made;
}

}  // namespace rentwave
