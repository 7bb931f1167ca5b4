// From where each name has lately been logged in to: whoever comes from there again is more likely
// its owner than somebody who guesses. In memory, and bounded. One a throttle; safe from any
// thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rentwave::http {

class familiar_places {
 public:
  using clock = std::chrono::steady_clock;

  /// Of more names than `most_names` those are forgotten whose last login is longest ago.
  explicit familiar_places(std::size_t most_names = 50'000) : most_names_(most_names) {}

  /// Somebody logged in to `name` from `place`. Of each name the last few places are kept, so that
  /// one account that comes from everywhere does not push out the others.
  void note(std::string_view name, std::string_view place, clock::time_point now);
  /// Whether somebody did within the last 30 days.
  bool has(std::string_view name, std::string_view place, clock::time_point now) const;

  std::size_t size() const;

 private:
  struct visit {
    std::string place;
    clock::time_point at;
  };
  struct visited {
    std::string name;
    std::vector<visit> places;
  };

  const std::size_t most_names_;
  mutable std::mutex mutex_;
  std::list<visited> names_;  ///< the latest first
  std::unordered_map<std::string_view, std::list<visited>::iterator> by_name_;
};

}  // namespace rentwave::http
