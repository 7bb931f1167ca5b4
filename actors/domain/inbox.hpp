// What one person has been told. The notices themselves are rows of a read model; the inbox numbers
// them, which makes the cursor, and counts what is unread. It rings at its person's webhooks when
// there is something for them. It has the id of its account.
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

namespace rentwave {
struct want;
}

namespace rentwave::inbox {

/// One notification: the type of the event that it tells of, a sentence, and what it is about.
struct notice {
  std::string type;
  instant time;
  std::string text;
  std::optional<listing_id> listing;
  std::optional<rental_id> rental;
  std::optional<std::string> isbn;
  std::optional<std::string> alternatives{};  ///< the query of a search for others, "isbn=…&near=…"

  friend bool operator==(const notice&, const notice&) = default;
};
BOOST_DESCRIBE_STRUCT(notice, (), (type, time, text, listing, rental, isbn, alternatives))

// --- commands ---

struct deliver {
  static constexpr std::string_view type = "inbox/deliver";
  account_id owner;
  notice what;
};
BOOST_DESCRIBE_STRUCT(deliver, (), (owner, what))
/// Everything up to this cursor has been read.
struct mark_read {
  static constexpr std::string_view type = "inbox/mark-read";
  std::int64_t up_to = 0;
};
BOOST_DESCRIBE_STRUCT(mark_read, (), (up_to))

/// The person has left: what was told is forgotten, and nothing more is told.
struct close {
  static constexpr std::string_view type = "inbox/close";
  account_id owner;
};
BOOST_DESCRIBE_STRUCT(close, (), (owner))

/// By a webhook of the owner's: it is to be rung when there is a notice of these types. Answered by
/// `attachment`.
struct attach {
  static constexpr std::string_view type = "inbox/attach";
  account_id owner;
  webhook_id hook;
  std::vector<std::string> types;  ///< ascending; empty: all
};
BOOST_DESCRIBE_STRUCT(attach, (), (owner, hook, types))
struct detach {
  static constexpr std::string_view type = "inbox/detach";
  webhook_id hook;
};
BOOST_DESCRIBE_STRUCT(detach, (), (hook))

using command = std::variant<deliver, mark_read, close, attach, detach, answered, wake>;

// --- events ---

struct delivered {
  static constexpr std::string_view type = "inbox.deliver";
  account_id owner;
  std::int64_t cursor = 0;  ///< 1, 2, 3, …
  notice what;
};
BOOST_DESCRIBE_STRUCT(delivered, (), (owner, cursor, what))
struct read {
  static constexpr std::string_view type = "inbox.read";
  account_id owner;
  std::int64_t up_to = 0;
};
BOOST_DESCRIBE_STRUCT(read, (), (owner, up_to))

struct closed {
  static constexpr std::string_view type = "inbox.close";
  account_id owner;
};
BOOST_DESCRIBE_STRUCT(closed, (), (owner))

struct hook_attached {
  static constexpr std::string_view type = "inbox.attach";
  account_id owner;
  webhook_id hook;
  std::vector<std::string> types;
  std::int64_t cursor = 0;  ///< of the newest notice
};
BOOST_DESCRIBE_STRUCT(hook_attached, (), (owner, hook, types, cursor))
/// Also of one that was not attached: an `attach` that comes later is refused.
struct hook_detached {
  static constexpr std::string_view type = "inbox.detach";
  webhook_id hook;
};
BOOST_DESCRIBE_STRUCT(hook_detached, (), (hook))
struct hook_rung {
  static constexpr std::string_view type = "inbox.ring";
  webhook_id hook;
  std::int64_t up_to = 0;
};
BOOST_DESCRIBE_STRUCT(hook_rung, (), (hook, up_to))
/// It does not want to be rung any more.
struct hook_silenced {
  static constexpr std::string_view type = "inbox.silence";
  webhook_id hook;
};
BOOST_DESCRIBE_STRUCT(hook_silenced, (), (hook))

using event =
    std::variant<delivered, read, closed, hook_attached, hook_detached, hook_rung, hook_silenced>;

// --- state ---

/// A webhook of the person's.
struct hook {
  webhook_id id;
  std::vector<std::string> types;
  std::int64_t due = 0;    ///< the newest notice of its types
  std::int64_t rung = 0;   ///< the newest one that it knows of
  bool is_silent = false;  ///< it was switched off

  bool takes(const std::string& type) const;
  bool has_to_be_rung() const { return !is_silent && rung < due; }
  std::string key() const;  ///< of the want to ring there: "ring-0192…-7"
};
BOOST_DESCRIBE_STRUCT(hook, (), (id, types, due, rung, is_silent))

struct state {
  using command_type = command;
  using event_type = event;

  account_id owner;
  std::int64_t last = 0;  ///< the newest cursor
  std::int64_t read = 0;  ///< everything up to here has been read
  bool is_closed = false;
  std::vector<hook> hooks;         ///< in the order of attaching, switched off ones too
  std::vector<webhook_id> undone;  ///< the newest that were detached

  std::int64_t unread() const { return last - read; }
};
BOOST_DESCRIBE_STRUCT(state, (), (owner, last, read, is_closed, hooks, undone))

/// Of one person.
inline constexpr std::size_t max_hooks = 10;
/// So many are remembered as detached (docs/decisions/0003).
inline constexpr std::size_t max_undone = 100;

// --- the entity's functions (design.md section 4) ---

/// Refuses with: not_owner, too_many_webhooks, account_closed, undone. A cursor beyond the newest
/// counts as the newest; an older one than before changes nothing. That a notice comes twice is
/// known only by the command's id: two may be alike.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::inbox
