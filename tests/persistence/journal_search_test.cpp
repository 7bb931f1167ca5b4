#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "actors/domain/tariff.hpp"
#include "tests/persistence/adverts.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

INSTANTIATE_TEST_SUITE_P(Every, Search, testing::ValuesIn(journal_kinds()), kind_name);

TEST_P(Search, gives_adverts_back_as_written) {
  auto row = a_room(1, "A room");
  row.content.extra = R"({"view":"sea"})";
  write({row});
  const auto page = value(journal_->search({}));
  ASSERT_THAT(page.items, SizeIs(1));
  EXPECT_EQ(page.total, 1);
  EXPECT_FALSE(page.total_is_more);
  EXPECT_FALSE(page.next);
  const auto& got = page.items[0];
  EXPECT_EQ(got.id, row.id);
  EXPECT_EQ(got.owner, anna);
  EXPECT_TRUE(got.active);
  EXPECT_EQ(got.revision, 1);
  EXPECT_EQ(got.times_rented, 0);
  EXPECT_EQ(got.added_at, at(1));
  EXPECT_EQ(got.content, row.content);
}

TEST_P(Search, finds_every_word_wherever_it_stands) {
  write({a_book(1, "A desert planet", "Sand and spice"), a_book(2, "A desert"), a_car(3, "Camper"),
         a_room(4, "Garden room")});
  EXPECT_THAT(by_words("desert"), UnorderedElementsAre(1, 2));
  EXPECT_THAT(by_words("spice desert"), ElementsAre(1)) << "in any order, of title and description";
  EXPECT_THAT(by_words("desert snow"), IsEmpty());
  EXPECT_THAT(by_words("herbert"), UnorderedElementsAre(1, 2)) << "the author";
  EXPECT_THAT(by_words("9780441172719"), UnorderedElementsAre(1, 2)) << "the ISBN";
  EXPECT_THAT(by_words("volkswagen diesel"), ElementsAre(3)) << "the vehicle's own texts";
  EXPECT_THAT(by_words("fireplace"), ElementsAre(4)) << "an amenity";
  EXPECT_THAT(by_words("camper berlin"), ElementsAre(3)) << "the city";
}

TEST_P(Search, takes_only_the_last_word_as_a_prefix) {
  write({a_book(1, "Mountain bike")});
  EXPECT_THAT(by_words("mountain bi"), ElementsAre(1));
  EXPECT_THAT(by_words("moun bike"), IsEmpty());
  EXPECT_THAT(by_words("bikes"), IsEmpty());
}

TEST_P(Search, takes_a_single_character_as_a_whole_word) {
  write({a_book(1, "Mountain bike"), a_book(2, "Vitamin b \xC3\xA9")});
  EXPECT_THAT(by_words("b"), ElementsAre(2));
  EXPECT_THAT(by_words("B"), ElementsAre(2));
  EXPECT_THAT(by_words("mountain b"), IsEmpty());
  EXPECT_THAT(by_words("m"), IsEmpty());
  EXPECT_THAT(by_words("\xC3\xA9"), ElementsAre(2));
  EXPECT_THAT(by_words("e\xCC\x81"), ElementsAre(2)) << "decomposed";
  EXPECT_THAT(by_words("bi"), ElementsAre(1));
}

TEST_P(Search, sorts_by_words_in_the_title_then_newest) {
  write({a_book(1, "Red bike"), a_book(2, "Red", "bike"), a_book(3, "x", "bike, red"),
         a_book(4, "Red bikes"), a_book(5, "bike red bike bike red"), a_book(6, "y", "red bike")});
  const auto sorted = [&](std::string words) {
    return found({.words = std::move(words), .sort = listing_sort::relevance});
  };
  EXPECT_THAT(sorted("red bike"), ElementsAre(5, 4, 1, 2, 6, 3));
  EXPECT_THAT(sorted("bike red"), ElementsAre(5, 1, 2, 6, 3)) << "the first word is no prefix";
  EXPECT_THAT(sorted("bike"), ElementsAre(5, 4, 1, 6, 3, 2));
  EXPECT_THAT(found({.words = "bike", .min_price = money{3}, .sort = listing_sort::relevance}),
              ElementsAre(5, 4, 6, 3));
}

