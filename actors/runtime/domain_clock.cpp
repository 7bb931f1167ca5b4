#include "actors/runtime/domain_clock.hpp"

#include <time.h>

#include <algorithm>
#include <cmath>

namespace rentwave {
namespace {

constexpr int anchor_tries = 3;

duration scaled(duration length, double factor) {
  return duration{
      static_cast<std::int64_t>(std::ceil(static_cast<double>(length.count()) * factor))};
}

instant domain_at(const clock_anchor& anchor, instant real) {
  // A real clock that was set back must not take domain time with it.
  return anchor.domain + scaled(std::max(real - anchor.real, duration{}), anchor.rate);
}

duration since_boot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds{now.tv_sec} +
         std::chrono::duration_cast<duration>(std::chrono::nanoseconds{now.tv_nsec});
}

}  // namespace

instant system_time() {
  static const instant booted =
      std::chrono::time_point_cast<duration>(std::chrono::system_clock::now()) - since_boot();
  return booted + since_boot();
}

domain_clock::domain_clock(clock_anchor anchor, time_source real)
    : anchor_{anchor}, real_{std::move(real)}, latest_{anchor.domain.time_since_epoch().count()} {}

instant domain_clock::now() const {
  return raise(domain_at(anchor_, real_()).time_since_epoch().count());
}

void domain_clock::not_before(instant then) const {
  raise(then.time_since_epoch().count());
}

bool domain_clock::follow(instant then) const {
  if (then > domain_at(anchor_, real_()) + in_domain(most_clock_skew)) return false;
  not_before(then);
  return true;
}

/// The latest that was told, or this if it is later.
instant domain_clock::raise(std::int64_t to) const {
  auto latest = latest_.load(std::memory_order_relaxed);
  while (to > latest && !latest_.compare_exchange_weak(latest, to)) {
  }
  return instant{duration{std::max(to, latest)}};
}

duration domain_clock::in_domain(duration real) const {
  return scaled(real, anchor_.rate);
}

duration domain_clock::in_real(duration domain) const {
  return scaled(domain, 1 / anchor_.rate);
}

journal_result<std::shared_ptr<const domain_clock>> start_clock(journal& where, double rate,
                                                                time_source real) {
  // Another node may set the anchor at the same moment; then that is the one.
  for (int tries = 1;; ++tries) {
    const auto last = where.anchor();
    if (!last) return last.error();
    const auto latest = where.latest_event_time();
    if (!latest) return latest.error();
    // Read after them: an event of this moment is no sign of a clock that was set back.
    const auto now = real();
    clock_anchor next{now, now, rate};
    if (*last) next.domain = domain_at(**last, now);
    // All nodes of a journal share an anchor: one that is as it is to be stays.
    const bool stays = *last && (*last)->rate == rate &&
                       (!*latest || **latest <= next.domain + scaled(most_clock_skew, rate));
    if (stays) {
      next = **last;
    } else {
      if (*latest) next.domain = std::max(next.domain, **latest);
      const auto kept = where.set_anchor(next);
      if (!kept && kept.error().code == journal_errc::mismatch && tries < anchor_tries) continue;
      if (!kept) return kept.error();
    }
    auto clock = std::make_shared<const domain_clock>(next, std::move(real));
    if (*latest) clock->not_before(**latest);
    return clock;
  }
}

}  // namespace rentwave
