// What another node says carries what its domain clock told then, and ours follows it: what is
// caused is never earlier than its cause, whichever nodes the two happen on.
#pragma once

#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "actors/runtime/domain_clock.hpp"

namespace rentwave {

/// Of one other node, for as long as it is a member. From any thread.
class far_clock {
 public:
  /// `node` is the other one's name, for the log.
  far_clock(std::shared_ptr<const domain_clock> ours, std::string node)
      : ours_{std::move(ours)}, node_{std::move(node)} {}

  void hear(instant told) {
    if (ours_->follow(told) || is_known_.exchange(true)) return;
    spdlog::error(
        "cluster: the domain time of node {} is more than {} s ahead of this machine's clock: one "
        "of all machines' clocks is wrong",
        node_, std::chrono::duration_cast<std::chrono::seconds>(most_clock_skew).count());
  }

 private:
  const std::shared_ptr<const domain_clock> ours_;
  const std::string node_;
  std::atomic<bool> is_known_ = false;  ///< that it is too far ahead: it is said once
};

}  // namespace rentwave
