#include "persistence/cursor.hpp"

#include <gtest/gtest.h>

#include "actors/domain/ids.hpp"

namespace rentwave {
namespace {

const keyset sample{'p', -1234567890123,
                    parse_id<listing_id>("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")->value};

TEST(Cursor, comes_back_as_the_keyset_it_was_made_of) {
  for (const std::int64_t key : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, INT64_MAX}) {
    const keyset one{'n', key, sample.id};
    EXPECT_EQ(from_cursor(to_cursor(one), 'n'), one);
  }
}

TEST(Cursor, is_fit_for_a_url) {
  EXPECT_EQ(to_cursor(sample).find_first_not_of(
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

TEST(Cursor, of_another_order_is_refused) {
  EXPECT_FALSE(from_cursor(to_cursor(sample), 'P'));
}

TEST(Cursor, with_any_other_character_is_refused) {
  const auto good = to_cursor(sample);
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const char c : {'A', 'B', 'z', '_', '=', ' ', '\0', '\xFF'}) {
      auto other = good;
      other[i] = c;
      EXPECT_EQ(from_cursor(other, 'p').has_value(), other == good) << i;
    }
}

TEST(Cursor, of_any_other_length_is_refused) {
  const auto good = to_cursor(sample);
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(from_cursor(good.substr(0, length), 'p'));
  EXPECT_FALSE(from_cursor(good + "A", 'p'));
}

}  // namespace
}  // namespace rentwave
