// A person: the profile. Credentials are the login's, money the wallet's, messages the inbox's.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/domain/decision.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/personal.hpp"

namespace rentwave {
struct want;
}

namespace rentwave::account {

// --- commands ---

struct open {
  account_id id;
  std::string username;
  personal display_name;
  personal email;
  personal address;
};
/// What is absent stays.
struct edit {
  std::optional<personal> display_name;
  std::optional<personal> email;
  std::optional<personal> address;
};

using command = std::variant<open, edit, answered, wake>;

// --- events ---

struct opened {
  static constexpr std::string_view type = "account.open";
  account_id id;
  std::string username;
  personal display_name;
  personal email;
  personal address;
  instant at;
};
BOOST_DESCRIBE_STRUCT(opened, (), (id, username, display_name, email, address, at))
struct edited {
  static constexpr std::string_view type = "account.edit";
  personal display_name;
  personal email;
  personal address;
};
BOOST_DESCRIBE_STRUCT(edited, (), (display_name, email, address))

using event = std::variant<opened, edited>;

// --- state ---

struct state {
  using command_type = command;
  using event_type = event;

  bool exists = false;
  account_id id;
  std::string username;
  personal display_name;
  personal email;
  personal address;
  instant since;
};
BOOST_DESCRIBE_STRUCT(state, (), (exists, id, username, display_name, email, address, since))

// --- the entity's functions (design.md section 4) ---

/// Refuses with: unknown_entity, already_exists, not_owner (only the person edits the profile).
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::account
