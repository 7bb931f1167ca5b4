// The search by what an advert is, and that all filters together find what each alone would.
#include <gmock/gmock.h>

#include <cstdio>
#include <map>
#include <random>
#include <set>

#include "actors/domain/tariff.hpp"
#include "persistence/memory/store.hpp"
#include "tests/persistence/adverts.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Filters : public Search {
 protected:
  std::vector<int> with(std::initializer_list<std::string> traits, std::string words = "") {
    return found({.words = std::move(words), .traits = traits});
  }
  std::vector<int> with_least(measure what, int count) { return found({.least = {{what, count}}}); }
};
INSTANTIATE_TEST_SUITE_P(Every, Filters, testing::ValuesIn(journal_kinds()), kind_name);

listing_row in_city(std::uint32_t n, std::string city) {
  auto row = a_book(n, "Thing");
  row.content.where.city = std::move(city);
  return row;
}

TEST_P(Filters, find_a_city_whatever_its_case_accents_and_signs) {
  write({in_city(1, "K\xC3\xB6ln"), in_city(2, "KOLN"), in_city(3, "K\xC3\xB6lnerhof"),
         in_city(4, "Saint-Malo"), in_city(5, "saint malo")});
  EXPECT_THAT(with({trait_of(trait::city, "k\xC3\x96ln")}), UnorderedElementsAre(1, 2));
  EXPECT_THAT(with({trait_of(trait::city, "SAINT MALO")}), UnorderedElementsAre(4, 5));
  EXPECT_THAT(with({trait_of(trait::city, "Saint")}), IsEmpty()) << "it is all of the name";
  EXPECT_THAT(with({trait_of(trait::city, "!")}), IsEmpty());
  EXPECT_THAT(with({trait_of(trait::city, "koln")}, "thi"), UnorderedElementsAre(1, 2));
  EXPECT_THAT(with({trait_of(trait::city, "koln")}, "other"), IsEmpty());
}

TEST_P(Filters, find_what_has_all_of_the_traits) {
  auto tesla = a_car(2, "Car");
  tesla.content.item = vehicle_details{"car", "Tesla", "3", 2022, 5, 400, "automatic", "electric"};
  auto plain = a_room(4, "Room");
  plain.content.item = room_details{1, 1, 0, {"Wi-Fi"}};
  write({a_car(1, "Van"), tesla, a_room(3, "Room"), plain, a_book(5, "Book")});
  EXPECT_THAT(with({trait_of(trait::fuel, "Diesel")}), ElementsAre(1));
  EXPECT_THAT(with({trait_of(trait::fuel, "diesel"), trait_of(trait::make, "tesla")}), IsEmpty());
  EXPECT_THAT(with({trait_of(trait::type, "car"), trait_of(trait::model, "3"),
                    trait_of(trait::transmission, "automatic")}),
              ElementsAre(2));
  EXPECT_THAT(with({trait_of(trait::amenity, "wi fi")}), UnorderedElementsAre(3, 4));
  EXPECT_THAT(with({trait_of(trait::amenity, "wifi"), trait_of(trait::amenity, "fireplace")}),
              ElementsAre(3));
  EXPECT_THAT(with({trait_of(trait::author, "frank HERBERT")}), ElementsAre(5));
  EXPECT_THAT(with({trait_of(trait::make, "diesel")}), IsEmpty()) << "of another trait";
}

TEST_P(Filters, by_traits_and_by_words_do_not_meet) {
  write({in_city(1, "Oslo")});
  const std::string mark{trait_mark};
  for (const auto& words : {std::string{"cityoslo"}, std::string{"cit"}, mark + "cityoslo"})
    EXPECT_THAT(by_words(words), IsEmpty()) << words;
  EXPECT_THAT(by_words("oslo"), ElementsAre(1)) << "as a word";
}

TEST_P(Filters, follow_the_content) {
  auto row = in_city(1, "Oslo");
  write({row});
  row.content.where.city = "Bergen";
  row.content.where.lat = 60.4;
  write({row});
  EXPECT_THAT(with({trait_of(trait::city, "Oslo")}), IsEmpty());
  EXPECT_THAT(with({trait_of(trait::city, "Bergen")}), ElementsAre(1));
  EXPECT_THAT(found({.near = circle{{60.4, 13.4}, 1000}}), ElementsAre(1));
  write({listing_deactivated{row.id, 3}});
  EXPECT_THAT(with({trait_of(trait::city, "Bergen")}), IsEmpty());
  EXPECT_THAT(found({.traits = {trait_of(trait::city, "Bergen")}, .only_active = false}),
              ElementsAre(1));
}

