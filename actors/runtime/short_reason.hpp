// Why something failed, as it is kept and shown to operators.
#pragma once

#include <algorithm>
#include <string>

namespace rentwave {

inline constexpr std::size_t longest_reason = 500;  ///< bytes

/// No longer than that; PostgreSQL's text has no NUL.
inline std::string short_reason(std::string why) {
  why.resize(std::min(why.size(), longest_reason));
  std::ranges::replace(why, '\0', ' ');
  return why;
}

}  // namespace rentwave