TEST_P(Search, sorts_more_than_it_counts_in_the_same_way) {
  // 1,200 adverts with both words, in the title by turns: neither, the one, the other, both.
  constexpr std::uint32_t count = 1200;
  const char* const titles[] = {"x", "Red x", "x bike", "Red bike"};
  const int in_title[] = {0, 1, 1, 2};
  std::vector<row_change> rows;
  for (std::uint32_t n = 1; n <= count; ++n)
    rows.emplace_back(a_book(n, titles[n % 4], "red bike"));
  write(std::move(rows));
  for (const auto& [words, filter] : {std::pair{"red bike", money{}}, {"red bike", money{101}}}) {
    listing_query wanted{.words = words, .min_price = filter, .sort = listing_sort::relevance};
    wanted.page.limit = 70;
    std::vector<std::uint32_t> expected;
    for (const int in : {2, 1, 0})
      for (auto n = count;
           n >= std::max<std::uint32_t>(1, static_cast<std::uint32_t>(filter.cents)); --n)
        if (in_title[n % 4] == in) expected.push_back(n);
    std::vector<listing_id> ids, seen;
    for (const auto n : expected) ids.push_back(nth<listing_id>(n));
    do {
      const auto page = value(journal_->search(wanted));
      EXPECT_TRUE(page.total_is_more);
      for (const auto& row : page.items) seen.push_back(row.id);
      wanted.page.cursor = page.next;
    } while (wanted.page.cursor && seen.size() < ids.size());
    EXPECT_FALSE(wanted.page.cursor);
    EXPECT_EQ(seen, ids);
  }
}

TEST_P(Search, counts_an_advert_once_however_many_of_its_words_begin_so) {
  // Three or four entries of a list of words each: more than are counted, but not more adverts.
  std::vector<row_change> rows;
  for (std::uint32_t n = 1; n <= 600; ++n)
    rows.emplace_back(a_book(n, n % 2 ? "x" : "Camps", "camp camper camping"));
  write(std::move(rows));
  for (const auto sort : {listing_sort::newest, listing_sort::relevance}) {
    const auto page = value(journal_->search({.words = "camp", .sort = sort}));
    EXPECT_EQ(page.total, 600);
    EXPECT_FALSE(page.total_is_more);
    EXPECT_EQ(page.items.at(0).id, nth<listing_id>(600));
    EXPECT_EQ(page.items.at(1).id, nth<listing_id>(sort == listing_sort::newest ? 599 : 598));
  }
  EXPECT_EQ(value(journal_->search({.words = "camper cam"})).total, 600);
}

TEST_P(Search, takes_a_prefix_of_very_many_words) {
  std::vector<row_change> rows;
  for (std::uint32_t n = 1; n <= 1100; ++n)
    rows.emplace_back(a_book(n, n == 7 ? "Ab" : "x", "ab" + std::to_string(n % 50)));
  write(std::move(rows));
  const auto all = value(journal_->search({.words = "ab", .sort = listing_sort::relevance}));
  EXPECT_TRUE(all.total_is_more);
  EXPECT_EQ(all.items.at(0).id, nth<listing_id>(7));
  EXPECT_EQ(all.items.at(1).id, nth<listing_id>(1100));
  EXPECT_EQ(value(journal_->search({.words = "ab4"})).total, 11 * 22) << "4 and 40 to 49";
  EXPECT_EQ(value(journal_->search({.words = "x ab49"})).total, 22);
}

TEST_P(Search, counts_the_first_words_in_the_title) {
  write({a_book(1, "one two three four", "five"), a_book(2, "one two three five", "four"),
         a_book(3, "two three four five", "one")});
  EXPECT_THAT(found({.words = "one two three four five", .sort = listing_sort::relevance}),
              ElementsAre(1, 3, 2));
}

TEST_P(Search, ignores_case_and_diacritics_beyond_western_europe) {
  write({a_book(1, "București"), a_book(2, "Hà Nội"), a_book(3, "Αθήνα"), a_book(4, "ґанок")});
  EXPECT_THAT(by_words("BUCUREȘTI"), UnorderedElementsAre(1));
  EXPECT_THAT(by_words("bucuresti"), UnorderedElementsAre(1));
  EXPECT_THAT(by_words("ha noi"), UnorderedElementsAre(2));
  EXPECT_THAT(by_words("ΑΘΉΝΑ"), UnorderedElementsAre(3));
  EXPECT_THAT(by_words("Ґанок"), UnorderedElementsAre(4));
}

