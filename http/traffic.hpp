// What a server has been asked and how it went, by route: counted by its connections, shown by
// /metrics. One a backend; any thread adds to it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "http/exchange.hpp"
#include "http/websocket/endings.hpp"
#include "persistence/histogram.hpp"

namespace rentwave::http {

class traffic {
 public:
  /// Of one route, or of all requests that found none.
  struct cell {
    const route* of = nullptr;
    histogram seconds{latency_bounds_s};
    std::array<std::atomic<std::uint64_t>, 6> by_class{};  ///< [2]: answers 200 to 299
  };

  /// The routes to be counted; before the first request.
  void begin(std::span<const route> table);
  /// `of` is one of them, or null. `took`: nothing where it was not tried.
  void note(const route* of, unsigned status,
            std::optional<std::chrono::steady_clock::duration> took);

  std::span<const std::unique_ptr<cell>> cells() const { return cells_; }

  // Gauges, and refusals that no route sees.
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::size_t> requests_under_way = 0;
  std::atomic<std::uint64_t> rate_limited = 0;
  std::atomic<std::uint64_t> overloaded = 0;
  std::atomic<std::uint64_t> connections_turned_away = 0;
  std::atomic<std::size_t> websockets = 0;
  std::atomic<std::uint64_t> websocket_messages = 0;                    ///< sent
  std::array<std::atomic<std::uint64_t>, endings> websockets_closed{};  ///< by `ending`

 private:
  std::span<const route> table_;
  std::vector<std::unique_ptr<cell>> cells_;  ///< in the order of the table, and one more
};

}  // namespace rentwave::http
