// How WebSockets end, as they are counted.
#pragma once

#include <cstddef>

namespace rentwave::http {

enum class ending {
  client,          ///< it closed
  lost,            ///< its connection broke
  silent,          ///< nothing came from it for too long
  broken,          ///< it did not keep to RFC 6455
  not_understood,  ///< three times in a row
  too_slow,        ///< it did not read fast enough
  session_ended,
  unavailable,  ///< we could not go on
  stopping,     ///< the server
};
inline constexpr std::size_t endings = 9;
static_assert(static_cast<std::size_t>(ending::stopping) + 1 == endings);

constexpr const char* name_of(ending how) {
  constexpr const char* names[] = {"client",        "lost",           "silent",
                                   "broken",        "not_understood", "too_slow",
                                   "session_ended", "unavailable",    "stopping"};
  return names[static_cast<std::size_t>(how)];
}

}  // namespace rentwave::http
