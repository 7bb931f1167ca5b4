// The handlers of accounts, sessions and of what the service says about itself. One file a resource
// implements them; the table in routes.cpp says when each is called.
#pragma once

#include "http/backend.hpp"
#include "http/exchange.hpp"

namespace rentwave::http {

// users.cpp
boost::asio::awaitable<response> post_user(backend& api, const request& asked);
boost::asio::awaitable<response> get_user(backend& api, const request& asked);

// sessions.cpp
boost::asio::awaitable<response> post_session(backend& api, const request& asked);
boost::asio::awaitable<response> get_sessions(backend& api, const request& asked);
boost::asio::awaitable<response> refresh_session(backend& api, const request& asked);
boost::asio::awaitable<response> delete_current_session(backend& api, const request& asked);
boost::asio::awaitable<response> delete_session(backend& api, const request& asked);

// programs.cpp
boost::asio::awaitable<response> post_token(backend& api, const request& asked);

// me.cpp
boost::asio::awaitable<response> get_me(backend& api, const request& asked);
boost::asio::awaitable<response> patch_me(backend& api, const request& asked);
boost::asio::awaitable<response> change_password(backend& api, const request& asked);
boost::asio::awaitable<response> delete_me(backend& api, const request& asked);

// meta.cpp
boost::asio::awaitable<response> get_meta(backend& api, const request& asked);

// health.cpp
boost::asio::awaitable<response> get_healthz(backend& api, const request& asked);
boost::asio::awaitable<response> get_readyz(backend& api, const request& asked);
boost::asio::awaitable<response> get_metrics(backend& api, const request& asked);

}  // namespace rentwave::http
