// What a request says of who asks: the token of `Authorization: Bearer` or of the cookie `auth`,
// and whether the page that has the browser ask is ours (design.md section 9). Pure.
#pragma once

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "http/cors.hpp"
#include "http/exchange.hpp"

namespace rentwave::http {

/// What of a browser's Origin is ours.
struct own_origin {
  std::string text;  ///< `http(s)://host[:port]`; empty: whatever the request's Host says
  /// And that has to be this machine's host then. Other names may lead here for some only, and to
  /// pages of others before (DNS rebinding).
  bool is_local = false;
};

/// The token that came along, not verified; nothing when there is none. Errors: 401 for another
/// scheme than Bearer; 403 `foreign_origin` for what changes something, is asked by a page of
/// others, and has no `Authorization`, which no page can have sent without being allowed to. The
/// pages of `others` may do without it, too, as long as our cookie does not come along.
boost::system::result<std::optional<std::string_view>, problem> token_in(const request& asked,
                                                                         const own_origin& origin,
                                                                         const cors& others);

/// The first cookie of that name in a Cookie header (RFC 6265 section 5.4); empty when there is
/// none.
std::string_view cookie_of(std::string_view header, std::string_view name);

/// Whether `Upgrade` names websocket, alone or among others: such a GET is not under browsers'
/// same-origin policy.
bool asks_for_websocket(const request& asked);

/// Whether a request that carries the cookie may do what it asks for; the same goes for what a
/// browser sends without it.
bool comes_from_us(const request& asked, const own_origin& origin);

/// Whether this host, or what stands in front of a port, is localhost or a loopback address.
bool is_this_machine(std::string_view authority);

}  // namespace rentwave::http
