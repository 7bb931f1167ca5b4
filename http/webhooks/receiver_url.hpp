// The URL of a webhook's receiver: whether we take it, and its parts. Pure; what its name leads to
// is checked when it is looked up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/text_rules.hpp"

namespace rentwave::http {

/// What an operator allows.
struct receiver_rules {
  bool plain_http = false;         ///< else https only
  bool private_addresses = false;  ///< else only addresses of the public Internet
};

struct receiver_url {
  bool is_secure = true;
  std::string host;  ///< lower case, an IPv6 address without brackets
  std::uint16_t port = 443;
  std::string authority;  ///< for the field Host
  std::string target;     ///< path and query
};

inline constexpr std::size_t max_receiver_url = 2'000;

/// Errors: `too_long`; `format` for what is no absolute URL of visible ASCII, or has a user, a
/// fragment or a bad port; `not_allowed` for another scheme, for a port below 1024 but 80 and 443,
/// and for a host that is an address and not a public one.
checked<receiver_url> parse_receiver_url(std::string_view text, const receiver_rules& rules);

}  // namespace rentwave::http
