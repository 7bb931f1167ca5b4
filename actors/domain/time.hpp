// Instants, durations and half-open periods, all in microseconds of UTC.
#pragma once

#include <boost/describe.hpp>

#include <algorithm>
#include <chrono>

namespace rentwave {

using duration = std::chrono::microseconds;
using instant = std::chrono::time_point<std::chrono::system_clock, duration>;

/// A day of the marketplace is 24 hours, whatever the place (api.md).
inline constexpr duration one_hour = std::chrono::hours{1};
inline constexpr duration one_day = std::chrono::hours{24};

/// From `start` up to, not including, `end`.
struct period {
  instant start{};
  instant end{};

  duration length() const { return end - start; }
  bool contains(instant at) const { return start <= at && at < end; }
  bool overlaps(const period& other) const { return start < other.end && other.start < end; }
  friend bool operator==(const period&, const period&) = default;
};
BOOST_DESCRIBE_STRUCT(period, (), (start, end))

}  // namespace rentwave