TEST_P(Search, ignores_case_and_diacritics) {
  write({a_book(1, "Caf\xC3\xA9 Z\xC3\xBCrich"), a_book(2, "cafe zurich"),
         a_book(3, "\xD0\x9C\xD0\xBE\xD1\x81\xD0\xBA\xD0\xB2\xD0\xB0")});
  EXPECT_THAT(by_words("cafe"), UnorderedElementsAre(1, 2));
  EXPECT_THAT(by_words("CAF\xC3\x89 z\xC3\x9Crich"), UnorderedElementsAre(1, 2));
  EXPECT_THAT(by_words("e\xCC\x81t\xC3\xA9"), IsEmpty());
  EXPECT_THAT(by_words("cafe\xCC\x81 zurich"), UnorderedElementsAre(1, 2)) << "decomposed";
  EXPECT_THAT(by_words("\xD0\xBC\xD0\xBE\xD1\x81"), ElementsAre(3)) << "Cyrillic prefix";
}

TEST_P(Search, takes_hostile_words_as_words) {
  write({a_book(1, "OR NEAR title"), a_book(2, "Plain")});
  EXPECT_THAT(by_words("\"' OR NEAR(* -"), ElementsAre(1));
  EXPECT_THAT(by_words("plain OR near"), IsEmpty()) << "OR is a word";
  EXPECT_THAT(by_words("NOT plain"), IsEmpty());
  EXPECT_THAT(by_words("title:plain"), IsEmpty());
  EXPECT_THAT(by_words("title:near"), ElementsAre(1));
  EXPECT_THAT(by_words("^plain"), ElementsAre(2));
  EXPECT_THAT(by_words("plain\" *"), ElementsAre(2));
  EXPECT_THAT(by_words("'; DROP TABLE listings; --"), IsEmpty());
  EXPECT_THAT(by_words(std::string("pl\0ain", 6)), IsEmpty());
  EXPECT_THAT(by_words("\xFF\xC3"), IsEmpty());
  EXPECT_THAT(by_words("{plain} + (near)"), IsEmpty());
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "plain ";
  EXPECT_THAT(by_words(many), ElementsAre(2));
}

TEST_P(Search, without_any_word_in_the_words_means_any) {
  write({a_book(1, "One"), a_book(2, "Two")});
  for (const std::string words : {"", "  ", "\"' (* -", "\xE2\x80\x94"})
    EXPECT_THAT(by_words(words), UnorderedElementsAre(1, 2)) << words;
}

TEST_P(Search, finds_a_kind_with_and_without_words) {
  write({a_book(1, "Blue"), a_car(2, "Blue"), a_room(3, "Blue"), a_car(4, "Red")});
  EXPECT_THAT(found({.kind = item_kind::vehicle}), ElementsAre(4, 2));
  EXPECT_THAT(found({.words = "blue", .kind = item_kind::vehicle}), ElementsAre(2));
  EXPECT_THAT(found({.words = "blue", .kind = item_kind::book}), ElementsAre(1));
  EXPECT_THAT(found({.words = "blue", .kind = item_kind::room, .max_price = money{3}}),
              ElementsAre(3));
}

TEST_P(Search, compares_prices_per_day) {
  auto hourly = a_book(100, "Hourly");
  hourly.content.terms.price = {{10}, time_unit::hour};  // 240 a day
  write({hourly, a_book(239, "Daily"), a_book(241, "Daily")});
  EXPECT_THAT(found({.min_price = money{240}}), UnorderedElementsAre(100, 241));
  EXPECT_THAT(found({.max_price = money{240}}), UnorderedElementsAre(100, 239));
  EXPECT_THAT(found({.min_price = money{240}, .max_price = money{240}}), ElementsAre(100));
  EXPECT_THAT(found({.words = "daily", .min_price = money{240}}), ElementsAre(241));
  EXPECT_THAT(found({.min_price = money{300}}), IsEmpty());
  EXPECT_THAT(found({.sort = listing_sort::price}), ElementsAre(239, 100, 241));
}

TEST_P(Search, sorts_as_asked) {
  write({a_book(1, "Herbert", "x"), a_book(3, "x"), a_book(2, "x")});
  write({listing_rented{nth<listing_id>(1)}, listing_rented{nth<listing_id>(1)},
         listing_rented{nth<listing_id>(3)}});
  for (const std::string words : {"", "x", "herbert"}) {
    EXPECT_THAT(found({.words = words, .sort = listing_sort::newest}), ElementsAre(3, 2, 1));
    EXPECT_THAT(found({.words = words, .sort = listing_sort::price}), ElementsAre(1, 2, 3));
    EXPECT_THAT(found({.words = words, .sort = listing_sort::price_descending}),
                ElementsAre(3, 2, 1));
    EXPECT_THAT(found({.words = words, .sort = listing_sort::times_rented}), ElementsAre(1, 3, 2));
  }
  EXPECT_EQ(found({.words = "herbert", .sort = listing_sort::relevance}).at(0), 1)
      << "a word in the title counts more";
  EXPECT_THAT(found({.sort = listing_sort::relevance}), ElementsAre(3, 2, 1))
      << "without words it means newest";
}

