#include "actors/domain/tariff.hpp"

#include <algorithm>

namespace rentwave {

std::int64_t started_periods(duration length, time_unit unit) {
  const auto one = length_of(unit).count();
  return std::max<std::int64_t>(1, (length.count() + one - 1) / one);
}

money rent_for(const rate& price, duration length) {
  return price.amount * started_periods(length, price.per);
}

money price_per_day(const rate& price) {
  return price.per == time_unit::hour ? price.amount * 24 : price.amount;
}

instant late_at(const rental_terms& terms, instant due, int n) {
  return std::max(due + terms.grace, due + length_of(terms.late_fee.per) * (n - 1));
}

instant lost_at(const rental_terms& terms, instant due) {
  return late_at(terms, due, terms.max_late_periods + 1);
}

instant remind_at(const rental_terms& terms, const period& agreed) {
  const duration lead =
      terms.price.per == time_unit::hour ? duration{std::chrono::minutes{30}} : one_hour * 6;
  return agreed.end - std::min(lead, agreed.length() / 2);
}

money cancellation_fee(const rental_terms& terms, money rent, instant start, instant now) {
  const auto notice = start - now;
  const money half{rent.cents - rent.cents / 2};
  switch (terms.cancellation) {
    case cancellation_policy::flexible:
      return {};
    case cancellation_policy::moderate:
      return notice >= one_day ? money{} : half;
    case cancellation_policy::strict:
      return notice >= one_day * 7 ? half : rent;
  }
  return {};
}

}  // namespace rentwave
