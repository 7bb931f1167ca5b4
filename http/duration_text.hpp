// Durations as text: ISO 8601 as the HTTP interface uses it (api.md, Listings). Only units of a
// fixed length: weeks, days of 24 hours, hours, minutes, seconds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/domain/time.hpp"

namespace rentwave::http {

/// "PT1H", "P14D", "P1DT12H", "P2W"; nullopt for anything else: years, months, fractions, signs, an
/// empty period, or one longer than 100,000 days.
std::optional<duration> parse_duration(std::string_view text);

/// The shortest form in days, hours, minutes and seconds, for example "P1DT12H" or "PT0S".
std::string format_duration(duration length);

}  // namespace rentwave::http
