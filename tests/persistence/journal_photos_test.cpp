// The bytes of photos, and the rows that say which advert shows which.
#include <gmock/gmock.h>

#include <thread>

#include "tests/persistence/adverts.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

photo_id photo_no(int n) {
  photo_id id;
  id.digest[0] = static_cast<std::uint8_t>(n);
  return id;
}

photo seen(int n) {
  return {photo_no(n), photo_type::webp, 640, 480, 3};
}

photo_row showing(std::uint32_t advert, std::int64_t version, int n) {
  return {nth<listing_id>(advert), version, seen(n)};
}

stored_photo bytes(std::string text) {
  return {photo_type::png, std::move(text)};
}

/// What there is to read of it; empty: nothing.
std::string read(journal& in, int n) {
  const auto found = value(in.get_photo(photo_no(n)));
  return found ? found->bytes : "";
}

/// How many a whole sweep removes, looking at `part` at a time.
int sweep(journal& in, instant before, int part = 100) {
  int removed = 0;
  std::optional<photo_id> after;
  do {
    const auto done = value(in.sweep_photos(after, before, part));
    removed += done.removed;
    after = done.next;
  } while (after);
  return removed;
}

TEST_P(Journal, gives_the_bytes_of_a_photo_that_an_advert_shows) {
  const std::string all{"\0\xFF'\\\n", 5};
  value(journal_->put_photo(photo_no(1), bytes(all), at(0)));
  EXPECT_FALSE(value(journal_->get_photo(photo_no(1)))) << "nobody shows it";
  write({showing(1, 2, 1)});
  const auto found = value(journal_->get_photo(photo_no(1)));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->bytes, all);
  EXPECT_EQ(found->type, photo_type::png);
  EXPECT_FALSE(value(journal_->get_photo(photo_no(2))));
}

TEST_P(Journal, says_of_a_photo_what_an_advert_shows_without_its_bytes) {
  value(journal_->put_photo(photo_no(1), bytes("abc"), at(0)));
  EXPECT_FALSE(value(journal_->find_photo(photo_no(1)))) << "nobody shows it";
  write({showing(1, 2, 1), showing(2, 2, 1)});
  EXPECT_EQ(value(journal_->find_photo(photo_no(1))), seen(1));
  write({photo_row_removed{nth<listing_id>(1), photo_no(1)}});
  EXPECT_TRUE(value(journal_->find_photo(photo_no(1)))) << "another shows it";
  write({photo_row_removed{nth<listing_id>(2), photo_no(1)}});
  EXPECT_FALSE(value(journal_->find_photo(photo_no(1))));
}

TEST_P(Journal, takes_the_bytes_of_a_photo_twice) {
  write({showing(1, 2, 1)});
  for (int i = 0; i < 2; ++i) value(journal_->put_photo(photo_no(1), bytes("abc"), at(i)));
  EXPECT_EQ(read(*journal_, 1), "abc");
}

TEST_P(Journal, keeps_a_photo_as_large_as_they_may_be) {
  std::string large(5 << 20, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7919 >> 3);
  value(journal_->put_photo(photo_no(1), bytes(large), at(0)));
  write({showing(1, 2, 1)});
  EXPECT_TRUE(read(*journal_, 1) == large);
}

TEST_P(Journal, shows_photos_in_the_order_of_their_events) {
  write({a_book(1, "Dune"), a_book(2, "Emma"), showing(1, 9, 3), showing(1, 4, 1), showing(1, 7, 2),
         showing(2, 2, 1)});
  const auto photos_of = [&](std::uint32_t n) {
    std::vector<photo> found;
    for (const auto& row : value(journal_->search({})).items)
      if (row.id == nth<listing_id>(n)) found = row.photos;
    return found;
  };
  EXPECT_THAT(photos_of(1), ElementsAre(seen(1), seen(2), seen(3)));
  EXPECT_THAT(photos_of(2), ElementsAre(seen(1)));
  write({photo_row_removed{nth<listing_id>(1), photo_no(2)}});
  EXPECT_THAT(photos_of(1), ElementsAre(seen(1), seen(3)));
  write({listing_removed{nth<listing_id>(1)}, a_book(1, "Dune")});
  EXPECT_THAT(photos_of(1), IsEmpty()) << "they went with the advert";
  EXPECT_THAT(photos_of(2), ElementsAre(seen(1)));
}

