// A request that came with an Idempotency-Key: whose it is, what it said, and how it was answered,
// so that a repeat gets that answer again. Its id follows from account, path and key.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/domain/decision.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/personal.hpp"

namespace rentwave {
struct want;
}

namespace rentwave::keyed_request {

/// As much of an HTTP response as a repeat has to show. Texts are empty where there was none.
struct response {
  int status = 0;
  std::string location;
  std::string entity_tag;
  personal body;
};
BOOST_DESCRIBE_STRUCT(response, (), (status, location, entity_tag, body))

// --- commands ---

/// Before anything else is done for the request.
struct claim {
  static constexpr std::string_view type = "keyed_request/claim";
  account_id account;
  std::string body_hash;  ///< SHA-256 of the body's bytes, 64 hex digits
};
BOOST_DESCRIBE_STRUCT(claim, (), (account, body_hash))
/// The answer is known, and final.
struct finish {
  static constexpr std::string_view type = "keyed_request/finish";
  response given;
};
BOOST_DESCRIBE_STRUCT(finish, (), (given))

using command = std::variant<claim, finish, answered, wake>;

// --- events ---

struct claimed {
  static constexpr std::string_view type = "request.claim";
  account_id account;
  std::string body_hash;
};
BOOST_DESCRIBE_STRUCT(claimed, (), (account, body_hash))
struct finished {
  static constexpr std::string_view type = "request.finish";
  response given;
};
BOOST_DESCRIBE_STRUCT(finished, (), (given))

using event = std::variant<claimed, finished>;

// --- state ---
//
//   none ─claim→ under way ─finish→ finished

struct state {
  using command_type = command;
  using event_type = event;

  account_id account;
  std::string body_hash;  ///< empty: nobody claimed it
  response given;         ///< of status 0 while it is under way

  bool is_claimed() const { return !body_hash.empty(); }
  bool is_finished() const { return given.status != 0; }
};
BOOST_DESCRIBE_STRUCT(state, (), (account, body_hash, given))

/// idempotency_mismatch: the key's first request had another body.
refusal mismatch();

// --- the entity's functions (design.md section 4) ---

/// Refuses with: idempotency_mismatch (the key's first request had another body), unknown_entity
/// (not claimed, or another's). A second claim of the same is fine, and so is a second `finish`:
/// the first answer stays.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::keyed_request
