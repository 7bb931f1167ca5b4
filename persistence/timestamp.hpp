// Instants as text: RFC 3339, the form of all times in stored JSON and in the HTTP interface.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/domain/time.hpp"

namespace rentwave {

/// For example "2024-05-01T10:00:00Z"; with six digits of a second's fraction when it is not zero.
/// The form has no instants before 1970 or after 9999: the nearest one is written.
std::string format_instant(instant when);

/// Adds the same text to `out`.
void append_instant(std::string& out, instant when);

/// Strict RFC 3339 section 5.6 with any offset; nullopt for anything else, for impossible dates and
/// for instants before 1970 or after 9999. Digits beyond microseconds are cut off; a leap second,
/// only where one can be, is the second after it.
std::optional<instant> parse_instant(std::string_view text);

}  // namespace rentwave