TEST_P(Filters, find_what_has_enough) {
  auto small = a_car(2, "Car");
  small.content.item = vehicle_details{"car", "Fiat", "500", 2020, 4, 185, "manual", "petrol"};
  auto hall = a_room(4, "Hall");
  hall.content.item = room_details{9, 4, 2, {}};
  write({a_car(1, "Van"), small, a_room(3, "Room"), hall, a_book(5, "Book")});
  EXPECT_THAT(with_least(measure::seats, 5), ElementsAre(1));
  EXPECT_THAT(with_least(measure::seats, 4), UnorderedElementsAre(1, 2));
  EXPECT_THAT(with_least(measure::seats, 0), UnorderedElementsAre(1, 2)) << "what has seats at all";
  EXPECT_THAT(with_least(measure::boot_litres, 186), ElementsAre(1));
  EXPECT_THAT(with_least(measure::year, 2016), ElementsAre(2));
  EXPECT_THAT(with_least(measure::guests, 3), ElementsAre(4));
  EXPECT_THAT(with_least(measure::beds, 1), UnorderedElementsAre(3, 4));
  EXPECT_THAT(with_least(measure::bathrooms, 2), ElementsAre(4));
  EXPECT_THAT(found({.least = {{measure::year, 2000}, {measure::seats, 5}}}), ElementsAre(1));
  EXPECT_THAT(found({.least = {{measure::seats, 5}, {measure::year, 2016}}}), IsEmpty());
  EXPECT_THAT(found({.words = "van", .least = {{measure::seats, 5}}}), ElementsAre(1));
}

TEST_P(Filters, that_contradict_each_other_find_nothing) {
  write({a_book(1, "Thing"), a_car(2, "Thing"), a_room(3, "Thing")});
  for (const std::string words : {"", "thing"}) {
    EXPECT_THAT(found({.words = words, .kind = item_kind::book, .least = {{measure::seats, 0}}}),
                IsEmpty());
    EXPECT_THAT(found({.words = words, .least = {{measure::seats, 0}, {measure::beds, 0}}}),
                IsEmpty());
    EXPECT_THAT(found({.words = words, .kind = item_kind::room, .least = {{measure::beds, 0}}}),
                ElementsAre(3));
  }
  EXPECT_EQ(
      failure(journal_->search(
          {.kind = item_kind::book, .least = {{measure::seats, 0}}, .page = {.cursor = "x"}})),
      journal_errc::bad_cursor);
}

TEST_P(Filters, find_what_was_rented_often_enough) {
  write({a_book(1, "x"), a_book(2, "x"), a_book(3, "x")});
  write({listing_rented{nth<listing_id>(1)}, listing_rented{nth<listing_id>(1)},
         listing_rented{nth<listing_id>(3)}});
  EXPECT_THAT(found({.min_times_rented = 1}), UnorderedElementsAre(1, 3));
  EXPECT_THAT(found({.words = "x", .min_times_rented = 2}), ElementsAre(1));
  EXPECT_THAT(found({.min_times_rented = 3}), IsEmpty());
}

/// Adverts and searches by chance, for the journal and for one in memory that goes through all.
class chance {
 public:
  explicit chance(unsigned seed) : engine_{seed} {}

  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == 0; }

  listing_row advert(std::uint32_t n) {
    auto row = one_in(3)   ? a_book(n, "Blue thing")
               : one_in(2) ? a_car(n, one_in(4) ? "Thin x" : "thing")
                           : a_room(n, "x");
    row.owner = one_in(4) ? bert : anna;
    row.active = !one_in(12);
    row.added_at = at(below(500));
    auto& content = row.content;
    content.description = one_in(20) ? "rare" : one_in(5) ? "thick thin thing" : "thing";
    content.terms.price = {{below(40)}, one_in(3) ? time_unit::hour : time_unit::day};
    content.where.city = city();
    content.where.lat = 52 + below(400) / 100.0;
    content.where.lon = below(2) == 0 ? 179 + below(100) / 100.0 : -180 + below(100) / 100.0;
    if (one_in(10)) content.where.lat = content.where.lon = std::nullopt;
    if (auto* car = std::get_if<vehicle_details>(&content.item)) {
      car->seats = 2 + below(6);
      car->year = 2000 + below(20);
      car->fuel = one_in(2) ? "Diesel" : "petrol";
    }
    if (auto* room = std::get_if<room_details>(&content.item)) room->guests = 1 + below(5);
    return row;
  }

  listing_query query() {
    listing_query q;
    static const char* const words[] = {"thi", "thi", "thin", "blue thing", "thing blue thi",
                                        "rare"};
    if (one_in(2)) q.words = words[below(6)];
    if (one_in(4)) q.min_price = money{below(500)};
    if (one_in(4)) q.max_price = money{below(500)};
    if (one_in(4)) q.traits.push_back(trait_of(trait::city, city()));
    if (one_in(6)) q.traits.push_back(trait_of(trait::fuel, "diesel"));
    if (one_in(5)) q.least.push_back({measure::seats, 2 + below(6)});
    if (one_in(6)) q.least.push_back({measure::year, 2000 + below(20)});
    if (one_in(8)) q.least.push_back({measure::guests, 1 + below(5)});
    if (one_in(6)) q.kind = static_cast<item_kind>(below(3));
    if (one_in(6)) q.owner = bert;
    if (one_in(8)) q.isbn = "9780441172719";
    if (one_in(5)) q.min_times_rented = below(3);
    if (one_in(6)) q.min_rating_hundredths = 100 + below(400);
    if (one_in(2)) q.near = circle{{54, 180 - below(2) * 359.9}, 1000 << below(10)};
    if (one_in(3)) q.free = free_time{{at(below(100)), at(100 + below(100))}, at(below(200))};
    q.only_active = !one_in(10);
    q.sort = static_cast<listing_sort>(below(7));
    q.page.limit = 100;
    return q;
  }

 private:
  std::string city() {
    static const std::string cities[] = {"Oslo", "Bergen", "Troms\xC3\xB8", "Vads\xC3\xB8"};
    return cities[below(4)];
  }
  std::mt19937 engine_;
};

