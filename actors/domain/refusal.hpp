// Why a command was refused. A refusal is a value and a normal answer: it changed nothing.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>

#include "actors/domain/time.hpp"

namespace rentwave {

/// The names are the stable `code` of problem+json (api.md); `http/` maps each to one status.
enum class refusal_code {
  unknown_entity,          ///< nothing was ever created under this id
  already_exists,          ///< the id is taken by another creation
  username_taken,          ///< someone else registered this login
  bad_credentials,         ///< the password changed since it was checked
  session_ended,           ///< the session was logged out or revoked
  too_many_sessions,       ///< the login has as many sessions as it may have
  not_owner,               ///< only the listing's owner may do this
  not_party,               ///< only the rental's renter or owner may do this
  stale_revision,          ///< the advert changed since it was read (If-Match)
  listing_inactive,        ///< the owner switched the advert off, or removed it
  listing_in_use,          ///< bookings are open
  own_listing,             ///< nobody rents from himself
  duration_not_permitted,  ///< shorter or longer than the owner allows
  period_invalid,          ///< ends before it starts, starts in the past or too far ahead
  not_available,           ///< booked, or not back yet; `free` says when it is free next
  too_many_bookings,       ///< the calendar is full (a limit of the listing)
  price_changed,           ///< the rent is not the one that the renter expected
  insufficient_funds,      ///< the balance does not cover it
  debt,                    ///< who owes cannot rent or withdraw
  too_many_holds,          ///< the wallet has as many open holds as it may have
  amount_invalid,          ///< zero, negative, or over the limit
  wrong_status,            ///< the rental's status does not allow it; the detail names the status
  too_late,                ///< the time to do this has passed
  claim_exceeds_deposit,   ///< a deposit claim is at most the deposit
  undone,                  ///< was undone before it arrived
  payment_failed,          ///< the payment provider said no
  idempotency_mismatch,    ///< the Idempotency-Key was used before with another body
  rating_invalid,          ///< a rating is 1 to 5 stars
  already_reviewed,        ///< each side reviews a rental once
  wallet_not_empty,        ///< who leaves takes the money out, and pays what is owed, first
  rentals_open,            ///< who leaves has no rental under way, on neither side
  account_closed,          ///< the person has left, or is about to
  account_suspended,       ///< an administrator has suspended the person
  listing_hidden,          ///< an administrator has hidden the advert
  too_many_follows,        ///< the person follows as many topics as one may
  too_many_followers,      ///< the topic has as many followers as it may have
  own_account,             ///< nobody suspends himself
  too_many_webhooks,       ///< the person has as many webhooks as one may have
  too_many_photos,         ///< the advert has as many photos as it may have
  not_now,                 ///< too much is under way here already: ask again later
};
BOOST_DESCRIBE_ENUM(refusal_code, unknown_entity, already_exists, username_taken, bad_credentials,
                    session_ended, too_many_sessions, not_owner, not_party, stale_revision,
                    listing_inactive, listing_in_use, own_listing, duration_not_permitted,
                    period_invalid, not_available, too_many_bookings, price_changed,
                    insufficient_funds, debt, too_many_holds, amount_invalid, wrong_status,
                    too_late, claim_exceeds_deposit, undone, payment_failed, idempotency_mismatch,
                    rating_invalid, already_reviewed, wallet_not_empty, rentals_open,
                    account_closed, account_suspended, listing_hidden, too_many_follows,
                    too_many_followers, own_account, too_many_webhooks, too_many_photos, not_now)

struct refusal {
  refusal_code code{};
  std::string detail;          ///< one sentence for a person
  std::optional<period> free;  ///< with `not_available`: the next free period of the wanted length

  friend bool operator==(const refusal&, const refusal&) = default;
};
BOOST_DESCRIBE_STRUCT(refusal, (), (code, detail, free))

/// The enumerator's name, for example "not_available".
const char* to_string(refusal_code code);

}  // namespace rentwave
