// The number of an advert's row: its time and its kind in one integer, so that "the newest of a
// kind with these words" reads nothing but the word index.
#pragma once

#include <algorithm>
#include <cstdint>

#include "actors/domain/offer.hpp"

namespace rentwave::sqlite {

// number = (µs * 32 + slot) * 4 + kind; a slot tells adverts of one kind and microsecond apart.
inline constexpr std::int64_t slots = 32;
inline constexpr std::int64_t kinds = 4;
/// The row in the word index is number * 2 + active, which has to fit 63 bits: until the year 3112.
inline constexpr std::int64_t greatest_number = INT64_MAX / 2;

constexpr std::int64_t kind_code(item_kind kind) {
  switch (kind) {
    case item_kind::book:
      return 0;
    case item_kind::vehicle:
      return 1;
    case item_kind::room:
      return 2;
  }
  return 3;
}

/// The number of slot 0. Times beyond the range lose their order, nothing else.
constexpr std::int64_t first_number(instant added_at, item_kind kind) {
  constexpr std::int64_t most = greatest_number / (2 * slots * kinds);
  const std::int64_t micros = added_at.time_since_epoch().count();
  return std::clamp(micros, -most, most) * slots * kinds + kind_code(kind);
}

constexpr std::int64_t words_row(std::int64_t number, bool active) {
  return number * 2 + (active ? 1 : 0);
}

static_assert((first_number(instant{duration{-1}}, item_kind::room) & (kinds - 1)) == 2);
static_assert(words_row(greatest_number, true) == INT64_MAX);

}  // namespace rentwave::sqlite
