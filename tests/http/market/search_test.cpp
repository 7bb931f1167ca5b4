// The search as a client asks for it: every parameter, and what is refused.
#include <gmock/gmock.h>

#include "http/search_fields.hpp"
#include "tests/http/market/scene.hpp"

namespace rentwave::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using parameters = std::vector<std::pair<std::string, std::string>>;

class SearchFields : public market_scene {
 protected:
  SearchFields() {
    auto van = posting(item_kind::vehicle);
    van["title"] = "Van";
    advert(van);
    auto room = posting(item_kind::room);
    room["title"] = "Room";
    room["place"] = {{"city", "Bonn"}, {"country", "DE"}, {"lat", 50.73}, {"lon", 7.1}};
    advert(room);
    auto book = posting(item_kind::book);
    book["title"] = "Book";
    book_ = advert(book);
  }
  std::vector<std::string> found(parameters query) {
    std::vector<std::string> titles;
    const auto reply = call(search_listings, {.query = std::move(query)});
    EXPECT_EQ(reply.status, 200U) << reply.body;
    for (const auto& each : reply.body["items"]) titles.push_back(each["title"]);
    return titles;
  }
  complaints refused(parameters query) {
    const auto reply = call(search_listings, {.query = std::move(query)});
    EXPECT_EQ(reply.status, 422U) << reply.body;
    return complaints_of(reply);
  }
  std::string book_;
};

TEST_F(SearchFields, find_by_place) {
  EXPECT_THAT(found({{"city", "koln"}}), UnorderedElementsAre("Van", "Book"));
  EXPECT_THAT(found({{"city", "BONN"}}), ElementsAre("Room"));
  // Cologne and Bonn are 25.4 km apart here.
  EXPECT_THAT(found({{"near", "50.73,7.1"}, {"radius_km", "25"}}), ElementsAre("Room"));
  EXPECT_THAT(found({{"near", "50.73,7.1"}, {"radius_km", "25.5"}}).size(), 3U);
  EXPECT_THAT(found({{"near", "50.73,7.1"}}).size(), 3U) << "50 km unless said otherwise";
  EXPECT_EQ(found({{"near", "50.73,7.1"}, {"sort", "distance"}}).at(0), "Room");
  EXPECT_EQ(found({{"near", "50.94,6.96"}, {"sort", "distance"}}).at(2), "Room");
}

TEST_F(SearchFields, find_by_what_a_kind_has) {
  EXPECT_THAT(found({{"seats_min", "7"}}), ElementsAre("Van"));
  EXPECT_THAT(found({{"seats_min", "8"}}), IsEmpty());
  EXPECT_THAT(found({{"kind", "vehicle"}, {"year_min", "2019"}, {"boot_litres_min", "900"}}),
              ElementsAre("Van"));
  EXPECT_THAT(found({{"make", "vw"},
                     {"model", "t6"},
                     {"type", "Van"},
                     {"fuel", "DIESEL"},
                     {"transmission", "manual"}}),
              ElementsAre("Van"));
  EXPECT_THAT(found({{"guests_min", "2"}, {"beds_min", "1"}, {"bathrooms_min", "1"}}),
              ElementsAre("Room"));
  EXPECT_THAT(found({{"amenities", "Desk,wifi"}}), ElementsAre("Room"));
  EXPECT_THAT(found({{"amenities", "desk,pool"}}), IsEmpty());
  EXPECT_THAT(found({{"author", "clark"}}), ElementsAre("Book"));
  EXPECT_THAT(found({{"isbn", "0306406152"}}), ElementsAre("Book"));
  EXPECT_THAT(found({{"min_times_rented", "1"}}), IsEmpty());
}

TEST_F(SearchFields, find_what_is_free) {
  rental_of(book_);  // from 10:00 to 12:00
  EXPECT_THAT(found({{"free_to", "2024-05-01T11:00:00Z"}}), UnorderedElementsAre("Van", "Room"));
  EXPECT_THAT(
      found({{"free_from", "2024-05-01T12:00:00Z"}, {"free_to", "2024-05-01T13:00:00Z"}}).size(),
      3U);
  market.advance(one_hour * 3);
  EXPECT_THAT(
      found({{"free_from", "2024-05-01T13:00:00Z"}, {"free_to", "2024-05-01T14:00:00Z"}}).size(),
      2U)
      << "it is late";
}

TEST_F(SearchFields, of_another_kind_are_refused_by_name) {
  EXPECT_EQ(refused({{"kind", "room"}, {"seats_min", "5"}, {"fuel", "diesel"}}),
            (complaints{"seats_min: unexpected", "fuel: unexpected"}));
  EXPECT_EQ(refused({{"guests_min", "2"}, {"make", "VW"}}), complaints{"guests_min: unexpected"})
      << "a make implies a vehicle";
  EXPECT_EQ(refused({{"kind", "book"}, {"amenities", "wifi"}}),
            complaints{"amenities: unexpected"});
  EXPECT_EQ(refused({{"kind", "room"}, {"isbn", "0306406152"}}), complaints{"isbn: unexpected"});
}

TEST_F(SearchFields, that_make_no_sense_are_refused_by_name) {
  EXPECT_EQ(refused({{"near", "50"}}), complaints{"near: format"});
  EXPECT_EQ(refused({{"near", "50,"}}), complaints{"near: format"});
  EXPECT_EQ(refused({{"near", "50,7,1"}}), complaints{"near: format"});
  EXPECT_EQ(refused({{"near", "50, 7"}}), complaints{"near: format"});
  EXPECT_EQ(refused({{"near", "nan,7"}}), complaints{"near: format"});
  EXPECT_EQ(refused({{"near", "0x5,7"}}), complaints{"near: format"});
  EXPECT_EQ(refused({{"near", "91,7"}}), complaints{"near: range"});
  EXPECT_EQ(refused({{"near", "50,-180.5"}}), complaints{"near: range"});
  EXPECT_EQ(refused({{"near", "1e999,7"}}), complaints{"near: format"});
  EXPECT_EQ(refused({{"radius_km", "5"}}), complaints{"radius_km: unexpected"});
  EXPECT_EQ(refused({{"near", "50,7"}, {"radius_km", "0"}}), complaints{"radius_km: range"});
  EXPECT_EQ(refused({{"sort", "distance"}}), complaints{"sort: unexpected"});
  EXPECT_EQ(refused({{"free_from", "2024-05-01T12:00:00Z"}}), complaints{"free_to: required"});
  EXPECT_EQ(refused({{"free_to", "2024-05-01T10:00:00Z"}}), complaints{"free_to: range"}) << "now";
  EXPECT_EQ(refused({{"free_from", "2024-05-01T12:00:00Z"}, {"free_to", "2025-05-03T12:00:00Z"}}),
            complaints{"free_to: range"});
  EXPECT_EQ(refused({{"free_to", "soon"}}), complaints{"free_to: format"});
  EXPECT_EQ(refused({{"seats_min", "-1"}, {"city", ""}, {"min_times_rented", "x"}}),
            (complaints{"seats_min: range", "city: too_short", "min_times_rented: type"}));
  EXPECT_EQ(refused({{"amenities", "a,,b"}}), complaints{"amenities: too_short"});
  EXPECT_EQ(refused({{"amenities", "a,b,c,d,e,f,g,h,i,j,k"}}), complaints{"amenities: too_many"});
}

}  // namespace
}  // namespace rentwave::http