/// What the list is sorted by, ascending.
std::int64_t place_of(const listing_row& row, const listing_query& q) {
  switch (effective_sort(q, !q.words.empty())) {
    case listing_sort::price:
      return price_per_day(row.content.terms.price).cents;
    case listing_sort::price_descending:
      return -price_per_day(row.content.terms.price).cents;
    case listing_sort::times_rented:
      return -row.times_rented;
    case listing_sort::rating:
      return -row.rating.rank();
    case listing_sort::distance:
      return distance_m(*coordinates_of(row.content), q.near->center);
    case listing_sort::newest:
      return -row.added_at.time_since_epoch().count();
    case listing_sort::relevance:
      break;
  }
  return 0;
}

struct everything {
  std::set<listing_id> ids;
  std::int64_t total = 0;
};

everything all_pages(journal& in, listing_query q) {
  everything all;
  std::optional<std::int64_t> last;
  for (int pages = 0; pages < 100; ++pages) {
    const auto page = value(in.search(q));
    all.total = page.total;
    for (const auto& row : page.items) {
      EXPECT_TRUE(all.ids.insert(row.id).second) << "repeated";
      EXPECT_LE(last.value_or(place_of(row, q)), place_of(row, q)) << "not in order";
      last = place_of(row, q);
    }
    if (!page.next) break;
    q.page.cursor = page.next;
  }
  return all;
}

TEST_P(Filters, in_any_mixture_find_what_going_through_all_adverts_finds) {
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  chance dice{seed};
  memory_store plain;
  const auto model = value(plain.connect());
  const auto lease = value(model->take_over(1, "model"));
  // More than are counted, so that both ways through a list are gone.
  std::vector<row_change> rows;
  for (std::uint32_t n = 0; n < 1500; ++n) {
    rows.emplace_back(dice.advert(n));
    for (int i = dice.below(3); i > 0; --i) rows.emplace_back(listing_rented{nth<listing_id>(n)});
    if (dice.one_in(2))
      rows.emplace_back(listing_rated{nth<listing_id>(n), {1 + dice.below(5), 1}});
    if (dice.one_in(2)) continue;
    const auto from = dice.below(200);
    rows.emplace_back(reservation_row{nth<listing_id>(n),
                                      nth<rental_id>(n),
                                      {at(from), at(from + 1 + dice.below(50))},
                                      dice.one_in(2)});
  }
  auto copy = to_entity(rental_n(999), 0);
  copy.rows = rows;
  ASSERT_FALSE(value(model->append({to_partition(1, lease, {copy})})).at(0).entities.at(0).failed);
  write(std::move(rows));

  int found = 0, many = 0;
  for (int i = 0; i < 150 && !HasFailure(); ++i) {
    const auto q = i == 0 ? listing_query{.sort = listing_sort::distance, .page = {.limit = 100}}
                          : dice.query();
    SCOPED_TRACE(testing::Message()
                 << "query " << i << ": words '" << q.words << "', traits " << q.traits.size()
                 << ", least " << q.least.size() << ", near " << q.near.has_value() << ", free "
                 << q.free.has_value() << ", sort " << boost::describe::enum_to_string(q.sort, ""));
    const auto expected = all_pages(*model, q);
    const auto got = all_pages(*journal_, q);
    EXPECT_EQ(got.ids, expected.ids);
    EXPECT_EQ(got.total, expected.total);
    found += !got.ids.empty();
    many += got.total == counted_exactly;
  }
  EXPECT_GT(found, 30);
  EXPECT_GT(many, 0);
}

}  // namespace
}  // namespace rentwave::testing_journal
