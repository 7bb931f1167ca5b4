#include "http/routes.hpp"

#include "http/pages/page_handlers.hpp"
#include "http/resources/account_handlers.hpp"
#include "http/resources/admin_handlers.hpp"
#include "http/resources/market_handlers.hpp"
#include "http/websocket/handshake.hpp"

namespace rentwave::http {
namespace {

using enum verb;
using enum access;
using enum scope;  // where one stands, a session will do, or a token for programs that has it

// clang-format off
constexpr route table[] = {
    {post,   "/api/users",                         open,    post_user,
     "registers: username, and password_sha256 or password", "Accounts and sessions"},
    {get,    "/api/users/{id}",                    open,    get_user,
     "what everybody may see of a person"},
    {post,   "/api/sessions",                      open,    post_session,
     "logs in: a token, also as a cookie"},
    {get,    "/api/sessions",                      session, get_sessions,
     "where one is logged in, and the tokens for programs"},
    {post,   "/api/sessions/current/refresh",      session, refresh_session,
     "a new token for this session"},
    {remove, "/api/sessions/current",              session, delete_current_session,
     "logs out"},
    {remove, "/api/sessions/{id}",                 session, delete_session,
     "logs out elsewhere"},
    {get,    "/api/me",                            read,    get_me,
     "one's own profile"},
    {patch,  "/api/me",                            profile, patch_me,
     "changes display_name, email, address"},
    {remove, "/api/me",                            session, delete_me,
     "leaves for good, with an empty wallet and nothing open"},
    {post,   "/api/me/password",                   session, change_password,
     "changes the password; ends the other sessions, and tokens"},
    {post,   "/api/me/tokens",                     session, post_token,
     "a token for a program: name, scopes, expires_at"},

    {get,    "/api/listings",                      open,    search_listings,
     "searches: q, kind, min_price, max_price, min_rating, isbn, owner, sort, limit, cursor",
     "Adverts"},
    {post,   "/api/listings",                      listings, post_listing,
     "posts an advert"},
    {get,    "/api/listings/top",                  open,    top_listings,
     "the most rented: kind, limit, cursor"},
    {get,    "/api/listings/{id}",                 open,    get_listing,
     "an advert, with its ETag"},
    {patch,  "/api/listings/{id}",                 listings, patch_listing,
     "its owner edits it, or switches it off and on with active; needs If-Match"},
    {remove, "/api/listings/{id}",                 listings, delete_listing,
     "its owner removes it, when no booking is open"},
    {get,    "/api/listings/{id}/calendar",        open,    get_calendar,
     "when it is taken: from, to"},
    {get,    "/api/books/{isbn}",                  open,    get_book,
     "a book, and all adverts of it"},
    {get,    "/api/me/listings",                   read,    my_listings,
     "one's own adverts, also those switched off"},

    {post,   "/api/rentals/quotes",                read,    quote_rental,
     "what a rental would cost, or why it cannot be", "Rentals"},
    {post,   "/api/rentals",                       rentals, post_rental,
     "rents: listing_id, ends_at or duration, starts_at, expected_price"},
    {get,    "/api/rentals/{id}",                  read,    get_rental,
     "a rental, for its renter and its owner"},
    {get,    "/api/rentals/{id}/history",          read,    get_rental_history,
     "its events, in order"},
    {get,    "/api/rentals/{id}/charges",          read,    get_rental_charges,
     "the receipts of its late fees"},
    {get,    "/api/me/rentals",                    read,    my_rentals,
     "one's rentals: role, status, limit, cursor"},
    {post,   "/api/rentals/{id}/return",           rentals, return_rental,
     "renter or owner: it is back"},
    {post,   "/api/rentals/{id}/complete",         rentals, complete_rental,
     "the owner agrees, and may claim: deposit_claim, reason"},
    {post,   "/api/rentals/{id}/dispute",          rentals, dispute_rental,
     "the owner, within 48 hours: it is not back"},
    {post,   "/api/rentals/{id}/cancel",           rentals, cancel_rental,
     "either, before the start"},
    {post,   "/api/rentals/{id}/extend",           rentals, extend_rental,
     "the renter keeps it longer: ends_at"},
    {post,   "/api/rentals/{id}/reviews",          rentals, post_review,
     "either, once it is over, about the other's part: rating, text"},
    {get,    "/api/listings/{id}/reviews",         open,    listing_reviews,
     "what an advert's renters wrote, newest first: limit, cursor"},
    {get,    "/api/users/{id}/reviews",            open,    user_reviews,
     "what was written about a person, newest first: limit, cursor"},

    {get,    "/api/me/wallet",                     read,    get_wallet,
     "balance, held, owed", "Wallet"},
    {get,    "/api/me/wallet/entries",             read,    get_wallet_entries,
     "the statement, newest first"},
    {post,   "/api/me/wallet/top-ups",             wallet,  post_top_up,
     "pays in: amount"},
    {post,   "/api/me/wallet/withdrawals",         wallet,  post_withdrawal,
     "takes out: amount"},

    {get,    "/api/me/notifications",              read,    get_notifications,
     "what one was told: after, unread, limit", "Notifications"},
    {post,   "/api/me/notifications/read",         inbox,   read_notifications,
     "how far one has read: up_to"},
    {get,    "/ws",                                session, get_websocket,
     "a WebSocket: notifications and events as they come"},
    {get,    "/api/me/follows",                    session, get_follows,
     "the topics that one follows: limit, cursor"},
    {put,    "/api/me/follows/{topic}",            session, put_follow,
     "follows book, vehicle, room, isbn:..., listing:... or user:..."},
    {remove, "/api/me/follows/{topic}",            session, delete_follow,
     "follows it no longer"},

    {get,    "/api/admin/stats",                   admin,   get_admin_stats,
     "figures of this node", "Administration"},
    {get,    "/api/admin/nodes",                   admin,   get_admin_nodes,
      "the nodes, and what each owns"},
    {get,    "/api/admin/partitions",              admin,   get_admin_partitions,
      "owner, state, epoch and lag of each"},
    {get,    "/api/admin/entities/{kind}/{id}",    admin,   get_admin_entity,
      "an entity's state, and where it lives"},
    {get,    "/api/admin/events",                  admin,   get_admin_events,
     "the log: entity, type, trace, from, to, cursor, limit"},
    {get,    "/api/admin/quarantine",              admin,   get_quarantine,
     "entities that keep failing"},
    {post,   "/api/admin/quarantine/{kind}/{id}/release", admin,   release_from_quarantine,
     "lets one go on"},
    {get,    "/api/admin/dead-letters",            admin,   get_dead_letters,
     "events that a subscription gave up on"},
    {post,   "/api/admin/dead-letters/{id}/replay", admin,   replay_dead_letters,
     "tries again, with all that wait behind it"},

    {post,   "/api/admin/users/{id}/suspend",      admin,   suspend_user,
     "nobody logs in, adverts are hidden: reason, until; or lift"},
    {post,   "/api/admin/users/{id}/password-reset", admin, reset_password,
     "a password for one log-in within a day; ends all sessions"},
    {post,   "/api/admin/rentals/{id}/settle",     admin,   settle_rental,
     "ends a late, returned or disputed one: rent, late_fees, deposit for the owner, reason"},
    {post,   "/api/admin/listings/{id}/hide",      admin,   hide_listing,
     "not to be found or rented: reason; or lift"},

    {get,    "/api/meta",                          open,    get_meta,
     "version, currency, domain time, limits", "Operations"},
    {get,    "/healthz",                           probe,   get_healthz,
     "whether the process lives"},
    {get,    "/readyz",                            probe,   get_readyz,
     "whether it can serve"},
    {get,    "/metrics",                           probe,   get_metrics,
     "figures for Prometheus"},
    {get,    "/",                                  open,    get_root,
     "what runs here"},
    {get,    "/docs",                              open,    get_docs,
     "this page"},
    {get,    "/openapi.yaml",                      open,    get_openapi,
     "the API as OpenAPI 3.1, for programs"},
    {get,    "/style.css",                         open,    get_style,
     "how these pages look"},
    {get,    "/icon.svg",                          open,    get_icon,
     "their icon"},
};
// clang-format on

}  // namespace

std::span<const route> all_routes() {
  return table;
}

}  // namespace rentwave::http
