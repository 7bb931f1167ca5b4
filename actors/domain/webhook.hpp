// Where a person's notices are posted, by HTTP. What there is to post, the inbox has: the webhook
// only knows how far it has come, and the inbox rings when there is more (docs/decisions/0026).
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

namespace rentwave::webhook {

/// In a row; then it is switched off: two days and a half after the first.
inline constexpr int most_failures = 16;

/// In real time, between so many failures in a row and the next try: 5 s, three times that after
/// each, at most 8 h.
duration pause_after(int failures);

/// Host and port of a URL, as they stand there.
std::string_view receiver_of(std::string_view url);

/// By which the receiver knows a notice again that comes twice.
inline command_id delivery_id(webhook_id hook, std::int64_t cursor) {
  return derive_id<command_id>(hook, std::to_string(cursor));
}

// --- commands ---

struct create {
  static constexpr std::string_view type = "webhook/create";
  webhook_id id;
  account_id owner;
  personal url;
  personal secret;                 ///< signs what is posted
  std::vector<std::string> types;  ///< of the notices, ascending; empty: all
};
BOOST_DESCRIBE_STRUCT(create, (), (id, owner, url, secret, types))
/// The inbox has notices of its types, up to this cursor.
struct ring {
  static constexpr std::string_view type = "webhook/ring";
  std::int64_t up_to = 0;
};
BOOST_DESCRIBE_STRUCT(ring, (), (up_to))
/// By its owner; or by the inbox, whose person has left.
struct remove {
  static constexpr std::string_view type = "webhook/remove";
};
BOOST_DESCRIBE_STRUCT(remove, (), ())

using command = std::variant<create, ring, remove, answered, wake>;

// --- events ---

struct created {
  static constexpr std::string_view type = "webhook.create";
  webhook_id id;
  account_id owner;
  personal url;
  personal secret;
  std::vector<std::string> types;
  instant at;
};
BOOST_DESCRIBE_STRUCT(created, (), (id, owner, url, secret, types, at))
/// The inbox knows of it.
struct attached {
  static constexpr std::string_view type = "webhook.attach";
  std::int64_t cursor = 0;  ///< notices after this one are posted
};
BOOST_DESCRIBE_STRUCT(attached, (), (cursor))
struct rejected {
  static constexpr std::string_view type = "webhook.reject";
  refusal why;
};
BOOST_DESCRIBE_STRUCT(rejected, (), (why))
struct rung {
  static constexpr std::string_view type = "webhook.ring";
  std::int64_t up_to = 0;
};
BOOST_DESCRIBE_STRUCT(rung, (), (up_to))
struct posted {
  static constexpr std::string_view type = "webhook.post";
  int n = 0;
  std::int64_t up_to = 0;
  bool anything = false;  ///< false: what there was is of other types
};
BOOST_DESCRIBE_STRUCT(posted, (), (n, up_to, anything))
struct failed {
  static constexpr std::string_view type = "webhook.fail";
  int n = 0;
  std::int64_t up_to = 0;  ///< the notice after this one was not taken
  post_failure why;
  int failures = 0;  ///< in a row, this one included
  instant at;
  instant again;
};
BOOST_DESCRIBE_STRUCT(failed, (), (n, up_to, why, failures, at, again))
/// The pause after a failure is over.
struct resumed {
  static constexpr std::string_view type = "webhook.resume";
};
BOOST_DESCRIBE_STRUCT(resumed, (), ())
/// It failed too often, or its receiver says that it is gone.
struct switched_off {
  static constexpr std::string_view type = "webhook.switch-off";
  account_id owner;
  post_failure why;
  int failures = 0;
};
BOOST_DESCRIBE_STRUCT(switched_off, (), (owner, why, failures))
struct removed {
  static constexpr std::string_view type = "webhook.remove";
};
BOOST_DESCRIBE_STRUCT(removed, (), ())
/// The inbox has forgotten it.
struct detached {
  static constexpr std::string_view type = "webhook.detach";
};
BOOST_DESCRIBE_STRUCT(detached, (), ())

using event = std::variant<created, attached, rejected, rung, posted, failed, resumed, switched_off,
                           removed, detached>;

// --- state ---
//
//   none ─create→ attaching ─inbox: yes→ active ─fails too often, or is gone→ off
//                  │  └inbox: no→ rejected  │                                  │
//                  └─────────────────────── remove → removed ←─────────────────┘

enum class status { none, attaching, rejected, active, off, removed };
BOOST_DESCRIBE_ENUM(status, none, attaching, rejected, active, off, removed)

struct trouble {
  post_failure why;
  instant at;
};
BOOST_DESCRIBE_STRUCT(trouble, (), (why, at))

struct state {
  using command_type = command;
  using event_type = event;

  status now = status::none;
  webhook_id id;
  account_id owner;
  personal url;     ///< gone with the webhook
  personal secret;  ///< likewise
  std::vector<std::string> types;
  instant since;
  std::int64_t cursor = 0;              ///< notices up to here were taken, or are of other types
  std::int64_t rung = 0;                ///< there are notices of its types up to here
  int tries = 0;                        ///< so far
  int failures = 0;                     ///< in a row
  std::optional<trouble> last_failure;  ///< none since the last success
  std::optional<instant> again;         ///< it pauses until then
  bool owes_detach = false;             ///< the inbox has yet to forget it
  std::optional<refusal> why_rejected;

  /// For its owner.
  bool exists() const {
    return now == status::attaching || now == status::active || now == status::off;
  }
};
BOOST_DESCRIBE_STRUCT(state, (),
                      (now, id, owner, url, secret, types, since, cursor, rung, tries, failures,
                       last_failure, again, owes_detach, why_rejected))

// --- the entity's functions (design.md section 4) ---

/// Refuses with: already_exists (another's id), not_owner, unknown_entity (of one that rings, or
/// that somebody else removes: ids tell nothing). Removing twice is fine.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
/// When it is tried again.
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::webhook
