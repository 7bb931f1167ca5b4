// The search by where an advert is and when it is free.
#include <gmock/gmock.h>

#include <cstdio>
#include <random>

#include "actors/domain/listing.hpp"
#include "persistence/projection.hpp"
#include "tests/persistence/adverts.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

listing_row placed(std::uint32_t n, double lat, double lon) {
  auto row = a_book(n, "Thing");
  row.content.where.lat = lat;
  row.content.where.lon = lon;
  return row;
}

class Nearby : public Search {
 protected:
  std::vector<int> near(double lat, double lon, std::int64_t radius_m,
                        listing_sort sort = listing_sort::newest, std::string words = "") {
    return found({.words = std::move(words), .near = circle{{lat, lon}, radius_m}, .sort = sort});
  }
};
INSTANTIATE_TEST_SUITE_P(Every, Nearby, testing::ValuesIn(journal_kinds()), kind_name);

TEST_P(Nearby, is_within_the_radius_to_the_metre) {
  auto nowhere = a_book(4, "Thing");
  nowhere.content.where.lat = nowhere.content.where.lon = std::nullopt;
  // A degree of latitude is 111,195 m.
  write({placed(1, 50, 7), placed(2, 51, 7), placed(3, 50, 9), nowhere});
  EXPECT_THAT(near(50, 7, 0), ElementsAre(1));
  EXPECT_THAT(near(50, 7, 111'194), ElementsAre(1));
  EXPECT_THAT(near(50, 7, 111'195), ElementsAre(2, 1));
  EXPECT_THAT(near(50, 7, farthest_m), ElementsAre(3, 2, 1)) << "but not what is nowhere";
  EXPECT_THAT(near(50, 7, 111'195, listing_sort::newest, "thin"), ElementsAre(2, 1));
  EXPECT_THAT(near(50, 7, 111'195, listing_sort::newest, "other"), IsEmpty());
}

TEST_P(Nearby, reaches_over_the_antimeridian_and_the_pole) {
  write({placed(1, -17, 179.9), placed(2, -17, -179.9), placed(3, 89.9, 0), placed(4, 89.9, 180),
         placed(5, 90, 33), placed(6, -17, 180)});
  EXPECT_THAT(near(-17, 179.95, 30'000), UnorderedElementsAre(1, 2, 6));
  EXPECT_THAT(near(-17, -179.95, 30'000), UnorderedElementsAre(1, 2, 6));
  EXPECT_THAT(near(-17, -180, 5'000), ElementsAre(6)) << "180 and -180 are one meridian";
  EXPECT_THAT(near(89.9, 0, 23'000), UnorderedElementsAre(3, 4, 5));
  EXPECT_THAT(near(90, 0, 12'000), UnorderedElementsAre(3, 4, 5));
}

TEST_P(Nearby, is_sorted_by_distance) {
  write({placed(1, 50, 7.3), placed(2, 50, 7.1), placed(3, 50, 7.2), placed(4, 50, 7)});
  EXPECT_THAT(near(50, 7, 100'000, listing_sort::distance), ElementsAre(4, 2, 3, 1));
  EXPECT_THAT(near(50, 7.4, 100'000, listing_sort::distance), ElementsAre(1, 3, 2, 4));
  EXPECT_THAT(near(50, 7, 100'000, listing_sort::distance, "thing"), ElementsAre(4, 2, 3, 1));
  EXPECT_THAT(found({.sort = listing_sort::distance}), ElementsAre(4, 3, 2, 1))
      << "without a place it means newest";
}

TEST_P(Nearby, gives_many_once_each_nearest_first) {
  std::vector<row_change> rows;
  // More than are counted, at all distances up to 1,300 km, two by two.
  constexpr std::uint32_t count = 1300;
  for (std::uint32_t n = 0; n < count; ++n) rows.emplace_back(placed(n, 40 + n / 2 * 0.02, 7));
  write(std::move(rows));
  listing_query wanted{
      .near = circle{{40, 7}, 5'000'000}, .sort = listing_sort::distance, .page = {.limit = 100}};
  std::vector<std::uint32_t> order;
  for (int pages = 0; pages <= 13; ++pages) {
    const auto page = value(journal_->search(wanted));
    EXPECT_TRUE(page.total_is_more);
    for (const auto& row : page.items)
      order.push_back(static_cast<std::uint32_t>((*row.content.where.lat - 40) / 0.02 + 0.5));
    wanted.page.cursor = page.next;
    if (!page.next) break;
  }
  ASSERT_EQ(order.size(), count);
  for (std::uint32_t n = 0; n < count; ++n) EXPECT_EQ(order[n], n / 2);
}

// --- when it is free ---

class Free : public Search {
 protected:
  void book(std::uint32_t listing, std::uint32_t rental, std::int64_t from, std::int64_t to,
            bool out = false) {
    write({reservation_row{
        nth<listing_id>(listing), nth<rental_id>(rental), {at(from), at(to)}, out}});
  }
  std::vector<int> free(std::int64_t from, std::int64_t to, std::int64_t now = 0,
                        std::string words = "") {
    return found({.words = std::move(words), .free = free_time{{at(from), at(to)}, at(now)}});
  }
};
INSTANTIATE_TEST_SUITE_P(Every, Free, testing::ValuesIn(journal_kinds()), kind_name);

TEST_P(Free, is_what_no_booking_overlaps) {
  write({a_book(1, "Thing"), a_book(2, "Thing")});
  book(1, 1, 10, 20);
  EXPECT_THAT(free(15, 16), ElementsAre(2));
  EXPECT_THAT(free(0, 11), ElementsAre(2));
  EXPECT_THAT(free(19, 30), ElementsAre(2));
  EXPECT_THAT(free(0, 10), ElementsAre(2, 1));
  EXPECT_THAT(free(20, 30), ElementsAre(2, 1));
  EXPECT_THAT(free(15, 16, 0, "thing"), ElementsAre(2));
  write({reservation_moved{nth<rental_id>(1), at(25)}});
  EXPECT_THAT(free(20, 30), ElementsAre(2));
  write({reservation_released{nth<rental_id>(1)}});
  EXPECT_THAT(free(15, 16), ElementsAre(2, 1));
}

TEST_P(Free, is_what_no_block_overlaps) {
  write({a_book(1, "Thing"), a_book(2, "Thing")});
  const auto mine = nth<block_id>(7);
  write({block_row{nth<listing_id>(1), mine, {at(10), at(20)}}});
  EXPECT_THAT(free(15, 16), ElementsAre(2));
  book(1, 1, 19, 30);
  const auto overlaps = value(journal_->overlapping_reservations());
  ASSERT_EQ(overlaps.size(), 1U) << "a booking must not overlap a block";
  EXPECT_EQ(overlaps[0].first, rental_id{mine.value});
  write({block_removed{mine}});
  EXPECT_THAT(free(15, 16), ElementsAre(2, 1));
}

TEST_P(Free, is_not_now_what_is_late) {
  write({a_book(1, "Thing")});
  book(1, 1, 10, 20);
  EXPECT_THAT(free(25, 30, 25), ElementsAre(1)) << "its renter never took it";
  write({reservation_handed_over{nth<rental_id>(1)}});
  EXPECT_THAT(free(25, 30, 25), IsEmpty());
  EXPECT_THAT(free(26, 30, 25), ElementsAre(1)) << "it may be back by then";
}

TEST_P(Free, forgets_the_blocks_of_an_advert_that_is_gone) {
  write({a_book(1, "Thing")});
  write({block_row{nth<listing_id>(1), nth<block_id>(7), {at(10), at(20)}}});
  write({listing_removed{nth<listing_id>(1)}});
  write({a_book(1, "Thing")});
  EXPECT_THAT(free(15, 16), ElementsAre(1));
}

TEST_P(Free, is_what_the_listing_itself_calls_free) {
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::mt19937 engine{seed};
  const auto below = [&](int n) { return static_cast<int>(engine() % static_cast<unsigned>(n)); };
  const auto id = nth<listing_id>(1);
  auto content = a_book(1, "Thing").content;
  content.min_duration = duration{1};
  listing::state advert;
  std::vector<rental_id> rentals;
  std::vector<block_id> blocks;
  instant now = at(0);
  const auto play = [&](const listing::command& what) {
    const auto happened = decide(advert, what, {now, anna});
    if (!happened) return;
    std::vector<row_change> rows;
    for (const auto& each : *happened) {
      project({listing_ref(id), 1, now}, each, rows);
      advert = evolve(std::move(advert), each);
    }
    if (!rows.empty()) write(std::move(rows));
  };
  play(listing::post{id, anna, content});
  int taken = 0, idle = 0;
  for (std::uint32_t n = 1; n < 120; ++n) {
    now += std::chrono::seconds{below(40)};
    const period when{now + std::chrono::seconds{below(200)},
                      now + std::chrono::seconds{200 + below(100)}};
    switch (below(6)) {
      case 0:
        blocks.push_back(nth<block_id>(n));
        play(listing::block{blocks.back(), when, ""});
        break;
      case 1:
        if (!blocks.empty()) play(listing::unblock{blocks[n % blocks.size()]});
        break;
      case 2:
        if (!rentals.empty()) play(listing::release{rentals[n % rentals.size()], true});
        break;
      case 3:
        if (!rentals.empty()) play(listing::extend{rentals.back(), when.end, static_cast<int>(n)});
        break;
      default:
        rentals.push_back(nth<rental_id>(n));
        play(listing::reserve{rentals.back(), bert, {below(2) == 0 ? now : when.start, when.end}});
    }
    for (const auto& each : std::vector{advert.bookings})
      if (each.when.start <= now) play(listing::hand_over{each.rental});
    for (int i = 0; i < 4; ++i) {
      const period asked{now + std::chrono::seconds{below(300)},
                         now + std::chrono::seconds{300 + below(100)}};
      const period wanted = i == 0 ? period{now, now + std::chrono::seconds{1}} : asked;
      const bool is_free = listing::is_free(advert, wanted, now);
      ++(is_free ? idle : taken);
      EXPECT_EQ(found({.free = free_time{wanted, now}}), std::vector<int>(is_free ? 1 : 0, 1))
          << "in step " << n;
    }
  }
  EXPECT_GT(taken, 20);
  EXPECT_GT(idle, 20);
}

}  // namespace
}  // namespace rentwave::testing_journal
