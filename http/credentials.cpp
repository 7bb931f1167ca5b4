#include "http/credentials.hpp"

#include <boost/asio/ip/address.hpp>

#include "http/ascii.hpp"
#include "http/problems.hpp"

namespace rentwave::http {
namespace {

using ascii::same_text;
using ascii::trimmed;

bool is_safe(verb method) {
  return method == verb::get || method == verb::head || method == verb::options;
}

/// "https://host:8443" → "host:8443"; empty for what is no http origin, such as "null", and for
/// what came over the plain one where we are on the other.
std::string_view authority_of(std::string_view origin, bool is_secure) {
  constexpr std::string_view plain = "http://";
  constexpr std::string_view secure = "https://";
  if (ascii::starts_with(origin, secure)) return origin.substr(secure.size());
  if (!is_secure && ascii::starts_with(origin, plain)) return origin.substr(plain.size());
  return {};
}

bool is_by_browser(const request& asked) {
  return !asked.header("origin").empty() || !asked.header("sec-fetch-site").empty();
}

/// The token of `Authorization: Bearer` (RFC 6750 section 2.1); nullopt for other schemes.
std::optional<std::string_view> bearer_of(std::string_view header) {
  constexpr std::string_view scheme = "bearer ";
  if (!ascii::starts_with(header, scheme)) return std::nullopt;
  return trimmed(header.substr(scheme.size()));
}

}  // namespace

std::string_view cookie_of(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = header.find(';');
    const auto pair = trimmed(header.substr(0, end));
    header.remove_prefix(end == header.npos ? header.size() : end + 1);
    const auto equals = pair.find('=');
    if (equals != pair.npos && trimmed(pair.substr(0, equals)) == name)
      return trimmed(pair.substr(equals + 1));
  }
  return {};
}

bool asks_for_websocket(const request& asked) {
  return ascii::has_token(asked.header_list("upgrade"), "websocket");
}

bool is_this_machine(std::string_view authority) {
  std::string host;
  if (authority.starts_with('['))
    host = authority.substr(1, authority.find(']') - 1);
  else
    host = authority.substr(0, authority.find(':'));
  boost::system::error_code no_address;
  const auto address = boost::asio::ip::make_address(host, no_address);
  return no_address ? same_text(host, "localhost") : address.is_loopback();
}

bool comes_from_us(const request& asked, const own_origin& origin) {
  // A WebSocket starts with GET, is not under the same-origin policy, and always has an Origin.
  const bool socket = asks_for_websocket(asked);
  if (is_safe(asked.method) && !socket) return true;
  const auto site = asked.header("sec-fetch-site");
  if (same_text(site, "cross-site")) return false;
  const auto from = asked.header("origin");
  if (!from.empty()) {
    if (!origin.text.empty()) return same_text(from, origin.text);
    const auto authority = authority_of(from, asked.is_secure);
    return !authority.empty() && same_text(authority, asked.header("host")) &&
           (!origin.is_local || is_this_machine(authority));
  }
  // Neither header: no browser, and so no page that could abuse the cookie.
  const bool unknown = site.empty() || same_text(site, "same-origin") || same_text(site, "none");
  return unknown && !socket;
}

boost::system::result<std::optional<std::string_view>, problem> token_in(const request& asked,
                                                                         const own_origin& origin,
                                                                         const cors& others) {
  if (const auto header = asked.header("authorization"); !header.empty()) {
    const auto given = bearer_of(header);
    if (!given) return unauthenticated("Authorization needs a Bearer token.");
    return given;
  }
  const auto cookie = cookie_of(asked.header("cookie"), "auth");
  // Also when there is none: the answer may set one, and it must not be a page of others that
  // chooses whose. Programs say nothing of where they are.
  const bool is_let_in = cookie.empty() && (!is_by_browser(asked) || others.is_asked_by(asked));
  if (!is_let_in && !comes_from_us(asked, origin)) return foreign_origin();
  if (cookie.empty()) return std::optional<std::string_view>{};
  return std::optional{cookie};
}

}  // namespace rentwave::http
