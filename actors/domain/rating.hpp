// What reviews gave to an advert or a person, added up: whole numbers, so that neither the order of
// adding nor any rounding makes a difference.
#pragma once

#include <boost/describe.hpp>

#include <algorithm>
#include <cstdint>

namespace rentwave {

/// A review gives 1 to 5 stars.
constexpr bool is_rating(int stars) {
  return stars >= 1 && stars <= 5;
}

struct rating_total {
  std::int64_t stars = 0;  ///< of all reviews together
  std::int64_t count = 0;  ///< of reviews

  constexpr rating_total with(int further_stars) const {
    return {stars + further_stars, count + 1};
  }

  /// As clients see it: in hundredths of a star, half a hundredth rounded up; 0 without reviews.
  constexpr std::int64_t average_hundredths() const {
    return count == 0 ? 0 : (200 * stars + count) / (2 * count);
  }

  /// Orders ratings, the best highest: by the average as it is seen, equal ones by their count. 0
  /// without reviews.
  constexpr std::int64_t rank() const {
    return lowest_rank(average_hundredths()) + std::min(count, most_counted);
  }
  /// No rating with this average or a better one has a lower rank.
  static constexpr std::int64_t lowest_rank(std::int64_t average_hundredths) {
    return average_hundredths * (most_counted + 1);
  }

  friend bool operator==(const rating_total&, const rating_total&) = default;

 private:
  static constexpr std::int64_t most_counted = (std::int64_t{1} << 32) - 1;
};
BOOST_DESCRIBE_STRUCT(rating_total, (), (stars, count))

}  // namespace rentwave
