// The handlers of adverts, books, rentals, wallets and notifications, for the table of routes. Each
// is a coroutine on the io threads; what the caller may do is decided by the domain, not here.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "http/exchange.hpp"

namespace rentwave::http {

class backend;
using answering = boost::asio::awaitable<response>;

// resources/listings.cpp, resources/blocks.cpp, resources/photos.cpp, resources/search.cpp
answering post_listing(backend& api, const request& asked);
answering get_listing(backend& api, const request& asked);
answering patch_listing(backend& api, const request& asked);
answering delete_listing(backend& api, const request& asked);
answering get_calendar(backend& api, const request& asked);
answering post_block(backend& api, const request& asked);
answering get_blocks(backend& api, const request& asked);
answering delete_block(backend& api, const request& asked);
answering post_photo(backend& api, const request& asked);
answering delete_photo(backend& api, const request& asked);
answering get_photo(backend& api, const request& asked);
answering search_listings(backend& api, const request& asked);
answering top_listings(backend& api, const request& asked);
answering my_listings(backend& api, const request& asked);

// resources/books.cpp
answering get_book(backend& api, const request& asked);

// resources/rentals.cpp: asking for one, reading it
answering quote_rental(backend& api, const request& asked);
answering post_rental(backend& api, const request& asked);
answering get_rental(backend& api, const request& asked);
answering get_rental_history(backend& api, const request& asked);
answering get_rental_charges(backend& api, const request& asked);
answering my_rentals(backend& api, const request& asked);

// resources/rental_actions.cpp
answering return_rental(backend& api, const request& asked);
answering complete_rental(backend& api, const request& asked);
answering dispute_rental(backend& api, const request& asked);
answering cancel_rental(backend& api, const request& asked);
answering extend_rental(backend& api, const request& asked);

// resources/reviews.cpp
answering post_review(backend& api, const request& asked);
answering listing_reviews(backend& api, const request& asked);
answering user_reviews(backend& api, const request& asked);

// resources/wallet.cpp
answering get_wallet(backend& api, const request& asked);
answering get_wallet_entries(backend& api, const request& asked);
answering post_top_up(backend& api, const request& asked);
answering post_withdrawal(backend& api, const request& asked);

// resources/notifications.cpp
answering get_notifications(backend& api, const request& asked);
answering read_notifications(backend& api, const request& asked);

// resources/follows.cpp
answering get_follows(backend& api, const request& asked);
answering put_follow(backend& api, const request& asked);
answering delete_follow(backend& api, const request& asked);

// resources/webhooks.cpp
answering post_webhook(backend& api, const request& asked);
answering get_webhooks(backend& api, const request& asked);
answering get_webhook(backend& api, const request& asked);
answering delete_webhook(backend& api, const request& asked);

}  // namespace rentwave::http
