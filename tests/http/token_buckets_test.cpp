#include "http/token_buckets.hpp"

#include <gtest/gtest.h>

namespace rentwave::http {
namespace {

using namespace std::chrono_literals;
const token_buckets::clock::time_point start{};

int taken_at_once(token_buckets& buckets, std::string_view key,
                  token_buckets::clock::time_point now) {
  int count = 0;
  while (count < 1000 && !buckets.take(key, now)) ++count;
  return count;
}

TEST(TokenBuckets, allow_a_burst_and_then_the_rate) {
  token_buckets buckets{{.per_second = 2, .burst = 5}};
  EXPECT_EQ(taken_at_once(buckets, "a", start), 5);
  EXPECT_EQ(buckets.take("a", start), 500ms);
  EXPECT_EQ(taken_at_once(buckets, "a", start + 499ms), 0);
  EXPECT_EQ(taken_at_once(buckets, "a", start + 500ms), 1);
  EXPECT_EQ(taken_at_once(buckets, "a", start + 1h), 5);
}

TEST(TokenBuckets, are_one_for_each_key) {
  token_buckets buckets{{.per_second = 1, .burst = 1}};
  EXPECT_FALSE(buckets.take("a", start));
  EXPECT_FALSE(buckets.take("b", start));
  EXPECT_TRUE(buckets.take("a", start));
}

TEST(TokenBuckets, take_back_what_was_not_needed) {
  token_buckets buckets{{.per_second = 1, .burst = 2}};
  EXPECT_EQ(taken_at_once(buckets, "a", start), 2);
  buckets.give_back("a");
  EXPECT_EQ(taken_at_once(buckets, "a", start), 1);
  buckets.give_back("nobody");
  buckets.forget("a");
  EXPECT_EQ(taken_at_once(buckets, "a", start), 2);
}

TEST(TokenBuckets, hold_no_more_for_what_comes_back_late) {
  token_buckets buckets{{.per_second = 1, .burst = 2}};
  EXPECT_FALSE(buckets.take("a", start));
  buckets.give_back("a");
  EXPECT_EQ(taken_at_once(buckets, "a", start + 1h), 2);
}

TEST(TokenBuckets, of_no_rate_limit_nothing) {
  token_buckets buckets{{}};
  EXPECT_EQ(taken_at_once(buckets, "a", start), 1000);
  EXPECT_EQ(buckets.size(), 0U);
}

TEST(TokenBuckets, forget_those_that_are_full_before_others) {
  constexpr std::size_t most = 16 * 64;
  token_buckets buckets{{.per_second = 1, .burst = 1}, most};
  for (int i = 0; i < 10'000; ++i) buckets.take("old" + std::to_string(i), start);
  EXPECT_LE(buckets.size(), most);
  // All of those are full again by now, so that none of these has to give way to another.
  const auto later = start + 1h;
  for (int i = 0; i < 200; ++i) EXPECT_FALSE(buckets.take("new" + std::to_string(i), later));
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(buckets.take("new" + std::to_string(i), later));
  EXPECT_LE(buckets.size(), most);
}

TEST(TokenBuckets, are_not_filled_by_a_flood_of_other_keys) {
  constexpr std::size_t most = 16 * 64;
  token_buckets buckets{{.per_second = 1, .burst = 5}, most};
  const auto name = [](int i) { return "spent" + std::to_string(i); };
  for (int i = 0; i < 50; ++i) EXPECT_EQ(taken_at_once(buckets, name(i), start), 5);
  for (int i = 0; i < 50'000; ++i) EXPECT_FALSE(buckets.take(std::to_string(i), start));
  EXPECT_LE(buckets.size(), most);
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(buckets.take(name(i), start)) << i;
}

TEST(TokenBuckets, are_bounded_also_when_all_are_as_full) {
  constexpr std::size_t most = 16 * 64;
  token_buckets buckets{{.per_second = 1, .burst = 1}, most};
  for (int i = 0; i < 50'000; ++i) buckets.take(std::to_string(i), start);
  EXPECT_LE(buckets.size(), most);
  EXPECT_GE(buckets.size(), most / 4) << "no more than need be goes at once";
}

TEST(RateKey, is_the_address_or_its_network) {
  EXPECT_EQ(rate_key("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(rate_key("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(rate_key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(rate_key("2001:db8:1:2:ffff::1"), rate_key("2001:db8:1:2::1"));
  EXPECT_NE(rate_key("2001:db8:1:3::1"), rate_key("2001:db8:1:2::1"));
  EXPECT_EQ(rate_key("unknown"), "unknown");
}

}  // namespace
}  // namespace rentwave::http
