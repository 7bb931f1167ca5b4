// A request between its arrival and its answer. Shared by the connection and by the coroutine that
// answers, which may outlive the connection's patience.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

#include "http/exchange.hpp"
#include "http/router.hpp"
#include "http/service.hpp"

namespace rentwave::http {

struct call_state {
  std::shared_ptr<service> shared;
  service::permit permit;  ///< given back when nobody works on the request any more
  request asked;
  route_match where;
  bool is_about_server = false;  ///< OPTIONS *
  std::optional<response> result;
};

/// Finds out who asks, calls the handler, and turns whatever goes wrong into a problem. Never
/// throws.
boost::asio::awaitable<response> respond(std::shared_ptr<call_state> one);

}  // namespace rentwave::http
