// From a method and a path to a row of the table of routes. Made once from the table, which has to
// outlive it; read by all io threads.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"

namespace rentwave::http {

/// "GET", "DELETE" …
std::string_view to_string(verb method);

/// What a path leads to.
struct route_match {
  const route* found = nullptr;         ///< none: 404, or 405 when `allow` is not empty
  std::vector<std::string> parameters;  ///< what `{…}` stood for, in order
  std::string allow;                    ///< the methods of this path, as the field Allow has them
};

class router {
 public:
  explicit router(std::span<const route> table);

  /// `segments` are the parts of the path between slashes, decoded: {"api", "listings"}, and {""}
  /// for
  /// "/". A word beats a parameter ("/listings/top" before "/listings/{id}"); HEAD falls back to
  /// GET.
  route_match find(verb method, std::span<const std::string> segments) const;

 private:
  struct pattern {
    std::vector<std::string_view> parts;
    std::vector<const route*> routes;  ///< of one path, a row a method
  };

  const pattern* find_pattern(std::span<const std::string> segments) const;

  std::vector<pattern> patterns_;  ///< words before parameters
};

}  // namespace rentwave::http
