// One history by a seed: the nodes, their people, their faults, and the checker that reads along.
// All that it prints follows from the seed.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "tests/simulation/faults.hpp"

namespace rentwave::simulation {

struct plan {
  std::uint64_t seed = 1;
  int days = 30;  ///< of domain time, until the faults stop and everything settles
  int users = 12;
  int nodes = 1;
  bool verbose = false;
};

struct report {
  std::uint64_t trace = 0;               ///< a hash over all answers and all events, in order
  std::optional<std::string> violation;  ///< the sentence, when, and the entity's last events
  std::map<std::string, std::int64_t> counts;

  /// For people; the same for the same seed.
  std::string text() const;
};

/// Runs it to the end, or to the first violation.
report simulate(const plan& wanted);

}  // namespace rentwave::simulation