class Paging : public Search {
 protected:
  /// Goes through all pages; checks that every advert comes once and that the keys are sorted.
  template <class Key>
  void goes_through(listing_query wanted, std::size_t expected, Key key) {
    std::set<listing_id> seen;
    std::optional<std::int64_t> last;
    for (std::size_t pages = 1;; ++pages) {
      const auto page = value(journal_->search(wanted));
      EXPECT_EQ(page.total, static_cast<std::int64_t>(expected)) << "on every page";
      for (const auto& row : page.items) {
        EXPECT_TRUE(seen.insert(row.id).second) << "repeated";
        EXPECT_LE(last.value_or(key(row)), key(row));
        last = key(row);
      }
      if (!page.next) break;
      ASSERT_THAT(page.items, SizeIs(wanted.page.limit));
      ASSERT_LE(pages, expected);
      wanted.page.cursor = page.next;
    }
    EXPECT_THAT(seen, SizeIs(expected));
  }
};
INSTANTIATE_TEST_SUITE_P(Every, Paging, testing::ValuesIn(journal_kinds()), kind_name);

TEST_P(Paging, gives_every_advert_once_in_every_order) {
  std::vector<row_change> rows;
  for (std::uint32_t n = 0; n < 60; ++n) {
    auto row = n % 3 == 0   ? a_book(n, "Blue thing")
               : n % 3 == 1 ? a_car(n, "Blue thing")
                            : a_room(n, "A thing");
    row.content.terms.price.amount = {n % 4};  // many equal keys
    row.added_at = at(n % 5);
    rows.emplace_back(row);
    for (std::uint32_t i = 0; i < n % 3; ++i) rows.emplace_back(listing_rented{row.id});
  }
  write(std::move(rows));
  const auto price = [](const listing_row& row) { return row.content.terms.price.amount.cents; };
  const auto added = [](const listing_row& row) {
    return -row.added_at.time_since_epoch().count();
  };
  const auto rented = [](const listing_row& row) { return -row.times_rented; };
  const auto any = [](const listing_row&) { return std::int64_t{0}; };
  // 60 in all; 40 blue ones; 20 of each kind.
  struct {
    listing_query wanted;
    std::size_t expected;
  } const cases[] = {
      {{.page = {.limit = 7}}, 60},
      {{.words = "thing", .page = {.limit = 7}}, 60},
      {{.words = "blue", .page = {.limit = 7}}, 40},
      {{.words = "thi", .kind = item_kind::room, .page = {.limit = 7}}, 20},
      {{.kind = item_kind::vehicle, .page = {.limit = 7}}, 20},
      {{.owner = anna, .only_active = false, .page = {.limit = 7}}, 60},
      {{.only_active = false, .page = {.limit = 7}}, 60},
      {{.isbn = "9780441172719", .page = {.limit = 7}}, 20},
      {{.words = "blue", .min_price = money{0}, .page = {.limit = 7}}, 40},
  };
  for (auto [wanted, expected] : cases) {
    SCOPED_TRACE(testing::Message() << &wanted << " expects " << expected);
    wanted.sort = listing_sort::newest;
    goes_through(wanted, expected, added);
    wanted.sort = listing_sort::price;
    goes_through(wanted, expected, price);
    wanted.sort = listing_sort::price_descending;
    goes_through(wanted, expected, [&](const listing_row& row) { return -price(row); });
    wanted.sort = listing_sort::times_rented;
    goes_through(wanted, expected, rented);
    wanted.sort = listing_sort::relevance;
    goes_through(wanted, expected, any);
  }
}

rating_total reviews_of(std::int64_t count, std::int64_t stars_each) {
  return {count * stars_each, count};
}

