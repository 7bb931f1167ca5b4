// The handlers of `/api/admin`, for the table of routes: only administrators get here.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "http/exchange.hpp"

namespace rentwave::http {

class backend;

boost::asio::awaitable<response> get_admin_stats(backend& api, const request& asked);

// admin_nodes.cpp
boost::asio::awaitable<response> get_admin_nodes(backend& api, const request& asked);
boost::asio::awaitable<response> get_drain(backend& api, const request& asked);
boost::asio::awaitable<response> drain_node(backend& api, const request& asked);

// admin_places.cpp
boost::asio::awaitable<response> get_admin_partitions(backend& api, const request& asked);
boost::asio::awaitable<response> get_admin_entity(backend& api, const request& asked);

boost::asio::awaitable<response> get_admin_events(backend& api, const request& asked);
boost::asio::awaitable<response> get_quarantine(backend& api, const request& asked);
boost::asio::awaitable<response> release_from_quarantine(backend& api, const request& asked);
boost::asio::awaitable<response> get_dead_letters(backend& api, const request& asked);
boost::asio::awaitable<response> replay_dead_letters(backend& api, const request& asked);

// admin_people.cpp
boost::asio::awaitable<response> suspend_user(backend& api, const request& asked);
boost::asio::awaitable<response> reset_password(backend& api, const request& asked);
boost::asio::awaitable<response> hide_listing(backend& api, const request& asked);

// rental_actions.cpp
boost::asio::awaitable<response> settle_rental(backend& api, const request& asked);

}  // namespace rentwave::http
