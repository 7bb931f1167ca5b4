// Who asks: the token that a request carries (`credentials.hpp`), as the rest of RentWave knows it.
// One a server, without state.
#pragma once

#include <optional>

#include "http/authenticator.hpp"
#include "http/backend.hpp"
#include "http/cors.hpp"
#include "http/credentials.hpp"

namespace rentwave::http {

class token_authenticator final : public authenticator {
 public:
  token_authenticator(backend& api, own_origin origin, cors others = cors{})
      : api_(api), origin_(std::move(origin)), others_(std::move(others)) {}

  boost::asio::awaitable<answer<std::optional<identity>>> identify(const request& asked) override;

 private:
  backend& api_;
  const own_origin origin_;
  const cors others_;
};

}  // namespace rentwave::http
