// Steps that several handlers of the market share: ids out of paths, what exists and whose it is,
// entity tags, and creating under an Idempotency-Key (api.md, Conventions).
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/backend.hpp"

namespace rentwave::http {

/// The route demands a session, so there is one.
account_id caller_of(const request& asked);

/// A path's parameter as an id; what is no id is not found.
template <class Id>
std::optional<Id> id_in_path(const request& asked, std::size_t at = 0) {
  if (at >= asked.parameters.size()) return std::nullopt;
  return parse_id<Id>(asked.parameters[at]);
}

/// The advert of this id; 404 for one that never was or was removed.
boost::asio::awaitable<answer<view_ptr>> advert_of(backend& api, listing_id id);
/// The advert that the path names; 404 for one that never was or was removed.
boost::asio::awaitable<answer<view_ptr>> advert_in_path(backend& api, const request& asked);
/// The same for its owner; 403 for everybody else, in these words.
boost::asio::awaitable<answer<view_ptr>> own_advert_in_path(backend& api, const request& asked,
                                                            const char* why_not);
/// The same, but 404 for one that is hidden as well.
boost::asio::awaitable<answer<view_ptr>> shown_advert_in_path(backend& api, const request& asked);
/// The rental that the path names, of which the caller is a party; 404 for all others.
boost::asio::awaitable<answer<view_ptr>> rental_in_path(backend& api, const request& asked);

/// The problem; a `wrong_status` with the status that it is about, as `rental_status`: `status` is
/// the number of HTTP (RFC 9457).
boost::asio::awaitable<problem> with_rental_status(backend& api, entity_ref rental, problem why);

/// A command for entities of one kind: `as_command<listing::command>(listing::remove{})`.
template <class Command, class What>
any_command as_command(What what) {
  return any_command{std::in_place_type<Command>, std::move(what)};
}

/// 201 with Location.
response created(const nlohmann::json& body, std::string location);
/// 204.
response no_content();

// --- entity tags (RFC 9110 section 8.8) ---

std::string entity_tag(std::int64_t revision);
/// Whether a list of tags, as in If-Match, has this one; a `*` alone has them all. Weak tags match
/// none.
bool has_tag(std::string_view list, std::string_view tag);
/// If-None-Match: the client has what this tag is of, so 304 will do. It compares weakly.
bool client_has(const request& asked, const std::string& tag);

// --- creating ---

/// Sends what creates, and answers with the entity once it is settled.
boost::asio::awaitable<answer<view_ptr>> create(backend& api, const request& asked,
                                                entity_ref where, any_command body,
                                                std::optional<command_id> id);

}  // namespace rentwave::http
