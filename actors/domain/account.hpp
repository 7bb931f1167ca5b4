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
#include "actors/domain/rating.hpp"

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

/// The other side of a rental has reviewed this person's part.
struct rate {
  account_id id;
  rental_id rental;
  int rating = 0;  ///< 1 to 5
};

using command = std::variant<open, edit, rate, answered, wake>;

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

struct rated {
  static constexpr std::string_view type = "account.rate";
  account_id id;
  rental_id rental;
  int rating = 0;
  rating_total total;  ///< this one included
};
BOOST_DESCRIBE_STRUCT(rated, (), (id, rental, rating, total))

using event = std::variant<opened, edited, rated>;

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
  rating_total rating;  ///< as owner and as renter
};
BOOST_DESCRIBE_STRUCT(state, (),
                      (exists, id, username, display_name, email, address, since, rating))

// --- the entity's functions (design.md section 4) ---

/// Refuses with: unknown_entity, already_exists, not_owner (only the person edits the profile). It
/// adds up ratings without knowing the rentals, so a repeat of `rate` is known only by the
/// command's id.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::account
