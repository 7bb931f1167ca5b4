// A request between its arrival and its answer. Shared by the connection and by the coroutine that
// answers, which may outlive the connection's patience.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

#include "http/body_room.hpp"
#include "http/exchange.hpp"
#include "http/router.hpp"
#include "http/service.hpp"
#include "http/share.hpp"

namespace rentwave::http {

struct call_state {
  std::shared_ptr<service> shared;
  share permit;    ///< given back when nobody works on the request any more
  body_room body;  ///< as many bytes as `asked.body`
  request asked;
  std::string client;  ///< whom it is counted for: the `rate_key` of the client's address
  route_match where;
  bool is_about_server = false;  ///< OPTIONS *
  bool keep_alive = false;       ///< as the client wants it
  bool given_up = false;         ///< nobody waits for the result
  std::optional<response> result;

  bool is_probe() const { return where.found && where.found->who.who == access::probe; }
};

/// Why the body need not be sent: nobody who may do this asks. Nothing: perhaps.
boost::asio::awaitable<std::optional<problem>> turned_down_unread(std::shared_ptr<call_state> one);

/// Finds out who asks, calls the handler, and turns whatever goes wrong into a problem. Throws only
/// when there is no memory for that.
boost::asio::awaitable<response> respond(std::shared_ptr<call_state> one);

}  // namespace rentwave::http
