// An actor's requests that all have as long to be answered, with one timer for all of them. Each of
// CAF's own time-outs is a timer that cannot be taken back: it wakes the clock's thread when it is
// set, and that thread and the actor once more when it runs out, long after the answer.
#pragma once

#include <caf/all.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace rentwave {

/// To oneself; the actor answers it by `timed_requests::sweep`.
using overdue_atom = caf::atom_constant<caf::atom("overdue")>;

/// Part of the actor's state.
class timed_requests {
 public:
  timed_requests(caf::event_based_actor* self, caf::timespan within)
      : self_{self}, within_{within} {}

  /// Calls one of the two, once: `otherwise` with what failed, or with `request_timeout` when there
  /// is no answer within the time and a quarter of it.
  template <class Answer, class Message, class Then>
  void ask(const caf::actor& to, Message message, Then then,
           std::function<void(const caf::error&)> otherwise) {
    const auto number = ++last_;
    open_.emplace(number, open_request{self_->clock().now() + within_, std::move(otherwise)});
    if (!std::exchange(sweeps_, true)) sweep_later();
    self_->request(to, caf::infinite, std::move(message))
        .then(
            [this, number, then](const Answer& answer) {
              if (open_.erase(number) != 0) then(answer);
            },
            [this, number](const caf::error& why) { fail(number, why); });
  }

  void sweep() {
    const auto now = self_->clock().now();
    while (!open_.empty() && open_.begin()->second.until <= now)
      fail(open_.begin()->first, make_error(caf::sec::request_timeout));
    sweeps_ = !open_.empty();
    if (sweeps_) sweep_later();
  }

 private:
  struct open_request {
    caf::actor_clock::time_point until;
    std::function<void(const caf::error&)> otherwise;
  };

  void sweep_later() { self_->delayed_send(self_, within_ / 4, overdue_atom::value); }

  void fail(std::uint64_t number, const caf::error& why) {
    if (const auto one = open_.extract(number)) one.mapped().otherwise(why);
  }

  caf::event_based_actor* self_;
  caf::timespan within_;
  std::map<std::uint64_t, open_request> open_;  ///< by number, and so by time
  std::uint64_t last_ = 0;
  bool sweeps_ = false;  ///< the message for that is under way
};

}  // namespace rentwave
