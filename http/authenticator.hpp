// Who asks: the server's question before it calls a handler. One a server, used from all of its io
// threads; the requests that it sees live until it has answered.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <optional>

#include "http/backend.hpp"
#include "http/exchange.hpp"

namespace rentwave::http {

class authenticator {
 public:
  virtual ~authenticator() = default;

  /// Nothing when no credentials came along. A problem: 401 `unauthenticated` when they are bad,
  /// 403 `foreign_origin` when another site makes a browser ask, 503 when nobody can tell.
  /// The request is whole but for `who`.
  virtual boost::asio::awaitable<answer<std::optional<identity>>> identify(
      const request& asked) = 0;
};

}  // namespace rentwave::http
