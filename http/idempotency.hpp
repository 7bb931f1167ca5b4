// Creating under an Idempotency-Key (api.md, Conventions): the same key and body gives the same
// answer for good, over restarts; another body is refused. What is known of a key is an entity,
// `keyed_request`.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string_view>

#include "http/backend.hpp"

namespace rentwave::http {

/// Under which ids a POST creates: new ones, or with a key those that follow from account, path and
/// key, so that a repeat finds what the first made (design.md section 6).
struct creation {
  boost::uuids::uuid entity;
  std::optional<command_id> command;  ///< only with a key
};

/// Does what was asked for; called when the request itself is in order.
using creating = std::function<boost::asio::awaitable<response>(const creation& ids)>;

/// Calls `create`, unless the request's key was answered before: then that answer is given again.
/// A key is claimed before anything is done, and its answer is durable before it leaves; one that
/// is not final (5xx, 202, 401, 429) is not kept, so that asking again goes on where it ended.
/// Errors: 422 for a key that is empty, too long or not of visible ASCII, and
/// `idempotency_mismatch`.
boost::asio::awaitable<response> once(backend& api, const request& asked, const creating& create);

/// The ids alone, where nobody is logged in yet: keys are told apart by `whose`.
/// Errors: 422 for a key as above.
answer<creation> creation_for(backend& api, const request& asked, std::string_view whose);

/// 422: the key was used before, with another body.
problem idempotency_mismatch();

}  // namespace rentwave::http
