// What the journal has of one person, beside the entities: it is asked by the account, and answers
// like an entity, by `answered`. It keeps nothing, so that every question may be repeated.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "actors/domain/ids.hpp"

namespace rentwave::estate {

/// Which adverts does the person have? A page of all that are not removed, be they switched off;
/// answered with `belongings`.
struct survey {
  static constexpr std::string_view type = "estate/survey";
  account_id account;
  std::optional<std::string> cursor;  ///< `next` of the page before
};
BOOST_DESCRIBE_STRUCT(survey, (), (account, cursor))
/// Refused with rentals_open, or wallet_not_empty while a payment to the person is on its way.
struct check {
  static constexpr std::string_view type = "estate/check";
  account_id account;
};
BOOST_DESCRIBE_STRUCT(check, (), (account))
/// Destroys the key that the person's fields are sealed with.
struct forget {
  static constexpr std::string_view type = "estate/forget";
  account_id account;
};
BOOST_DESCRIBE_STRUCT(forget, (), (account))

using command = std::variant<survey, check, forget>;

}  // namespace rentwave::estate
