// How often the log tells of what goes on failing: at once, and then each minute. A plain class of
// an actor.
#pragma once

#include <chrono>

namespace rentwave {

class seldom {
 public:
  /// Whether it is to be told of what happens now.
  bool is_due(std::chrono::steady_clock::time_point now) {
    if (now < next_) return false;
    next_ = now + std::chrono::minutes{1};
    return true;
  }

 private:
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::time_point::min();
};

}  // namespace rentwave
