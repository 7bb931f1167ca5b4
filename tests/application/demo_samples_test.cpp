// The samples of the demo as values: whether they are such as anybody could post and ask for.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "actors/domain/isbn.hpp"
#include "actors/domain/login.hpp"
#include "application/demo/adverts.hpp"
#include "application/demo/people.hpp"
#include "application/demo/rentals.hpp"
#include "http/offers.hpp"

namespace rentwave::demo {
namespace {

const advert& advert_of(std::string_view key) {
  static const auto all = adverts();
  const auto found = std::ranges::find(all, key, &advert::key);
  EXPECT_NE(found, all.end()) << key;
  return found == all.end() ? all.front() : *found;
}

bool is_sample(std::string_view username) {
  return std::ranges::find(people(), username, &person::username) != people().end();
}

TEST(DemoSamples, are_adverts_that_the_interface_takes) {
  std::set<std::string_view> keys;
  for (const auto& [key, owner, content] : adverts()) {
    EXPECT_TRUE(keys.insert(key).second) << key << " is there twice";
    EXPECT_TRUE(is_sample(owner)) << owner;
    http::field_reader body{http::posting_of(content)};
    const auto read = http::read_offer(body);
    const auto wrong = body.failure();
    EXPECT_FALSE(wrong) << key << ": " << wrong->errors.front().field << ' '
                        << wrong->errors.front().detail;
    EXPECT_EQ(read, content) << key;
  }
}

TEST(DemoSamples, are_of_every_kind_and_of_many_cities) {
  std::map<item_kind, int> kinds;
  std::set<std::string> cities;
  std::set<time_unit> units;
  for (const auto& [key, owner, content] : adverts()) {
    ++kinds[content.kind()];
    cities.insert(content.where.city);
    units.insert(content.terms.price.per);
    EXPECT_GT(content.terms.price.amount, money{}) << key;
    EXPECT_GT(content.terms.late_fee.amount, money{}) << key;
    EXPECT_GT(content.terms.deposit, money{}) << key;
    EXPECT_GT(content.terms.max_late_periods, 0) << key;
    EXPECT_FALSE(content.description.empty()) << key;
  }
  EXPECT_GE(adverts().size(), 40U);
  for (const auto kind : {item_kind::book, item_kind::vehicle, item_kind::room})
    EXPECT_GE(kinds[kind], 10);
  EXPECT_GE(cities.size(), 5U);
  EXPECT_EQ(units.size(), 2U) << "by the hour and by the day";
}

TEST(DemoSamples, are_books_with_good_check_digits_and_one_title_an_isbn) {
  std::map<std::string, book_details> by_isbn;
  for (const auto& [key, owner, content] : books()) {
    const auto& book = std::get<book_details>(content.item);
    EXPECT_EQ(normalise_isbn(book.isbn), book.isbn) << key;
    const auto [first, is_new] = by_isbn.emplace(book.isbn, book);
    EXPECT_EQ(first->second, book) << key;
  }
  EXPECT_LT(by_isbn.size(), books().size()) << "some adverts hang on the same book";
}

TEST(DemoSamples, are_people_with_names_of_their_own) {
  std::set<std::string_view> names;
  for (const auto& each : people()) {
    EXPECT_TRUE(names.insert(each.username).second) << each.username;
    EXPECT_EQ(login::normalise_username(each.username), each.username);
    EXPECT_TRUE(each.username.starts_with("demo.")) << "nobody else's";
    EXPECT_GT(each.top_up, money{});
  }
}

TEST(DemoSamples, are_rentals_with_every_end) {
  std::set<std::string_view> keys;
  std::set<goal> goals;
  for (const auto& each : rentals()) {
    EXPECT_TRUE(keys.insert(each.key).second) << each.key << " is there twice";
    EXPECT_TRUE(is_sample(each.renter)) << each.key;
    const auto& advert = advert_of(each.advert);
    EXPECT_NE(advert.owner, each.renter) << each.key;
    EXPECT_GE(each.length, advert.content.min_duration) << each.key;
    EXPECT_LE(each.length, advert.content.max_duration) << each.key;
    EXPECT_LE(each.claim, advert.content.terms.deposit) << each.key;
    goals.insert(each.goal);
  }
  EXPECT_EQ(goals.size(), 8U);
  EXPECT_EQ(rentals().back().goal, goal::booked) << "being asked for has to be the end of it";
}

}  // namespace
}  // namespace rentwave::demo
