// What a rental costs and when: pure arithmetic over the terms (design.md section 6, api.md).
#pragma once

#include "actors/domain/money.hpp"
#include "actors/domain/offer.hpp"
#include "actors/domain/time.hpp"

namespace rentwave {

/// Hours or days begun within `length`; at least 1 for any positive length.
std::int64_t started_periods(duration length, time_unit unit);

/// The rent for `length`: the rate for each started period.
money rent_for(const rate& price, duration length);

/// A price as search compares it: per day, an hourly one times 24.
money price_per_day(const rate& price);

/// When late period `n` (1, 2, …) is charged: period n starts n-1 units after due, and nothing is
/// charged before the grace time has passed.
instant late_at(const rental_terms& terms, instant due, int n);

/// When the item counts as lost: the instant at which period cap + 1 would be charged.
instant lost_at(const rental_terms& terms, instant due);

/// When the renter is reminded: half an hour (hourly prices) or six hours (daily ones) before due,
/// but never before half of the period is over.
instant remind_at(const rental_terms& terms, const period& agreed);

/// What the owner keeps of the rent when the renter cancels at `now`, before `start`.
money cancellation_fee(const rental_terms& terms, money rent, instant start, instant now);

}  // namespace rentwave
