// A username with its credentials: the entity's id is the normalised name, so a name is given out
// once. It makes the account, and knows which sessions may still be used.
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

namespace rentwave::login {

/// The name in lower case when it is `[a-z0-9_.-]{3,32}` whatever its case, else nullopt (api.md).
std::optional<std::string> normalise_username(std::string_view text);

// --- commands ---

struct sign_up {
  static constexpr std::string_view type = "login/sign-up";
  std::string username;
  account_id account;
  personal password_hash;  ///< as Argon2id wrote it, salt and parameters included
  personal display_name;
  personal email;
  personal address;
};
BOOST_DESCRIBE_STRUCT(sign_up, (), (username, account, password_hash, display_name, email, address))
struct change_password {
  static constexpr std::string_view type = "login/change-password";
  int password_version = 0;  ///< the one that was checked
  personal password_hash;
  std::optional<session_id> keep;  ///< the session that asks; all others end
};
BOOST_DESCRIBE_STRUCT(change_password, (), (password_version, password_hash, keep))
/// A session that began with password `password_version`; or a program's, which session `by` made:
/// then that has to be one still, and the password does not matter.
struct add_session {
  static constexpr std::string_view type = "login/add-session";
  session_id session;
  int password_version = 0;
  std::optional<session_id> by{};
  std::optional<period> life{};  ///< of a program's token, in real time
};
BOOST_DESCRIBE_STRUCT(add_session, (), (session, password_version, by, life))
struct drop_session {
  static constexpr std::string_view type = "login/drop-session";
  session_id session;
};
BOOST_DESCRIBE_STRUCT(drop_session, (), (session))

/// An administrator gives out a password that is good for one log-in within `one_time_life`.
struct reset_password {
  static constexpr std::string_view type = "login/reset-password";
  personal password_hash;
};
BOOST_DESCRIBE_STRUCT(reset_password, (), (password_hash))
/// Whether one may log in with the name.
enum class gate { open, locked, closed };
BOOST_DESCRIBE_ENUM(gate, open, locked, closed)
/// The account says so. Of two the one of the higher order counts, whichever comes first.
struct set_gate {
  static constexpr std::string_view type = "login/set-gate";
  int order = 0;
  gate to{};
};
BOOST_DESCRIBE_STRUCT(set_gate, (), (order, to))

using command = std::variant<sign_up, change_password, add_session, drop_session, reset_password,
                             set_gate, answered, wake>;

// --- events ---

struct signed_up {
  static constexpr std::string_view type = "user.register";
  std::string username;
  account_id account;
  personal password_hash;
  personal display_name;
  personal email;
  personal address;
};
BOOST_DESCRIBE_STRUCT(signed_up, (),
                      (username, account, password_hash, display_name, email, address))
/// The account exists; it has the profile now.
struct account_opened {
  static constexpr std::string_view type = "user.ready";
};
BOOST_DESCRIBE_STRUCT(account_opened, (), ())
struct password_changed {
  static constexpr std::string_view type = "user.password";
  int password_version = 0;
  personal password_hash;
  std::optional<session_id> keep;
};
BOOST_DESCRIBE_STRUCT(password_changed, (), (password_version, password_hash, keep))
/// One more than `max_sessions` ends the oldest; a program's ends those whose time is up.
struct session_added {
  static constexpr std::string_view type = "user.login";
  session_id session;
  bool program = false;          ///< it is a program's, and counted with those
  std::optional<period> life{};  ///< of its token, in real time
};
BOOST_DESCRIBE_STRUCT(session_added, (), (session, program, life))
/// Logged out, revoked, or acknowledged its end. One that the login does not have is not taken
/// later.
struct session_dropped {
  static constexpr std::string_view type = "user.logout";
  session_id session;
};
BOOST_DESCRIBE_STRUCT(session_dropped, (), (session))

struct password_reset {
  static constexpr std::string_view type = "user.reset";
  int password_version = 0;
  personal password_hash;
  instant until;
};
BOOST_DESCRIBE_STRUCT(password_reset, (), (password_version, password_hash, until))
/// Unless it is open, all sessions and tokens end. Closed, it stays taken for good, and forgets its
/// password.
struct gate_set {
  static constexpr std::string_view type = "user.gate";
  int order = 0;
  gate to{};
};
BOOST_DESCRIBE_STRUCT(gate_set, (), (order, to))

using event = std::variant<signed_up, account_opened, password_changed, session_added,
                           session_dropped, password_reset, gate_set>;

// --- state ---

/// A program's session.
struct token {
  session_id session;
  std::optional<instant> until;  ///< real time; none: as long as it is not revoked
  bool has_expired(instant real_now) const { return until && *until <= real_now; }
};
BOOST_DESCRIBE_STRUCT(token, (), (session, until))

struct state {
  using command_type = command;
  using event_type = event;

  std::string username;  ///< empty until someone registers
  account_id account;
  personal password_hash;
  int password_version = 0;  ///< 1 from registration on
  bool account_ready = false;
  personal display_name;  ///< until the account is ready
  personal email;
  personal address;
  std::vector<session_id> sessions;       ///< oldest first, at most `max_sessions`
  std::vector<session_id> ending;         ///< told to end, not acknowledged
  std::vector<token> programs;            ///< at most `max_programs` that have not expired
  std::vector<session_id> dropped;        ///< not taken any more, the newest `max_dropped`
  std::optional<instant> one_time_until;  ///< the password is one for a single log-in
  bool one_time_used = false;
  gate now = gate::open;
  int gate_order = 0;
};
BOOST_DESCRIBE_STRUCT(state, (),
                      (username, account, password_hash, password_version, account_ready,
                       display_name, email, address, sessions, ending, programs, dropped,
                       one_time_until, one_time_used, now, gate_order))

/// One more ends the oldest.
inline constexpr std::size_t max_sessions = 50;
/// One more is refused: nobody should find out by a program that has stopped.
inline constexpr std::size_t max_programs = 20;
inline constexpr std::size_t max_dropped = 100;
/// How long a password that an administrator gave out may be used.
inline constexpr duration one_time_life = one_day;

// --- the entity's functions (design.md section 4) ---

/// How many of the programs' tokens have not expired.
std::size_t count_programs(const state& now, instant real_now);

/// Refuses with: username_taken, unknown_entity, bad_credentials (the password changed meanwhile or
/// was used up, or it is somebody else's), session_ended (it, or the one that makes a token),
/// too_many_sessions, account_suspended, account_closed.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
/// Towards the account to open, and the sessions to end.
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::login
