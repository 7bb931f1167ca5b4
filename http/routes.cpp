#include "http/routes.hpp"

#include "http/resources/account_handlers.hpp"
#include "http/resources/admin_handlers.hpp"
#include "http/resources/market_handlers.hpp"

namespace rentwave::http {
namespace {

using enum verb;
using enum access;

// clang-format off
constexpr route table[] = {
    // accounts and sessions
    {post,   "/api/users",                        open,    post_user},
    {get,    "/api/users/{id}",                   open,    get_user},
    {post,   "/api/sessions",                     open,    post_session},
    {get,    "/api/sessions",                     session, get_sessions},
    {post,   "/api/sessions/current/refresh",     session, refresh_session},
    {remove, "/api/sessions/current",             session, delete_current_session},
    {remove, "/api/sessions/{id}",                session, delete_session},
    {get,    "/api/me",                           session, get_me},
    {patch,  "/api/me",                           session, patch_me},
    {post,   "/api/me/password",                  session, change_password},

    // listings
    {get,    "/api/listings",                     open,    search_listings},
    {post,   "/api/listings",                     session, post_listing},
    {get,    "/api/listings/top",                 open,    top_listings},
    {get,    "/api/listings/{id}",                open,    get_listing},
    {patch,  "/api/listings/{id}",                session, patch_listing},
    {remove, "/api/listings/{id}",                session, delete_listing},
    {get,    "/api/listings/{id}/calendar",       open,    get_calendar},
    {get,    "/api/books/{isbn}",                 open,    get_book},
    {get,    "/api/me/listings",                  session, my_listings},

    // rentals
    {post,   "/api/rentals/quotes",               session, quote_rental},
    {post,   "/api/rentals",                      session, post_rental},
    {get,    "/api/rentals/{id}",                 session, get_rental},
    {get,    "/api/rentals/{id}/history",         session, get_rental_history},
    {get,    "/api/rentals/{id}/charges",         session, get_rental_charges},
    {get,    "/api/me/rentals",                   session, my_rentals},
    {post,   "/api/rentals/{id}/return",          session, return_rental},
    {post,   "/api/rentals/{id}/complete",        session, complete_rental},
    {post,   "/api/rentals/{id}/dispute",         session, dispute_rental},
    {post,   "/api/rentals/{id}/cancel",          session, cancel_rental},
    {post,   "/api/rentals/{id}/extend",          session, extend_rental},

    // wallet
    {get,    "/api/me/wallet",                    session, get_wallet},
    {get,    "/api/me/wallet/entries",            session, get_wallet_entries},
    {post,   "/api/me/wallet/top-ups",            session, post_top_up},
    {post,   "/api/me/wallet/withdrawals",        session, post_withdrawal},

    // notifications
    {get,    "/api/me/notifications",             session, get_notifications},
    {post,   "/api/me/notifications/read",        session, read_notifications},

    // administration
    {get,    "/api/admin/stats",                  admin,   get_admin_stats},
    {get,    "/api/admin/nodes",                  admin,   get_admin_nodes},
    {get,    "/api/admin/partitions",             admin,   get_admin_partitions},
    {get,    "/api/admin/entities/{kind}/{id}",   admin,   get_admin_entity},
    {get,    "/api/admin/events",                 admin,   get_admin_events},
    {get,    "/api/admin/quarantine",             admin,   get_quarantine},
    {post,   "/api/admin/quarantine/{kind}/{id}/release", admin, release_from_quarantine},
    {get,    "/api/admin/dead-letters",           admin,   get_dead_letters},
    {post,   "/api/admin/dead-letters/{id}/replay", admin, replay_dead_letters},

    // operations
    {get,    "/api/meta",                         open,    get_meta},
    {get,    "/healthz",                          probe,   get_healthz},
    {get,    "/readyz",                           probe,   get_readyz},
    {get,    "/metrics",                          probe,   get_metrics},
    {get,    "/",                                 open,    get_root},
};
// clang-format on

}  // namespace

std::span<const route> all_routes() {
  return table;
}

}  // namespace rentwave::http
