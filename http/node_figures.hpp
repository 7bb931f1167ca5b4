// The reports of all partitions, added up: what operators see in /api/admin/stats and /metrics.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "actors/runtime/protocol.hpp"

namespace rentwave::http {

struct node_figures {
  struct subscription {
    std::int64_t lag = 0;    ///< events that have not had their effect yet
    std::size_t parked = 0;  ///< entities with dead letters
    std::size_t letters = 0;
  };

  std::size_t partitions = 0;
  std::size_t open = 0;
  std::size_t silent = 0;  ///< did not answer: their figures are not among the others
  std::map<std::string, std::size_t> entities;  ///< in memory, by kind
  std::size_t quarantined = 0;
  std::size_t alarms = 0;  ///< in memory
  std::size_t wakes = 0;   ///< under way
  duration alarm_lag{};    ///< of the earliest, in domain time
  std::size_t kept = 0;    ///< messages that wait for their receiver to be up
  std::map<std::string, subscription> subscriptions;
};

/// `reports` as `operations::reports` gives them.
node_figures sum_of(const std::vector<report_ptr>& reports);

}  // namespace rentwave::http
