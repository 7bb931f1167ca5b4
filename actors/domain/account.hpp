// A person: the profile, and whether they are welcome. Credentials are the login's, money the
// wallet's, messages the inbox's; when a person is suspended or leaves, the account tells those,
// and every advert (account_standing.cpp).
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/domain/decision.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/obligation.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/personal.hpp"
#include "actors/domain/rating.hpp"

namespace rentwave {
struct want;
}

namespace rentwave::account {

// --- commands ---

struct open {
  static constexpr std::string_view type = "account/open";
  account_id id;
  std::string username;
  personal display_name;
  personal email;
  personal address;
};
BOOST_DESCRIBE_STRUCT(open, (), (id, username, display_name, email, address))
/// What is absent stays.
struct edit {
  static constexpr std::string_view type = "account/edit";
  std::optional<personal> display_name;
  std::optional<personal> email;
  std::optional<personal> address;
};
BOOST_DESCRIBE_STRUCT(edit, (), (display_name, email, address))

/// The other side of a rental has reviewed this person's part.
struct rate {
  static constexpr std::string_view type = "account/rate";
  account_id id;
  rental_id rental;
  int rating = 0;  ///< 1 to 5
};
BOOST_DESCRIBE_STRUCT(rate, (), (id, rental, rating))
/// The person leaves for good, if the wallet is empty and nothing is open.
struct close {
  static constexpr std::string_view type = "account/close";
};
BOOST_DESCRIBE_STRUCT(close, (), ())
/// An administrator: nobody logs in, adverts are hidden; until then, or until `reinstate`.
struct suspend {
  static constexpr std::string_view type = "account/suspend";
  personal reason;
  std::optional<instant> until;
};
BOOST_DESCRIBE_STRUCT(suspend, (), (reason, until))
struct reinstate {
  static constexpr std::string_view type = "account/reinstate";
};
BOOST_DESCRIBE_STRUCT(reinstate, (), ())

using command = std::variant<open, edit, rate, close, suspend, reinstate, answered, wake>;

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

/// What the account owes to others, one after the other. The number beside each is the order that
/// they are given: of two commands the one of the higher order counts.
enum class step {
  close_wallet,   ///< wallet: if it is empty, nothing may come or go any more
  reopen_wallet,  ///< wallet: the undo of that
  hide_free,      ///< every advert: hide it, if nobody has booked it
  hide,           ///< every advert: hide it
  show,           ///< every advert: the undo of both
  check,          ///< estate: is a rental open, or money on its way?
  lock_login,     ///< login: end every session, begin none
  unlock_login,   ///< login: the undo of that
  close_login,    ///< login: for good
  forget,         ///< estate: destroy the key of all personal fields
  clear_inbox,    ///< inbox: forget what was told
  unfollow,       ///< follower: leave every audience
  retire,         ///< every advert: remove it
};
BOOST_DESCRIBE_ENUM(step, close_wallet, reopen_wallet, hide_free, hide, show, check, lock_login,
                    unlock_login, close_login, forget, clear_inbox, unfollow, retire)

struct closing {
  static constexpr std::string_view type = "account.close";
  int order = 0;
};
BOOST_DESCRIBE_STRUCT(closing, (), (order))
/// Something is open: what was closed or hidden is so no more.
struct close_refused {
  static constexpr std::string_view type = "account.close-refuse";
  int order = 0;
  refusal why;
};
BOOST_DESCRIBE_STRUCT(close_refused, (), (order, why))
/// From here on there is no way back.
struct erased {
  static constexpr std::string_view type = "account.erase";
  int order = 0;
  instant at;
};
BOOST_DESCRIBE_STRUCT(erased, (), (order, at))
struct suspended {
  static constexpr std::string_view type = "account.suspend";
  int order = 0;
  personal reason;
  std::optional<instant> until;
  instant at;
};
BOOST_DESCRIBE_STRUCT(suspended, (), (order, reason, until, at))
struct reinstated {
  static constexpr std::string_view type = "account.reinstate";
  int order = 0;
};
BOOST_DESCRIBE_STRUCT(reinstated, (), (order))
/// Somebody whose session had just ended may have posted an advert after it was asked for all.
struct looked_again {
  static constexpr std::string_view type = "account.look-again";
  int order = 0;
};
BOOST_DESCRIBE_STRUCT(looked_again, (), (order))
/// A page of the adverts to which the first step applies.
struct surveyed {
  static constexpr std::string_view type = "account.survey";
  std::vector<listing_id> adverts;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(surveyed, (), (adverts, next))
struct advert_done {
  static constexpr std::string_view type = "account.advert";
  listing_id listing;
};
BOOST_DESCRIBE_STRUCT(advert_done, (), (listing))
/// The first step is acknowledged.
struct step_done {
  static constexpr std::string_view type = "account.step";
  step what{};
};
BOOST_DESCRIBE_STRUCT(step_done, (), (what))

using event = std::variant<opened, edited, rated, closing, close_refused, erased, suspended,
                           reinstated, looked_again, surveyed, advert_done, step_done>;

// --- state ---
//
//   none ─open→ good ─close→ closing ─all agree→ erased
//               │  ↑            └─something is open→ good
//               └──┴─ suspend, reinstate: suspended

enum class standing { good, suspended, closing, erased };
BOOST_DESCRIBE_ENUM(standing, good, suspended, closing, erased)

/// The way through all adverts, page by page.
struct tour {
  int page = 0;
  std::vector<listing_id> left;     ///< of the page; empty: it has yet to be asked for
  std::optional<std::string> next;  ///< the cursor of the page to ask for, or to come
};
BOOST_DESCRIBE_STRUCT(tour, (), (page, left, next))

/// Whether the person is welcome, and who has yet to hear of it.
struct affairs {
  standing now = standing::good;
  int order = 0;                       ///< of what others were told last
  std::vector<obligation<step>> owed;  ///< the first is under way
  tour adverts;                        ///< where the first step goes through them
  std::optional<refusal> refused;      ///< why the person could not leave
  personal reason;                     ///< of the suspension
  std::optional<instant> until;
  std::optional<instant> look_again;
};
BOOST_DESCRIBE_STRUCT(affairs, (), (now, order, owed, adverts, refused, reason, until, look_again))

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
  affairs standing;
};
BOOST_DESCRIBE_STRUCT(state, (),
                      (exists, id, username, display_name, email, address, since, rating, standing))

/// When adverts are looked for once more. Longer than a gateway takes a session for open that has
/// ended, and than a request may take.
inline constexpr duration second_look = std::chrono::minutes{1};

// --- the entity's functions (design.md section 4) ---

/// Refuses with: unknown_entity (also of who has left), already_exists, not_owner (only the person
/// edits the profile, or leaves), own_account, account_suspended, account_closed. A person who
/// asked to leave is told by the state how it went: `standing.refused`. Ratings are added up
/// without knowing the rentals, so a repeat of `rate` is known only by the command's id.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::account
