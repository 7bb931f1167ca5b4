// The opening handshake of RFC 6455 as the server sees it, before anything is sent. Pure, but for
// the handler of `/ws`, which is a row of the table of routes like any other.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "http/exchange.hpp"

namespace rentwave::http {

class backend;

/// 101 when the connection may become a WebSocket, which is then the connection's part; 400 for a
/// bad key or a body, 426 when it asks for no WebSocket, or for one of another version.
boost::asio::awaitable<response> get_websocket(backend& api, const request& asked);

}  // namespace rentwave::http