TEST_P(Journal, sweeps_away_what_no_advert_shows_and_is_old) {
  for (const int n : {1, 2, 3, 4})
    value(journal_->put_photo(photo_no(n), bytes("abc"), at(n)));
  write({showing(1, 2, 1), showing(1, 3, 2), showing(2, 2, 2)});
  write({photo_row_removed{nth<listing_id>(1), photo_no(1)},
         photo_row_removed{nth<listing_id>(1), photo_no(2)}});
  EXPECT_EQ(sweep(*journal_, at(4)), 2) << "1 and 3; another advert shows 2, and 4 is young";
  EXPECT_EQ(sweep(*journal_, at(4)), 0);
  write({showing(3, 2, 1), showing(3, 3, 4)});
  EXPECT_EQ(read(*journal_, 1), "");
  EXPECT_EQ(read(*journal_, 2), "abc");
  EXPECT_EQ(read(*journal_, 4), "abc");
  EXPECT_EQ(sweep(*journal_, at(1000)), 0) << "all are shown";
}

TEST_P(Journal, counts_a_photo_as_young_when_it_is_put_again) {
  value(journal_->put_photo(photo_no(1), bytes("abc"), at(1)));
  value(journal_->put_photo(photo_no(1), bytes("abc"), at(10)));
  value(journal_->put_photo(photo_no(1), bytes("abc"), at(5)));
  EXPECT_EQ(sweep(*journal_, at(10)), 0);
  EXPECT_EQ(sweep(*journal_, at(11)), 1);
}

TEST_P(Journal, sweeps_in_parts) {
  for (int n = 1; n <= 7; ++n)
    value(journal_->put_photo(photo_no(n), bytes("abc"), at(0)));
  write({showing(1, 2, 3)});
  const auto first = value(journal_->sweep_photos({}, at(1), 3));
  EXPECT_EQ(first.removed, 2);
  EXPECT_EQ(first.next, photo_no(3));
  EXPECT_EQ(sweep(*journal_, at(1), 2), 4);
  EXPECT_EQ(read(*journal_, 3), "abc");
}

TEST_P(Journal, never_touches_the_bytes_in_a_rebuild) {
  value(journal_->put_photo(photo_no(1), bytes("abc"), at(0)));
  write({showing(1, 2, 2)});
  append({to_entity(rental_n(1), 0, {event(1)})});
  value(journal_->rebuild_rows(
      [](const stored_event&) { return std::vector<row_change>{showing(1, 2, 1)}; },
      [](std::int64_t, std::int64_t) {}));
  EXPECT_EQ(read(*journal_, 1), "abc");
  EXPECT_EQ(sweep(*journal_, at(1)), 0);
  EXPECT_THAT(value(journal_->search({.only_active = false})).items, IsEmpty());
}

/// Whoever appends while another connection puts megabytes waits, and does not fail.
TEST_P(Journal, goes_on_appending_while_photos_are_put) {
  const auto keeper = value(store_->connect());
  const std::string large(5 << 20, 'x');
  std::thread putting([&] {
    for (int n = 1; n <= 5; ++n)
      EXPECT_TRUE(keeper->put_photo(photo_no(n), bytes(large), at(0)));
    EXPECT_EQ(sweep(*keeper, at(1)), 5);
  });
  for (std::uint32_t n = 1; n <= 50; ++n) append({to_entity(rental_n(n), 0, {event(n)})});
  putting.join();
}

}  // namespace
}  // namespace rentwave::testing_journal
