// A journal that notes how long its calls take and how they fail, around another one.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "persistence/histogram.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

/// Of all connections of a store, since it was opened. Written and read by any thread.
struct journal_figures {
  histogram append_seconds{latency_bounds_s};
  histogram append_events{count_bounds};  ///< of one transaction
  histogram load_seconds{latency_bounds_s};
  std::atomic<std::uint64_t> appends_unavailable = 0;
  std::atomic<std::uint64_t> appends_unknown = 0;
  std::atomic<std::uint64_t> appends_failed_otherwise = 0;
};

std::unique_ptr<journal_store> measure(std::unique_ptr<journal_store> inner,
                                       std::shared_ptr<journal_figures> into);

}  // namespace rentwave
