// What happens when, in simulated time: everything that is still to come, in order.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace rentwave::simulation {

using sim_time = std::chrono::milliseconds;  ///< since the simulation began

class agenda {
 public:
  sim_time now() const { return now_; }
  void at(sim_time when, std::function<void()> what) {
    coming_.emplace(std::pair{std::max(when, now_), ++number_}, std::move(what));
  }
  void in(sim_time delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }
  /// Empty: nothing is to come.
  std::optional<sim_time> next() const {
    return coming_.empty() ? std::nullopt : std::optional{coming_.begin()->first.first};
  }
  /// One thing; false: nothing is left before `end`, which it is now.
  bool step(sim_time end) {
    const auto first = coming_.begin();
    if (first == coming_.end() || first->first.first > end) {
      now_ = end;
      return false;
    }
    now_ = first->first.first;
    const auto what = std::move(first->second);
    coming_.erase(first);
    what();
    return true;
  }

 private:
  sim_time now_{0};
  std::uint64_t number_ = 0;
  std::map<std::pair<sim_time, std::uint64_t>, std::function<void()>> coming_;
};

}  // namespace rentwave::simulation
