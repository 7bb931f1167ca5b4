#include "persistence/timestamp.hpp"

#include <gtest/gtest.h>

namespace rentwave {
namespace {

instant at(std::int64_t seconds, std::int64_t micros = 0) {
  return instant{std::chrono::seconds{seconds} + duration{micros}};
}

std::string again(std::string_view text) {
  const auto when = parse_instant(text);
  return when ? format_instant(*when) : "nothing";
}

TEST(Timestamp, is_written_in_utc_with_a_fraction_only_where_there_is_one) {
  EXPECT_EQ(format_instant(at(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_instant(at(1'714'557'600)), "2024-05-01T10:00:00Z");
  EXPECT_EQ(format_instant(at(1'714'557'600, 500'000)), "2024-05-01T10:00:00.500000Z");
  EXPECT_EQ(format_instant(at(951'782'399, 1)), "2000-02-28T23:59:59.000001Z");
}

TEST(Timestamp, beyond_its_years_is_the_nearest_one) {
  EXPECT_EQ(format_instant(at(-1)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_instant(instant::max()), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_instant(instant::min()), "1970-01-01T00:00:00Z");
}

TEST(Timestamp, comes_back_as_it_was_written) {
  // Steps of 997 days and some, so that all months, leap years and fractions occur.
  for (instant when = at(0, 7); when < at(250'000'000'000);
       when += 997 * one_day + duration{86'399'999'989})
    ASSERT_EQ(parse_instant(format_instant(when)), when) << format_instant(when);
}

TEST(Timestamp, is_read_with_any_offset) {
  EXPECT_EQ(again("2024-05-01T10:00:00Z"), "2024-05-01T10:00:00Z");
  EXPECT_EQ(again("2024-05-01t10:00:00z"), "2024-05-01T10:00:00Z");
  EXPECT_EQ(again("2024-05-01T10:00:00+02:00"), "2024-05-01T08:00:00Z");
  EXPECT_EQ(again("2024-05-01T00:30:00+05:45"), "2024-04-30T18:45:00Z");
  EXPECT_EQ(again("2024-12-31T23:30:00-01:00"), "2025-01-01T00:30:00Z");
  EXPECT_EQ(again("2024-05-01T10:00:00-00:00"), "2024-05-01T10:00:00Z");
  EXPECT_EQ(again("2024-05-01T10:00:00.25+00:00"), "2024-05-01T10:00:00.250000Z");
}

TEST(Timestamp, is_cut_off_after_microseconds) {
  EXPECT_EQ(again("2024-05-01T10:00:00.1234569Z"), "2024-05-01T10:00:00.123456Z");
  EXPECT_EQ(again("2024-05-01T10:00:00.0000000000000000000000001Z"), "2024-05-01T10:00:00Z");
}

TEST(Timestamp, knows_which_days_there_are) {
  EXPECT_EQ(again("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00Z");
  EXPECT_EQ(again("2000-02-29T00:00:00Z"), "2000-02-29T00:00:00Z");
  for (const char* wrong : {"2023-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2024-02-30T00:00:00Z",
                            "2024-04-31T00:00:00Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z",
                            "2024-01-00T00:00:00Z", "2024-01-32T00:00:00Z", "2024-01-01T24:00:00Z",
                            "2024-01-01T00:60:00Z", "2024-01-01T00:00:61Z",
                            "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+00:60"})
    EXPECT_FALSE(parse_instant(wrong)) << wrong;
}

TEST(Timestamp, has_a_leap_second_only_where_one_can_be) {
  // The examples of RFC 3339 section 5.8.
  EXPECT_EQ(again("1990-12-31T23:59:60Z"), "1991-01-01T00:00:00Z");
  EXPECT_EQ(again("1990-12-31T15:59:60-08:00"), "1991-01-01T00:00:00Z");
  EXPECT_EQ(again("2015-06-30T23:59:60Z"), "2015-07-01T00:00:00Z");
  EXPECT_FALSE(parse_instant("1990-12-31T23:59:60-08:00"));
  EXPECT_FALSE(parse_instant("1990-12-30T23:59:60Z"));
  EXPECT_FALSE(parse_instant("1990-11-30T23:59:60Z"));
  EXPECT_FALSE(parse_instant("1990-12-31T22:59:60Z"));
}

TEST(Timestamp, lies_between_1970_and_9999) {
  EXPECT_TRUE(parse_instant("1970-01-01T00:00:00Z"));
  EXPECT_TRUE(parse_instant("9999-12-31T23:59:59.999999Z"));
  EXPECT_TRUE(parse_instant("1969-12-31T23:00:00-01:00"));
  for (const char* wrong : {"1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
                            "1970-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"})
    EXPECT_FALSE(parse_instant(wrong)) << wrong;
}

TEST(Timestamp, is_nothing_but_rfc_3339) {
  for (const char* wrong :
       {"", "now", "2024-05-01", "2024-05-01T10:00Z", "2024-05-01T10:00:00", "2024-05-01 10:00:00Z",
        "2024-5-1T10:00:00Z", "2024-05-01T10:00:00.Z", "2024-05-01T10:00:00,5Z",
        "2024-05-01T10:00:00+0200", "2024-05-01T10:00:00+02", "2024-05-01T10:00:00Z ",
        " 2024-05-01T10:00:00Z", "2024-05-01T10:00:00ZZ", "+024-05-01T10:00:00Z",
        "2024-05-01T1a:00:00Z", "20240501T100000Z", "2024/05/01T10:00:00Z",
        "2024-05-01T10:00:00 Z"})
    EXPECT_FALSE(parse_instant(wrong)) << wrong;
  EXPECT_FALSE(parse_instant(std::string_view{"2024-05-01T10:00:00Z\0", 21}));
}

}  // namespace
}  // namespace rentwave