TEST_P(Paging, neither_skips_nor_repeats_while_adverts_are_written) {
  constexpr std::uint32_t stays_from = 100, stays_to = 124;
  std::uint32_t others = 1000;
  for (const auto sort : {listing_sort::relevance, listing_sort::price,
                          listing_sort::price_descending, listing_sort::newest,
                          listing_sort::times_rented, listing_sort::rating, listing_sort::distance})
    for (const auto& base :
         {listing_query{}, listing_query{.words = "thi"}, listing_query{.words = "blue thing"},
          listing_query{.words = "thing", .min_price = money{1}},
          listing_query{.near = circle{{52.5, 13.4}, 2'000'000}}}) {
      SCOPED_TRACE(testing::Message()
                   << boost::describe::enum_to_string(sort, "") << " '" << base.words << "'");
      std::vector<row_change> stays;
      for (std::uint32_t n = stays_from; n < stays_to; ++n) {
        // In the title, in the description, in both; texts of all lengths.
        auto row = a_book(n,
                          n % 3 == 0   ? "Thing"
                          : n % 3 == 1 ? "Blue thing"
                                       : "x",
                          "blue thing" + std::string(n % 7, ' ') + std::string(3 * (n % 5), 'y'));
        row.content.where.lat = 52.5 + n % 6;
        stays.emplace_back(row);
        if (n % 4 > 0) stays.emplace_back(listing_rated{row.id, reviews_of(n % 4, 1 + n % 5)});
      }
      write(std::move(stays));
      auto wanted = base;
      wanted.sort = sort;
      wanted.page.limit = 4;
      std::map<listing_id, int> seen;
      for (int pages = 1;; ++pages) {
        const auto page = value(journal_->search(wanted));
        for (const auto& row : page.items) ++seen[row.id];
        if (!page.next) break;
        ASSERT_LT(pages, 1000);
        wanted.page.cursor = page.next;
        if (pages > 6) continue;
        // Others come before, between and behind, and one that was shown goes; as many words as
        // will change every statistic.
        auto early = a_book(others, "thing thing", std::string(400, 'z'));
        early.added_at = at(pages);
        early.content.terms.price.amount = {pages};
        early.content.where.lat = 52.5 + pages;
        write({early, listing_rated{early.id, reviews_of(2, 1 + pages % 5)},
               a_book(others + 1, "Rare blue thing thing", "thing"),
               a_book(others + 2, "Blue", "one more thing of that kind"),
               listing_removed{page.items.front().id}});
        others += 3;
      }
      for (std::uint32_t n = stays_from; n < stays_to; ++n)
        EXPECT_EQ(seen[nth<listing_id>(n)], 1) << n;
      for (const auto& [id, times] : seen) EXPECT_EQ(times, 1) << to_string(id);
      std::vector<row_change> away;
      for (std::uint32_t n = 1000; n < others; ++n)
        away.emplace_back(listing_removed{nth<listing_id>(n)});
      write(std::move(away));
      others = 1000;
    }
}

TEST_P(Paging, refuses_cursors_of_another_order) {
  write({a_book(1, "Thing"), a_book(2, "Thing")});
  const auto next = value(journal_->search({.page = {.limit = 1}})).next;
  ASSERT_TRUE(next);
  EXPECT_EQ(failure(journal_->search(
                {.sort = listing_sort::price, .page = {.limit = 1, .cursor = next}})),
            journal_errc::bad_cursor);
  EXPECT_EQ(failure(journal_->search({.page = {.limit = 1, .cursor = "bm9wZQ"}})),
            journal_errc::bad_cursor);
}

TEST_P(Paging, takes_a_limit_from_1_to_100) {
  std::vector<row_change> rows;
  for (std::uint32_t n = 1; n <= 101; ++n) rows.emplace_back(a_book(n, "Thing"));
  write(std::move(rows));
  EXPECT_THAT(found({.page = {.limit = 0}}), SizeIs(1));
  EXPECT_THAT(found({.page = {.limit = 1000}}), SizeIs(100));
}

TEST_P(Search, counts_exactly_up_to_1000) {
  std::vector<row_change> rows;
  for (std::uint32_t n = 1; n <= 1001; ++n) rows.emplace_back(a_book(n, "Thing"));
  write(std::move(rows));
  for (const std::string words : {"", "thing"}) {
    const auto all = value(journal_->search({.words = words}));
    EXPECT_EQ(all.total, 1000);
    EXPECT_TRUE(all.total_is_more);
    const auto most = value(journal_->search({.words = words, .min_price = money{2}}));
    EXPECT_EQ(most.total, 1000);
    EXPECT_FALSE(most.total_is_more);
    EXPECT_EQ(value(journal_->search({.words = words, .max_price = money{7}})).total, 7);
  }
}

