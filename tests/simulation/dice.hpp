// The one source of chance in a simulation: everything that is random comes from its seed, and the
// same seed gives the same numbers with every standard library.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace rentwave::simulation {

class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_{seed * 0x9E3779B97F4A7C15ULL + 1} {}

  /// From `low` to `high`, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool one_in(std::int64_t n) { return between(1, n) == 1; }
  bool percent(int p) { return between(1, 100) <= p; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(between(0, std::ssize(from) - 1))];
  }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace rentwave::simulation
