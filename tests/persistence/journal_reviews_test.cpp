// Reviews, and adverts sorted and chosen by what they were given.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const auto carl = nth<account_id>(3);
const auto boat = nth<listing_id>(1);

/// Of rental `n` of the boat, which is Anna's: by Bert, or about him.
review_row review_no(std::uint32_t n, rental::party by, std::int64_t written_s) {
  review_row row;
  row.rental = nth<rental_id>(n);
  row.by = by;
  row.author = by == rental::party::renter ? bert : anna;
  row.about = by == rental::party::renter ? anna : bert;
  row.listing = boat;
  row.rating = 4;
  row.text =
      "N\xC3\xA4"
      "chstes Mal wieder.\nNext time again.";
  row.at = at(written_s);
  return row;
}

std::vector<rental_id> rentals_of(const std::vector<review_row>& rows) {
  std::vector<rental_id> found;
  for (const auto& row : rows) found.push_back(row.rental);
  return found;
}

class Reviews : public Journal {
 protected:
  template <class Id>
  std::vector<rental_id> about(Id what) {
    return rentals_of(value(journal_->reviews({what, {}})).items);
  }
};
INSTANTIATE_TEST_SUITE_P(Every, Reviews, testing::ValuesIn(journal_kinds()), kind_name);

TEST_P(Reviews, are_given_back_as_written) {
  const auto written = review_no(1, rental::party::renter, 5);
  write({written});
  const auto page = value(journal_->reviews({boat, {}}));
  ASSERT_THAT(page.items, SizeIs(1));
  EXPECT_FALSE(page.next);
  const auto& row = page.items[0];
  EXPECT_EQ(row.rental, written.rental);
  EXPECT_EQ(row.by, rental::party::renter);
  EXPECT_EQ(row.author, bert);
  EXPECT_EQ(row.about, anna);
  EXPECT_EQ(row.listing, boat);
  EXPECT_EQ(row.rating, 4);
  EXPECT_EQ(row.text, written.text);
  EXPECT_EQ(row.at, at(5));
}

TEST_P(Reviews, of_an_advert_are_its_renters_and_of_a_person_the_other_sides) {
  auto elsewhere = review_no(3, rental::party::renter, 7);
  elsewhere.listing = nth<listing_id>(2);
  write({review_no(1, rental::party::renter, 5), review_no(1, rental::party::owner, 6), elsewhere,
         review_no(2, rental::party::renter, 8)});
  EXPECT_THAT(about(boat), ElementsAre(nth<rental_id>(2), nth<rental_id>(1)));
  EXPECT_THAT(about(nth<listing_id>(2)), ElementsAre(nth<rental_id>(3)));
  EXPECT_THAT(about(nth<listing_id>(9)), IsEmpty());
  EXPECT_THAT(about(anna), ElementsAre(nth<rental_id>(2), nth<rental_id>(3), nth<rental_id>(1)));
  EXPECT_THAT(about(bert), ElementsAre(nth<rental_id>(1)));
  EXPECT_THAT(about(carl), IsEmpty());
}

TEST_P(Reviews, are_one_a_side) {
  auto again = review_no(1, rental::party::renter, 5);
  write({again});
  again.text = "The same event, written by a rebuild.";
  write({again});
  const auto page = value(journal_->reviews({anna, {}}));
  ASSERT_THAT(page.items, SizeIs(1));
  EXPECT_EQ(page.items[0].text, again.text);
}

