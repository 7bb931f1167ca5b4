// One log-in of one person on one device, or one token that its person made for a program. It is
// asked by gateways whether it is still open; how long a token lives is real time and stands in the
// token.
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
#include "actors/domain/scope.hpp"

namespace rentwave {
struct want;
}

namespace rentwave::session {

/// Makes a session one for a program: not a password began it, but another session.
struct grant {
  personal name;  ///< by which its person knows it
  std::vector<scope> scopes;
  instant expires_at;  ///< real time, as the token says it
  session_id by;
  std::optional<instant> made_at{};  ///< real time
};
BOOST_DESCRIBE_STRUCT(grant, (), (name, scopes, expires_at, by, made_at))

// --- commands ---

/// After the password was checked; with a `program`, at the wish of a session.
struct start {
  static constexpr std::string_view type = "session/start";
  session_id id;
  account_id account;
  std::string username;
  int password_version = 0;
  personal device;   ///< the User-Agent, at most 200 characters
  personal address;  ///< the client's network address
  std::optional<grant> program{};
};
BOOST_DESCRIBE_STRUCT(start, (),
                      (id, account, username, password_version, device, address, program))
/// Logged out by its user, or told so by the login.
struct end {
  static constexpr std::string_view type = "session/end";
};
BOOST_DESCRIBE_STRUCT(end, (), ())

using command = std::variant<start, end, answered, wake>;

// --- events ---

struct started {
  static constexpr std::string_view type = "session.start";
  session_id id;
  account_id account;
  std::string username;
  int password_version = 0;
  personal device;
  personal address;
  instant at;
  std::optional<grant> program{};
};
BOOST_DESCRIBE_STRUCT(started, (),
                      (id, account, username, password_version, device, address, at, program))
/// The login knows of it.
struct registered {
  static constexpr std::string_view type = "session.register";
};
BOOST_DESCRIBE_STRUCT(registered, (), ())
struct ended {
  static constexpr std::string_view type = "session.end";
};
BOOST_DESCRIBE_STRUCT(ended, (), ())
/// The login dropped it, or will not take it any more.
struct unregistered {
  static constexpr std::string_view type = "session.unregister";
};
BOOST_DESCRIBE_STRUCT(unregistered, (), ())

using event = std::variant<started, registered, ended, unregistered>;

// --- state ---
//
//   none ─start→ open ─end→ ended

enum class status { none, open, ended };
BOOST_DESCRIBE_ENUM(status, none, open, ended)

struct state {
  using command_type = command;
  using event_type = event;

  status now = status::none;
  session_id id;
  account_id account;
  std::string username;
  int password_version = 0;
  personal device;
  personal address;
  instant since;
  bool announce = false;  ///< the login has yet to hear of the start
  bool withdraw = false;  ///< the login has yet to hear of the end, once it has heard of the start
  std::optional<grant> program;
};
BOOST_DESCRIBE_STRUCT(state, (),
                      (now, id, account, username, password_version, device, address, since,
                       announce, withdraw, program))

// --- the entity's functions (design.md section 4) ---

/// Refuses with: already_exists, unknown_entity (also to whoever ends another's: ids tell nothing).
/// Ending twice is fine.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::session
