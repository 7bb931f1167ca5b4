// How often the log tells of what goes on failing: at once, and then each minute. A plain class of
// an actor.
#pragma once

#include <chrono>
#include <optional>

namespace rentwave {

class seldom {
 public:
  /// Whether it is to be told of what happens now.
  template <class TimePoint>
  bool is_due(TimePoint now) {
    const auto since_start = now.time_since_epoch();
    if (next_ && since_start < *next_) return false;
    next_ = since_start + std::chrono::minutes{1};
    return true;
  }

 private:
  std::optional<std::chrono::nanoseconds> next_;
};

}  // namespace rentwave
