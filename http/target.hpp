// What a request line asks for (RFC 9112 section 3.2), and whether a Host is one. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rentwave::http {

struct target {
  std::string path;  ///< decoded; to look at or to derive from: routes compare segments
  std::vector<std::string> segments;                       ///< decoded one by one
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded; `+` is a blank
  bool is_asterisk = false;                                ///< "*": the server as a whole
  std::string authority;                                   ///< of the absolute-form
};

/// Origin-form, absolute-form and "*". Nullopt: a fragment, a bad or missing percent-encoding, a
/// NUL, text that is not UTF-8, a byte that a URI may not have, or an invalid host.
std::optional<target> parse_target(std::string_view text);

/// `uri-host [":" port]`, not empty (RFC 9110 section 7.2).
bool is_host(std::string_view text);

}  // namespace rentwave::http
