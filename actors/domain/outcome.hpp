// What one entity answers to another's command. The answer travels back as the command `answered`.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/domain/ids.hpp"
#include "actors/domain/offer.hpp"
#include "actors/domain/refusal.hpp"

namespace rentwave {

/// Done, or done before; there is nothing more to say.
struct accepted {
  friend bool operator==(const accepted&, const accepted&) = default;
};
BOOST_DESCRIBE_STRUCT(accepted, (), ())

/// A listing's yes to `listing::reserve`: what was agreed, for good.
struct reservation {
  account_id owner;
  item_kind kind{};
  std::string title;
  period when;
  rental_terms terms;
  money rent;
  bool handed_over = false;  ///< the period has begun and the item is there: no need to ask again
  std::optional<std::string> isbn{};  ///< of a book

  friend bool operator==(const reservation&, const reservation&) = default;
};
BOOST_DESCRIBE_STRUCT(reservation, (), (owner, kind, title, when, terms, rent, handed_over, isbn))

/// A listing's answer to `listing::hand_over`.
struct hand_over_result {
  bool ready = false;  ///< false: somebody still has it; the listing will say when it is back

  friend bool operator==(const hand_over_result&, const hand_over_result&) = default;
};
BOOST_DESCRIBE_STRUCT(hand_over_result, (), (ready))

/// How a wallet met a late fee; the three add up to it.
struct charge_result {
  money from_balance;
  money from_deposit;
  money owed;

  friend bool operator==(const charge_result&, const charge_result&) = default;
};
BOOST_DESCRIBE_STRUCT(charge_result, (), (from_balance, from_deposit, owed))

/// The estate's answer to `estate::survey`: a page of the person's adverts.
struct belongings {
  std::vector<listing_id> adverts;
  std::optional<std::string> next;  ///< the cursor of the following page, if there is one

  friend bool operator==(const belongings&, const belongings&) = default;
};
BOOST_DESCRIBE_STRUCT(belongings, (), (adverts, next))

/// Among a topic's followers, who come by shard and then by account: behind this one.
struct follower_place {
  int shard = 0;
  account_id after;

  friend bool operator==(const follower_place&, const follower_place&) = default;
};
BOOST_DESCRIBE_STRUCT(follower_place, (), (shard, after))

/// Followers who could not be told, as entities are broken that it takes.
struct unreached {
  std::vector<account_id> people;  ///< whose inboxes are
  std::vector<int> shards;         ///< whose audiences are: all of the topic's followers in them

  bool empty() const { return people.empty() && shards.empty(); }
  friend bool operator==(const unreached&, const unreached&) = default;
};
BOOST_DESCRIBE_STRUCT(unreached, (), (people, shards))

/// How far the crier has come with an announcement.
struct told_so_far {
  std::int64_t people = 0;             ///< who were told in this step
  std::optional<follower_place> next;  ///< where the next step begins; none: that was all
  std::optional<unreached> missed{};   ///< passed over in this step; none: nobody

  friend bool operator==(const told_so_far&, const told_so_far&) = default;
};
BOOST_DESCRIBE_STRUCT(told_so_far, (), (people, next, missed))

/// An inbox's yes to `inbox::attach`.
struct attachment {
  std::int64_t cursor = 0;  ///< of the newest notice: those after it are the webhook's

  friend bool operator==(const attachment&, const attachment&) = default;
};
BOOST_DESCRIBE_STRUCT(attachment, (), (cursor))

/// Why a webhook's receiver has not taken a notice. The names are stored, and seen by clients.
enum class post_trouble {
  url_not_allowed,      ///< the URL does not keep the rules, which may have changed
  name_not_found,       ///< there is no such host
  address_not_allowed,  ///< an address of the host is not a public one
  no_connection,        ///< nobody takes connections there
  tls_failed,           ///< no TLS, or no certificate for that name that is to be trusted
  timed_out,            ///< some step took too long
  connection_lost,      ///< it ended before there was an answer
  bad_answer,           ///< not HTTP
  status,               ///< an answer, but not one of 2xx
};
BOOST_DESCRIBE_ENUM(post_trouble, url_not_allowed, name_not_found, address_not_allowed,
                    no_connection, tls_failed, timed_out, connection_lost, bad_answer, status)

struct post_failure {
  post_trouble code{};
  int status = 0;  ///< with `post_trouble::status`: that of HTTP

  friend bool operator==(const post_failure&, const post_failure&) = default;
};
BOOST_DESCRIBE_STRUCT(post_failure, (), (code, status))

/// How the postman has fared with a webhook's next notice.
struct posted_so_far {
  std::int64_t up_to = 0;             ///< nothing up to this cursor is left to be posted
  bool anything = false;              ///< the notice of that cursor was taken
  std::optional<post_failure> why{};  ///< the next one was not
  instant again{};                    ///< then: not before this time, in domain time

  friend bool operator==(const posted_so_far&, const posted_so_far&) = default;
};
BOOST_DESCRIBE_STRUCT(posted_so_far, (), (up_to, anything, why, again))

/// `refusal` first would make "refused" the default; `accepted` is.
using outcome = std::variant<accepted, refusal, reservation, hand_over_result, charge_result,
                             belongings, told_so_far, attachment, posted_so_far>;

/// What each alternative of `outcome` is called between nodes, in their order.
enum class outcome_kind {
  accepted,
  refusal,
  reservation,
  hand_over_result,
  charge_result,
  belongings,
  told_so_far,
  attachment,
  posted_so_far
};
BOOST_DESCRIBE_ENUM(outcome_kind, accepted, refusal, reservation, hand_over_result, charge_result,
                    belongings, told_so_far, attachment, posted_so_far)

/// The command by which an answer comes home: which want it answers, and how.
struct answered {
  static constexpr std::string_view type = "answered";
  std::string want;  ///< the key of the want
  outcome result;
};
BOOST_DESCRIBE_STRUCT(answered, (), (want, result))

}  // namespace rentwave
