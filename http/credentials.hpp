// What a request says of who asks: the token of `Authorization: Bearer` or of the cookie `auth`,
// and whether the page that has the browser ask is ours (design.md section 9). Pure.
#pragma once

#include <boost/system/result.hpp>

#include <optional>
#include <string_view>

#include "http/cors.hpp"
#include "http/exchange.hpp"

namespace rentwave::http {

/// The token that came along, not verified; nothing when there is none. `origin` is ours; empty:
/// that of the request's Host. Errors: 401 for another scheme than Bearer; 403 `foreign_origin` for
/// what changes something, is asked by a page of others, and has no `Authorization`, which no page
/// can have sent without being allowed to. The pages of `others` may do without it, too, as long as
/// our cookie does not come along.
boost::system::result<std::optional<std::string_view>, problem> token_in(const request& asked,
                                                                         std::string_view origin,
                                                                         const cors& others);

/// The first cookie of that name in a Cookie header (RFC 6265 section 5.4); empty when there is
/// none.
std::string_view cookie_of(std::string_view header, std::string_view name);

/// Whether `Upgrade` names websocket, alone or among others: such a GET is not under browsers'
/// same-origin policy.
bool asks_for_websocket(const request& asked);

/// Whether a request that carries the cookie may do what it asks for; the same goes for what a
/// browser sends without it. `origin` as above.
bool comes_from_us(const request& asked, std::string_view origin);

}  // namespace rentwave::http
