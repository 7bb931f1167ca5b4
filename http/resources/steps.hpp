// Steps that several handlers of the market share: ids out of paths, what exists and whose it is,
// entity tags, and creating under an Idempotency-Key (api.md, Conventions).
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/backend.hpp"
#include "persistence/codec.hpp"

namespace rentwave::http {

/// The route demands a session, so there is one.
account_id caller_of(const request& asked);

/// A path's parameter as an id; what is no id is not found.
template <class Id>
std::optional<Id> id_in_path(const request& asked, std::size_t at = 0) {
  if (at >= asked.parameters.size()) return std::nullopt;
  return parse_id<Id>(asked.parameters[at]);
}

/// The advert that the path names; 404 for one that never was or was removed.
boost::asio::awaitable<answer<view_ptr>> advert_in_path(backend& api, const request& asked);
/// The rental that the path names, of which the caller is a party; 404 for all others.
boost::asio::awaitable<answer<view_ptr>> rental_in_path(backend& api, const request& asked);

/// 201 with Location.
response created(const nlohmann::json& body, std::string location);

// --- entity tags (RFC 9110 section 8.8) ---

std::string entity_tag(std::int64_t revision);
/// Whether a list of tags, as in If-Match or If-None-Match, has this one; `*` has them all. `weak`
/// tags count only in the weak comparison.
bool has_tag(std::string_view list, std::string_view tag, bool weak_too);

// --- Idempotency-Key ---

/// Under which ids a POST creates: new ones, or with a key those that follow from account, route
/// and key, so that a repeat finds the first (design.md section 6).
struct creation {
  boost::uuids::uuid entity;
  std::optional<command_id> command;  ///< only with a key
};
/// Errors: 422 for a key that is empty, too long or not of visible ASCII.
answer<creation> creation_for(backend& api, const request& asked);

/// 422: the key was used before, with another body.
problem idempotency_mismatch();

/// The event of the command, among `Event`'s alternatives, that came first; none when it caused
/// none.
template <class Event>
boost::asio::awaitable<answer<std::optional<Event>>> effect_of(backend& api, entity_ref where,
                                                               command_id command) {
  auto question = [where, command](journal& in) { return in.find_command(where, command); };
  const auto found = co_await api.read(std::move(question));
  if (!found) co_return found.error();
  if (found->empty()) co_return std::optional<Event>{};
  const auto& first = found->front();
  auto event = decode<Event>(first.type, first.schema, first.data);
  if (!event) co_return to_problem(event.error());
  co_return std::optional<Event>{*std::move(event)};
}

}  // namespace rentwave::http