TEST_P(Reviews, are_paged_without_gap_or_repeat_while_others_are_written) {
  const auto is_new = [](const rental_id& id) { return id >= nth<rental_id>(100); };
  std::vector<row_change> rows;
  std::vector<rental_id> newest_first;
  for (std::uint32_t n = 1; n <= 23; ++n) {
    rows.emplace_back(review_no(n, rental::party::renter, n / 5));  // many at one time
    newest_first.insert(newest_first.begin(), nth<rental_id>(n));
  }
  write(std::move(rows));
  std::uint32_t others = 100;
  for (auto wanted : {review_query{boat, {.limit = 4}}, review_query{anna, {.limit = 4}}}) {
    std::vector<rental_id> seen;
    for (int pages = 1;; ++pages) {
      const auto page = value(journal_->reviews(wanted));
      for (const auto& row : page.items) seen.push_back(row.rental);
      if (!page.next) break;
      ASSERT_THAT(page.items, SizeIs(4));
      ASSERT_LT(pages, 10);
      wanted.page.cursor = page.next;
      write({review_no(others++, rental::party::renter, 50)});
    }
    std::erase_if(seen, is_new);
    EXPECT_EQ(seen, newest_first);
  }
}

TEST_P(Reviews, refuse_cursors_of_other_lists) {
  write({review_no(1, rental::party::renter, 1), review_no(2, rental::party::renter, 2)});
  const auto next = value(journal_->reviews({boat, {.limit = 1}})).next;
  ASSERT_TRUE(next);
  EXPECT_EQ(failure(journal_->wallet_entries(anna, {.limit = 1, .cursor = next})),
            journal_errc::bad_cursor);
  EXPECT_EQ(failure(journal_->reviews({boat, {.limit = 1, .cursor = "x"}})),
            journal_errc::bad_cursor);
}

TEST_P(Reviews, take_a_limit_from_1_to_100) {
  std::vector<row_change> rows;
  for (std::uint32_t n = 1; n <= 101; ++n) rows.emplace_back(review_no(n, rental::party::owner, n));
  write(std::move(rows));
  EXPECT_THAT(value(journal_->reviews({bert, {.limit = 0}})).items, SizeIs(1));
  EXPECT_THAT(value(journal_->reviews({bert, {.limit = 1000}})).items, SizeIs(100));
}

// --- adverts by their rating ---

class Ratings : public Journal {
 protected:
  static listing_row advert_no(std::uint32_t n) {
    listing_row row;
    row.id = nth<listing_id>(n);
    row.owner = anna;
    row.revision = 1;
    row.added_at = at(n);
    row.content.title = "Canoe";
    row.content.item = room_details{2, 1, 1, {}};
    return row;
  }
  std::vector<int> found(listing_query wanted) {
    std::vector<int> numbers;
    for (const auto& row : value(journal_->search(wanted)).items)
      numbers.push_back(row.id.value.data[15]);
    return numbers;
  }
  /// Adverts 1 to 5: 4.50 of two, none, 4.50 of four, 5.00 of one, 4.33 of three.
  void fill() {
    for (std::uint32_t n = 1; n <= 5; ++n) write({advert_no(n)});
    write({listing_rated{nth<listing_id>(1), {9, 2}}, listing_rated{nth<listing_id>(3), {18, 4}},
           listing_rated{nth<listing_id>(4), {5, 1}}, listing_rated{nth<listing_id>(5), {13, 3}}});
  }
};
INSTANTIATE_TEST_SUITE_P(Every, Ratings, testing::ValuesIn(journal_kinds()), kind_name);

TEST_P(Ratings, are_shown_and_kept_over_updates) {
  fill();
  auto update = advert_no(3);
  update.content.title = "Kayak";
  write({update});
  const auto rows = value(journal_->search({.words = "kayak"})).items;
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].rating, (rating_total{18, 4}));
  // Even over what the domain does not do.
  update.content.item = book_details{"9780441172719", "Kayak", "Somebody"};
  write({update});
  EXPECT_EQ(value(journal_->search({.words = "kayak"})).items.at(0).rating, (rating_total{18, 4}));
  EXPECT_THAT(found({.sort = listing_sort::rating}), ElementsAre(4, 3, 1, 5, 2));
  write({listing_rated{nth<listing_id>(9), {5, 1}}});  // of none that is there
}

