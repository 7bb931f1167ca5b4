// Why something failed, as it is kept and shown to operators.
#pragma once

#include <algorithm>
#include <string>

namespace rentwave {

/// 500 bytes of it at most; PostgreSQL's text has no NUL.
inline std::string short_reason(std::string why) {
  why.resize(std::min<std::size_t>(why.size(), 500));
  std::ranges::replace(why, '\0', ' ');
  return why;
}

}  // namespace rentwave
