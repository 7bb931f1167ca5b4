// Ratings: what was given, and that it was added up once.
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {

rating_total sum_of(const std::map<rental_id, int>& stars) {
  rating_total sum;
  for (const auto& [rental, given] : stars) sum.stars += given;
  sum.count = std::ssize(stars);
  return sum;
}

void see_rating(model& all, const stored_event& event, rental_id rental, int stars,
                const rating_total& total) {
  auto& self = all.ratings[event.entity];
  const auto due = self.due.find(rental);
  expect(due != self.due.end() && due->second == stars, event, "nobody gave that");
  expect(self.counted.emplace(rental, stars).second, event, "a review is counted twice");
  const auto sum = sum_of(self.counted);
  expect(total == sum, event,
         std::to_string(total.stars) + " stars of " + std::to_string(total.count) +
             " reviews instead of " + std::to_string(sum.stars) + " of " +
             std::to_string(sum.count));
}

void check_ratings(const model& all) {
  for (const auto& [whose, given] : all.ratings)
    if (given.counted != given.due)
      throw violation{whose, std::to_string(given.counted.size()) + " reviews are counted of " +
                                 std::to_string(given.due.size())};
}

}  // namespace rentwave::simulation