TEST_P(Ratings, sort_by_average_then_count) {
  fill();
  for (const std::string words : {"", "canoe"}) {
    EXPECT_THAT(found({.words = words, .sort = listing_sort::rating}), ElementsAre(4, 3, 1, 5, 2));
    EXPECT_THAT(found({.words = words, .owner = anna, .sort = listing_sort::rating}),
                ElementsAre(4, 3, 1, 5, 2));
  }
  write({listing_rated{nth<listing_id>(2), {10, 2}}});
  EXPECT_THAT(found({.sort = listing_sort::rating}), ElementsAre(2, 4, 3, 1, 5));
}

TEST_P(Ratings, are_chosen_from_an_average_on) {
  fill();
  const auto from = [&](std::int64_t hundredths, std::string words = "") {
    return found({.words = std::move(words),
                  .min_rating_hundredths = hundredths,
                  .sort = listing_sort::newest});
  };
  for (const std::string words : {"", "canoe"}) {
    EXPECT_THAT(from(100, words), ElementsAre(5, 4, 3, 1)) << "without reviews there is none";
    EXPECT_THAT(from(433, words), ElementsAre(5, 4, 3, 1)) << "13 / 3 is seen as 4.33";
    EXPECT_THAT(from(434, words), ElementsAre(4, 3, 1));
    EXPECT_THAT(from(450, words), ElementsAre(4, 3, 1));
    EXPECT_THAT(from(500, words), ElementsAre(4));
  }
  EXPECT_EQ(value(journal_->search({.min_rating_hundredths = 450})).total, 3);
  EXPECT_THAT(found({.kind = item_kind::book, .min_rating_hundredths = 100}), IsEmpty());
}

TEST_P(Ratings, are_paged_without_gap_or_repeat_while_adverts_are_rated) {
  std::vector<row_change> rows;
  for (std::uint32_t n = 1; n <= 40; ++n) {
    rows.emplace_back(advert_no(n));
    if (n % 4 != 0)
      rows.emplace_back(listing_rated{nth<listing_id>(n), {4 * (n % 3 + 1), n % 3 + 1}});
  }
  write(std::move(rows));
  for (const std::string words : {"", "canoe"}) {
    listing_query wanted{.words = words, .sort = listing_sort::rating, .page = {.limit = 7}};
    std::vector<listing_id> seen;
    std::int64_t last = INT64_MAX;
    for (int pages = 1;; ++pages) {
      const auto page = value(journal_->search(wanted));
      EXPECT_EQ(page.total, 40);
      for (const auto& row : page.items) {
        EXPECT_LE(row.rating.rank(), last);
        last = row.rating.rank();
        seen.push_back(row.id);
      }
      if (!page.next) break;
      ASSERT_LT(pages, 6);  // 40 in sevens
      wanted.page.cursor = page.next;
      // One that was shown is rated down to where the pages are not yet, and up again.
      write({listing_rated{page.items.front().id, {5, 1}}});
    }
    EXPECT_THAT(seen, SizeIs(40));
    std::ranges::sort(seen);
    EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end()) << "repeated";
  }
}

TEST_P(Reviews, and_ratings_are_made_anew) {
  append({to_entity(rental_n(1), 0, {event(1)})});
  listing_row advert;
  advert.id = boat;
  advert.owner = anna;
  advert.content.title = "Boat";
  advert.content.item = room_details{2, 1, 1, {}};
  write({advert, review_no(7, rental::party::renter, 1), listing_rated{boat, {25, 5}}});
  value(journal_->rebuild_rows(
      [&](const stored_event&) -> journal_result<std::vector<row_change>> {
        return std::vector<row_change>{advert, review_no(8, rental::party::renter, 2),
                                       listing_rated{boat, {4, 1}}};
      },
      [](std::int64_t, std::int64_t) {}));
  EXPECT_THAT(about(boat), ElementsAre(nth<rental_id>(8)));
  EXPECT_EQ(value(journal_->search({})).items.at(0).rating, (rating_total{4, 1}));
}

}  // namespace
}  // namespace rentwave::testing_journal
