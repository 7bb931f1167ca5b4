// The handlers of the pages for people, for the table of routes.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "http/exchange.hpp"

namespace rentwave::http {

class backend;

// start_page.cpp
boost::asio::awaitable<response> get_root(backend& api, const request& asked);
// docs_page.cpp
boost::asio::awaitable<response> get_docs(backend& api, const request& asked);
// openapi.cpp
boost::asio::awaitable<response> get_openapi(backend& api, const request& asked);
// style.cpp
boost::asio::awaitable<response> get_style(backend& api, const request& asked);
boost::asio::awaitable<response> get_icon(backend& api, const request& asked);

}  // namespace rentwave::http
