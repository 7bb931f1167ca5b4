// What people are told of events that concern others, too.
#include "actors/runtime/notifier.hpp"

#include <gtest/gtest.h>

#include "persistence/codec.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave {
namespace {

template <class Id>
Id ending_with(std::uint8_t number) {
  Id made;
  made.value.data[15] = number;
  return made;
}

const instant noon = *parse_instant("2026-03-02T12:00:00Z");

listing::delayed a_delay() {
  return {.rental = ending_with<rental_id>(1),
          .renter = ending_with<account_id>(2),
          .owner = ending_with<account_id>(3),
          .when = {noon, noon + one_day},
          .by = ending_with<rental_id>(4),
          .kind = item_kind::book,
          .title = "Dune",
          .isbn = "9780441172719",
          .where = {"K\xC3\xB6ln", "DE", 50.94, 6.5, {}}};
}

std::vector<inbox::deliver> told_of(const listing::delayed& delay) {
  const auto coded = encode(listing::event{delay});
  stored_event event;
  event.type = coded.type;
  event.schema = coded.schema;
  event.data = coded.data;
  event.time = noon - one_hour;
  event.entity = listing_ref(ending_with<listing_id>(9));
  std::vector<inbox::deliver> told;
  for (const auto& each : notify(event, "EUR"))
    told.push_back(std::get<inbox::deliver>(std::get<inbox::command>(each.body)));
  return told;
}

TEST(Notifier, tells_owner_and_next_renter_that_the_item_is_late) {
  const auto told = told_of(a_delay());
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].owner, ending_with<account_id>(3));
  EXPECT_EQ(told[1].owner, ending_with<account_id>(2));
  for (const auto& each : told) {
    EXPECT_EQ(each.what.type, "listing.delay");
    EXPECT_EQ(each.what.time, noon - one_hour);
    EXPECT_EQ(each.what.listing, ending_with<listing_id>(9));
    EXPECT_EQ(each.what.rental, ending_with<rental_id>(1)) << "not that of who is late";
    EXPECT_EQ(each.what.isbn, "9780441172719");
    EXPECT_NE(each.what.text.find("Dune"), std::string::npos);
  }
  EXPECT_FALSE(told[0].what.alternatives);
}

TEST(Notifier, says_where_others_are_found) {
  const std::string free = "&free_from=2026-03-02T12:00:00Z&free_to=2026-03-03T12:00:00Z";
  auto delay = a_delay();
  EXPECT_EQ(told_of(delay).at(1).what.alternatives,
            "isbn=9780441172719" + free + "&near=50.94,6.5&radius_km=50&sort=distance");
  delay.kind = item_kind::room;
  delay.isbn.reset();
  delay.where.lat.reset();
  EXPECT_EQ(told_of(delay).at(1).what.alternatives, "kind=room" + free + "&city=K%C3%B6ln");
}

}  // namespace
}  // namespace rentwave
