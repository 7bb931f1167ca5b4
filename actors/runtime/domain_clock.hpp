// Domain time: anchor + rate × real time since the anchor (design.md section 6). Shared by all
// actors of a node and read from any thread; it never goes back.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "actors/domain/time.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// By how much the clocks of two nodes may differ, in real time. Who differs by more is told so.
constexpr duration most_clock_skew = std::chrono::seconds{10};

/// Where real time comes from: the machine, or a simulation.
using time_source = std::function<instant()>;
/// The system clock's time at the first call, and what has passed since then, also while the
/// machine slept: that the system clock is set in between changes nothing.
instant system_time();

class domain_clock {
 public:
  domain_clock(clock_anchor anchor, time_source real);

  instant now() const;
  /// From now on it tells no earlier time: another node, whose clock is ahead of ours, has written
  /// an event of then. It stands still until it has caught up.
  void not_before(instant then) const;
  /// The same, of what another node's clock told as it said something: so nothing that comes of it
  /// is earlier (a hybrid logical clock). False: it is ahead of what this machine's clock says by
  /// more than clocks may differ, and not followed.
  bool follow(instant then) const;
  double rate() const { return anchor_.rate; }
  /// How much domain time passes in this real time, and the other way round (rounded up).
  duration in_domain(duration real) const;
  duration in_real(duration domain) const;
  instant real_now() const { return real_(); }

 private:
  instant raise(std::int64_t to) const;

  clock_anchor anchor_;
  time_source real_;
  mutable std::atomic<std::int64_t> latest_;  ///< the highest that was told, in microseconds
};

/// The clock to go on by: domain time has run on since the journal's last anchor, at that anchor's
/// rate, and from now on runs at `rate`. It tells no time before the latest event. A new anchor is
/// made, and durable when this returns, for another rate, and when the latest event is further
/// ahead than clocks may differ: then the real clock was set back.
journal_result<std::shared_ptr<const domain_clock>> start_clock(journal& where, double rate,
                                                                time_source real);

}  // namespace rentwave
