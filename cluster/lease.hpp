// Who may still answer, and who has ended: leases without a common clock (design.md section 8). A
// node counts its own from when it sent its last renewal; the others count it from when they first
// saw that renewal's number, each on its own clock. So every taker waits longer than the owner
// answers, as long as clocks run at nearly the same speed. No clock is read here: instants come in.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "persistence/membership.hpp"

namespace rentwave {

/// CLOCK_BOOTTIME: never set, and goes on while the machine sleeps.
struct boot_clock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<boot_clock>;
  static constexpr bool is_steady = true;
  static time_point now() noexcept;
};
using boot_time = boot_clock::time_point;

struct lease_terms {
  boot_clock::duration lease = std::chrono::seconds{5};
  /// By how much sooner an owner stops than others may take: two clocks may drift apart by a
  /// twentieth each.
  boot_clock::duration margin = std::chrono::milliseconds{500};
  /// Between two looks at the table; after a longer one it is as if the database had been away.
  boot_clock::duration longest_gap = std::chrono::milliseconds{2500};
};

/// A node's own lease. Asked from any thread, between computing an answer and sending it; renewed
/// and ended by one thread.
class own_lease {
 public:
  explicit own_lease(const lease_terms& terms) : length_(terms.lease - terms.margin) {}

  /// By a renewal that was sent then, and succeeded.
  void renewed(boot_time sent) { renewed_at_ = sent.time_since_epoch().count(); }
  /// The node is no member any more.
  void end() { renewed_at_ = none; }
  /// An instant a little before the renewal is covered: another thread may have sent it meanwhile.
  bool may_answer(boot_time now) const;

 private:
  static constexpr std::int64_t none = INT64_MIN;

  const boot_clock::duration length_;
  std::atomic<std::int64_t> renewed_at_{none};
};

enum class judgement {
  renewing,  ///< its counter was seen to change, less than a lease ago
  unjudged,  ///< not seen to change yet, but not for a whole lease either
  ended,     ///< its counter was the same for a whole lease
};

/// Judges all other nodes by what is read from the table. When the database was away nobody could
/// renew: everybody's lease begins anew. An owner that is not in the table any more is judged like
/// one whose counter stands still: it may not have heard of it.
class lease_judge {
 public:
  explicit lease_judge(const lease_terms& terms) : terms_(terms) {}

  /// The table was read; `now` is when the answer had come.
  void saw(const cluster_tables& tables, boot_time now);
  /// The table could not be read.
  void lost_sight();

  judgement of(const node_id& node, boot_time now) const;
  /// For a whole lease the database was there: whoever has not ended by now lives, or is new.
  bool has_watched(boot_time now) const;

 private:
  struct record {
    std::optional<std::int64_t> counter;  ///< empty: it is not in the table
    boot_time since;                      ///< when this one was first seen
    bool changed = false;                 ///< it was another one before
  };

  lease_terms terms_;
  std::map<node_id, record> records_;
  std::optional<boot_time> watching_since_;
  boot_time last_look_;
};

}  // namespace rentwave
