// Who asks: the token of a request, from `Authorization: Bearer` or the cookie `auth`, and whether
// the page that sends the cookie is ours (design.md section 9). One a server, without state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/authenticator.hpp"
#include "http/backend.hpp"

namespace rentwave::http {

/// The first cookie of that name in a Cookie header (RFC 6265 section 5.4); empty when there is
/// none.
std::string_view cookie_of(std::string_view header, std::string_view name);

/// Whether a request that carries the cookie may do what it asks for. `origin` is ours; empty: that
/// of the request's Host.
bool comes_from_us(const request& asked, std::string_view origin);

class token_authenticator final : public authenticator {
 public:
  /// `origin` as in auth_options.
  token_authenticator(backend& api, std::string origin) : api_(api), origin_(std::move(origin)) {}

  boost::asio::awaitable<answer<std::optional<identity>>> identify(const request& asked) override;

 private:
  backend& api_;
  const std::string origin_;
};

}  // namespace rentwave::http
