// Chance that can be repeated: all of a random test follows from its seed. RENTWAVE_SEED runs one
// seed alone.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace rentwave {

class dice {
 public:
  explicit dice(std::uint64_t seed) : engine_{seed} {}

  /// 0 to n - 1.
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n));
  }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + below(most - least + 1);
  }
  bool percent(int chance) { return below(100) < chance; }
  template <class T>
  T& pick(std::vector<T>& from) {
    return from[static_cast<std::size_t>(below(static_cast<std::int64_t>(from.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

/// Calls `run` with each seed until one fails, and says which it was.
template <class Run>
void with_seeds(std::uint64_t count, Run run) {
  std::uint64_t first = 1;
  if (const char* one = std::getenv("RENTWAVE_SEED")) {
    first = std::strtoull(one, nullptr, 10);
    count = 1;
  }
  std::printf("seeds %llu to %llu\n", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(first + count - 1));
  for (auto seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("RENTWAVE_SEED=" + std::to_string(seed));
    run(seed);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace rentwave
