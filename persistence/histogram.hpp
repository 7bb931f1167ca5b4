// Counts of what was measured, by size: what a Prometheus histogram is made of. Any thread adds to
// it, without a lock; whoever reads sees counts that may be a moment apart.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rentwave {

class histogram {
 public:
  /// The upper bounds of the buckets, ascending, at most `most_bounds`; there is one more above.
  /// What they point to has to outlive it.
  static constexpr std::size_t most_bounds = 15;
  explicit histogram(std::span<const double> bounds) : bounds_(bounds) {}

  void add(double value) {
    const auto at = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
    counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
  }
  void add(std::chrono::steady_clock::duration took) {
    add(std::chrono::duration<double>(took).count());
  }

  std::span<const double> bounds() const { return bounds_; }
  /// Of each bucket, the last one above all bounds.
  std::vector<std::uint64_t> counts() const {
    return {counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(bounds_.size() + 1)};
  }
  double sum() const { return sum_; }

 private:
  std::span<const double> bounds_;
  std::array<std::atomic<std::uint64_t>, most_bounds + 1> counts_{};
  std::atomic<double> sum_ = 0;
};

/// From half a millisecond to ten seconds.
inline constexpr double latency_bounds_s[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                              0.1,    0.25,  0.5,    1,     2.5,  5,     10};
/// How many at once.
inline constexpr double count_bounds[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000};

}  // namespace rentwave
