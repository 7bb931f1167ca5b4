// When a server that was away may be tried again: each pause is twice the one before, up to a
// longest. A plain value of the connection that waits.
#pragma once

#include <algorithm>
#include <chrono>

namespace rentwave::postgres {

class backoff {
 public:
  using clock = std::chrono::steady_clock;

  backoff(clock::duration first, clock::duration longest)
      : first_(first), longest_(longest), next_(first) {}

  bool is_pausing(clock::time_point now) const { return now < until_; }
  void failed(clock::time_point now) {
    until_ = now + next_;
    next_ = std::min(next_ * 2, longest_);
  }
  void succeeded() { *this = {first_, longest_}; }

 private:
  clock::duration first_;
  clock::duration longest_;
  clock::duration next_;  ///< the pause after the next failure
  clock::time_point until_{};
};

}  // namespace rentwave::postgres