TEST_P(Search, finds_an_owners_adverts_and_those_of_a_book) {
  auto other = a_book(2, "Other");
  other.owner = nth<account_id>(2);
  other.content.item = book_details{"9780306406157", "Logic", "Someone"};
  write({a_book(1, "Mine"), other, a_car(3, "Mine too")});
  EXPECT_THAT(found({.owner = anna}), ElementsAre(3, 1));
  EXPECT_THAT(found({.isbn = "9780441172719"}), ElementsAre(1));
  EXPECT_THAT(found({.isbn = "9780306406157"}), ElementsAre(2));
  EXPECT_THAT(found({.isbn = "9780306406157", .owner = anna}), IsEmpty());
  EXPECT_THAT(found({.words = "mine", .owner = anna}), ElementsAre(3, 1));
  EXPECT_THAT(found({.words = "mine", .isbn = "9780441172719"}), ElementsAre(1));
}

TEST_P(Search, shows_inactive_adverts_only_when_asked) {
  auto off = a_book(2, "Thing");
  off.active = false;
  write({a_book(1, "Thing"), off, a_book(3, "Thing")});
  write({listing_deactivated{nth<listing_id>(3), 9}});
  for (const auto sort : {listing_sort::newest, listing_sort::price, listing_sort::times_rented})
    for (const std::string words : {"", "thing"}) {
      EXPECT_THAT(found({.words = words, .sort = sort}), ElementsAre(1));
      EXPECT_THAT(found({.words = words, .owner = anna, .only_active = false, .sort = sort}),
                  UnorderedElementsAre(1, 2, 3));
      EXPECT_EQ(value(journal_->search({.words = words, .sort = sort})).total, 1);
    }
  const auto all = value(journal_->search({.only_active = false}));
  EXPECT_FALSE(all.items.at(0).active);
  EXPECT_EQ(all.items.at(0).revision, 9);
}

TEST_P(Search, sees_an_update_and_keeps_owner_time_and_count) {
  write({a_book(1, "Old title")});
  write({listing_rented{nth<listing_id>(1)}});
  auto update = a_book(1, "New title");
  update.owner = {};
  update.added_at = {};
  update.revision = 2;
  update.content.terms.price = {{77}, time_unit::day};
  write({update});
  EXPECT_THAT(by_words("old"), IsEmpty());
  EXPECT_THAT(found({.min_price = money{77}}), ElementsAre(1));
  const auto page = value(journal_->search({.words = "new"}));
  ASSERT_THAT(page.items, SizeIs(1));
  EXPECT_EQ(page.items[0].owner, anna);
  EXPECT_EQ(page.items[0].added_at, at(1));
  EXPECT_EQ(page.items[0].times_rented, 1);
  EXPECT_EQ(page.items[0].revision, 2);
}

TEST_P(Search, follows_an_advert_off_and_on_again_and_away) {
  auto row = a_book(1, "Thing");
  write({row});
  row.active = false;
  write({row});
  EXPECT_THAT(by_words("thing"), IsEmpty());
  row.active = true;
  write({row});
  EXPECT_THAT(by_words("thing"), ElementsAre(1));
  write({listing_removed{row.id}});
  EXPECT_THAT(by_words("thing"), IsEmpty());
  EXPECT_THAT(found({.owner = anna, .only_active = false}), IsEmpty());
}

TEST_P(Search, follows_an_advert_that_becomes_another_kind) {
  write({a_book(1, "Thing")});
  write({listing_rented{nth<listing_id>(1)}, a_car(1, "Thing")});
  EXPECT_THAT(found({.kind = item_kind::book}), IsEmpty());
  EXPECT_THAT(found({.words = "thing", .kind = item_kind::vehicle}), ElementsAre(1));
  EXPECT_EQ(value(journal_->search({})).items.at(0).times_rented, 1);
}

TEST_P(Search, keeps_adverts_of_one_instant_apart) {
  std::vector<row_change> rows;
  for (std::uint32_t n = 1; n <= 100; ++n) {
    auto row = n % 2 ? a_book(n, "Thing") : a_car(n, "Thing");
    row.added_at = at(0);
    rows.emplace_back(row);
  }
  write(std::move(rows));
  EXPECT_EQ(value(journal_->search({.kind = item_kind::vehicle})).total, 50);
  EXPECT_EQ(value(journal_->search({.words = "thing", .kind = item_kind::book})).total, 50);
}

}  // namespace
}  // namespace rentwave::testing_journal
