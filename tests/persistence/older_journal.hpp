// What is in a journal of the release before adverts had places and traits in rows of their own,
// and has to be found after the upgrade.
#pragma once

#include <gmock/gmock.h>

#include "tests/persistence/adverts.hpp"

namespace rentwave::testing_journal {

/// Appends of partition 1: an advert in Cologne, and a booking of it whose renter has the item.
inline std::vector<entity_append> before_places_and_traits() {
  auto row = a_car(1, "Van");
  row.content.where = {"K\xC3\xB6ln", "DE", 50.94, 6.96, {}};
  const auto rental = nth<rental_id>(5);
  auto posted = to_entity(listing_ref(row.id), 0, {event(1)});
  posted.rows = {row, reservation_row{row.id, rental, {at(10), at(20)}},
                 reservation_handed_over{rental}};
  auto handed_over = event(2, 0, "listing.hand-over");
  handed_over.data = R"({"rental":")" + to_string(rental) + R"("})";
  posted.events.push_back(handed_over);
  return {posted};
}

inline void expect_found_by_places_and_traits(journal& in) {
  using testing::IsEmpty;
  using testing::SizeIs;
  const circle near{{50.9, 7}, 10'000};
  EXPECT_THAT(value(in.search({.near = near})).items, SizeIs(1));
  EXPECT_THAT(value(in.search({.words = "van", .near = near})).items, SizeIs(1));
  EXPECT_THAT(value(in.search({.traits = {trait_of(trait::city, "koln")}})).items, SizeIs(1));
  EXPECT_THAT(value(in.search({.least = {{measure::seats, 6}}})).items, SizeIs(1));
  EXPECT_THAT(value(in.search({.least = {{measure::seats, 7}}})).items, IsEmpty());
  EXPECT_THAT(value(in.search({.free = free_time{{at(30), at(40)}, at(29)}})).items, SizeIs(1));
  EXPECT_THAT(value(in.search({.free = free_time{{at(30), at(40)}, at(30)}})).items, IsEmpty())
      << "its renter still has it";
}

}  // namespace rentwave::testing_journal
