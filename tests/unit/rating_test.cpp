// Ratings added up, and how adverts and people keep them.
#include "actors/domain/rating.hpp"

#include <gtest/gtest.h>

#include "tests/unit/listing_scene.hpp"

namespace rentwave {
namespace {

rating_total sum_of(std::initializer_list<int> given) {
  rating_total sum;
  for (const int stars : given) sum = sum.with(stars);
  return sum;
}

TEST(Rating, is_added_up_in_whole_numbers) {
  EXPECT_EQ(rating_total{}, (rating_total{0, 0}));
  EXPECT_EQ(sum_of({5, 4, 4}), (rating_total{13, 3}));
}

TEST(Rating, has_an_average_with_two_decimals_rounded_half_up) {
  EXPECT_EQ(rating_total{}.average_hundredths(), 0);
  EXPECT_EQ(sum_of({5}).average_hundredths(), 500);
  EXPECT_EQ(sum_of({5, 4}).average_hundredths(), 450);
  EXPECT_EQ(sum_of({5, 4, 4}).average_hundredths(), 433);           // 4.333…
  EXPECT_EQ(sum_of({5, 5, 4}).average_hundredths(), 467);           // 4.666…
  EXPECT_EQ((rating_total{33, 8}).average_hundredths(), 413);       // 4.125
  EXPECT_EQ((rating_total{4999, 1000}).average_hundredths(), 500);  // 4.999
}

TEST(Rating, ranks_by_the_average_then_by_the_count) {
  // From the worst to the best.
  const rating_total table[] = {{},
                                sum_of({1}),
                                sum_of({1, 1}),
                                sum_of({3, 3, 3}),
                                sum_of({4, 4, 5}),
                                sum_of({5, 5, 4}),
                                {1867, 400},  // 4.6675, which is seen as 4.67 too, and more often
                                sum_of({5}),
                                sum_of({5, 5})};
  for (std::size_t i = 1; i < std::size(table); ++i)
    EXPECT_LT(table[i - 1].rank(), table[i].rank()) << i;
}

TEST(Rating, of_an_average_starts_at_its_lowest_rank) {
  for (const auto& one : {sum_of({1}), sum_of({4, 4, 5}), sum_of({5, 5, 5})}) {
    EXPECT_GE(one.rank(), rating_total::lowest_rank(one.average_hundredths()));
    EXPECT_LT(one.rank(), rating_total::lowest_rank(one.average_hundredths() + 1));
  }
  const rating_total more_than_fit{std::int64_t{4} << 40, std::int64_t{1} << 40};
  EXPECT_LT(more_than_fit.rank(), rating_total::lowest_rank(401));
}

TEST(Listing, adds_up_what_its_renters_give) {
  listing::scene stage;
  EXPECT_EQ(stage.play_once(listing::rate{listing::rental(1), 5}), names{"listing.rate"});
  EXPECT_EQ(stage.play_once(listing::rate{listing::rental(2), 2}), names{"listing.rate"});
  const auto& e = stage.happened<listing::rated>(0);
  EXPECT_EQ(e.rental, listing::rental(2));
  EXPECT_EQ(e.rating, 2);
  EXPECT_EQ(e.total, (rating_total{7, 2}));
  EXPECT_EQ(stage.s.rating, (rating_total{7, 2}));
  EXPECT_EQ(stage.s.revision, 1) << "its content stays what it was";
  EXPECT_TRUE(std::holds_alternative<accepted>(stage.answer()));
}

TEST(Listing, that_was_removed_is_rated_all_the_same) {
  listing::scene stage;
  stage.play(listing::remove{}, listing::owner);
  EXPECT_EQ(stage.play_once(listing::rate{listing::rental(1), 5}), names{"listing.rate"});
  ::rentwave::stage<listing::state> nothing;
  EXPECT_EQ(nothing.code(listing::rate{listing::rental(1), 5}), "unknown_entity");
}

TEST(Account, adds_up_what_is_given_to_its_person) {
  stage<account::state> person;
  // Even before the login has opened it: that may be behind.
  EXPECT_EQ(person.play_once(account::rate{ada, numbered<rental_id>(1), 4}), names{"account.rate"});
  EXPECT_EQ(person.s.id, ada);
  EXPECT_FALSE(person.s.exists);
  EXPECT_EQ(person.play(account::open{ada, "ada", {"Ada"}, {}, {}}), names{"account.open"});
  EXPECT_EQ(person.play_once(account::rate{ada, numbered<rental_id>(2), 5}), names{"account.rate"});
  const auto& e = person.happened<account::rated>(0);
  EXPECT_EQ(e.id, ada);
  EXPECT_EQ(e.rental, numbered<rental_id>(2));
  EXPECT_EQ(e.rating, 5);
  EXPECT_EQ(person.s.rating, (rating_total{9, 2}));
  EXPECT_EQ(person.s.rating, e.total);
}

}  // namespace
}  // namespace rentwave
