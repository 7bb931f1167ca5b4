// For tests that call a route's handler without a server: what they ask and are answered counts
// like what comes by HTTP.
#pragma once

#include "http/exchange.hpp"

namespace rentwave::http {

/// Handlers that have no route are somebody else's, and not logged.
void log_call(handler called, const request& asked, const response& made);

}  // namespace rentwave::http
