// Money as a signed count of minor units (cents); one currency a deployment, so none is stored.
#pragma once

#include <cassert>
#include <compare>
#include <cstdint>

namespace rentwave {

struct money {
  std::int64_t cents = 0;

  friend auto operator<=>(const money&, const money&) = default;

  // Amounts that enter are at most `max_amount`, so a sum overflows only by a defect: it aborts.
  money& operator+=(money other) {
    const bool overflow = __builtin_add_overflow(cents, other.cents, &cents);
    assert(!overflow);
    (void)overflow;
    return *this;
  }
  money& operator-=(money other) {
    const bool overflow = __builtin_sub_overflow(cents, other.cents, &cents);
    assert(!overflow);
    (void)overflow;
    return *this;
  }
  friend money operator+(money a, money b) { return a += b; }
  friend money operator-(money a, money b) { return a -= b; }
  friend money operator*(money a, std::int64_t times) {
    money product;
    const bool overflow = __builtin_mul_overflow(a.cents, times, &product.cents);
    assert(!overflow);
    (void)overflow;
    return product;
  }
};

/// The largest single amount that is accepted anywhere: ten million of the major unit.
inline constexpr money max_amount{1'000'000'000};

}  // namespace rentwave
