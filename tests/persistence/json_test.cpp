#include "persistence/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "persistence/json_writer.hpp"
#include "tests/persistence/filled.hpp"

namespace rentwave {
namespace {

using nlohmann::json;

template <class T>
bool reads(const char* text, T& into) {
  return from_json_text(text, into);
}

/// What is written, read by somebody else.
template <class T>
json tree_of(const T& value) {
  return json::parse(to_json_text(value));
}

struct sample {
  std::string word;
  std::int8_t small = 7;
  std::uint32_t natural = 0;
  std::int64_t large = 0;
  double real = 0;
  bool flag = false;
  std::optional<int> maybe;
  std::vector<std::optional<int>> many;
};
BOOST_DESCRIBE_STRUCT(sample, (), (word, small, natural, large, real, flag, maybe, many))

TEST(Json, has_a_form_for_each_value_of_the_domain) {
  const auto book = *parse_id<listing_id>("0192a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b");
  EXPECT_EQ(tree_of(money{-250}), json(-250));
  EXPECT_EQ(tree_of(instant{}), json("1970-01-01T00:00:00Z"));
  EXPECT_EQ(tree_of(duration{15}), json(15));
  EXPECT_EQ(tree_of(book), json("0192a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"));
  EXPECT_EQ(tree_of(time_unit::day), json("day"));
  EXPECT_EQ(tree_of(personal{"Ada"}), json({{"personal", "Ada"}}));
  EXPECT_EQ(tree_of(std::optional<int>{}), json(nullptr));
  EXPECT_EQ(tree_of(item_details{book_details{"9780000000002", "T", "A"}}),
            json({{"book", {{"isbn", "9780000000002"}, {"title", "T"}, {"author", "A"}}}}));
  EXPECT_EQ(tree_of(item_details{room_details{2, 1, 1, {"sea view"}}}),
            json({{"room",
                   {{"guests", 2}, {"beds", 1}, {"bathrooms", 1}, {"amenities", {"sea view"}}}}}));
}

TEST(Json, leaves_empty_optional_members_out_and_reads_null_as_empty) {
  EXPECT_EQ(to_json_text(sample{}).find("maybe"), std::string::npos);
  sample read;
  read.maybe = 5;
  EXPECT_TRUE(reads(R"({"maybe":null,"many":[null,3]})", read));
  EXPECT_FALSE(read.maybe);
  EXPECT_EQ(read.many.size(), 2u);
}

TEST(Json, checks_the_range_of_numbers) {
  sample read;
  EXPECT_TRUE(reads(R"({"small":-128,"natural":4294967295,"large":-9223372036854775808})", read));
  EXPECT_EQ(read.large, std::numeric_limits<std::int64_t>::min());
  for (const char* wrong :
       {R"({"small":128})", R"({"small":-129})", R"({"natural":-1})", R"({"natural":4294967296})",
        R"({"large":9223372036854775808})", R"({"large":1e3})", R"({"large":1.5})",
        R"({"large":"1"})", R"({"large":true})", R"({"large":null})", R"({"flag":1})",
        R"({"real":"1"})", R"({"real":true})", R"({"word":1})"})
    EXPECT_FALSE(reads(wrong, read)) << wrong;
  EXPECT_TRUE(reads(R"({"real":2})", read));
  EXPECT_EQ(read.real, 2.0);
}

TEST(Json, refuses_what_is_no_id_instant_or_enumerator) {
  listing_id id;
  instant when;
  time_unit unit{};
  std::map<rental_id, int> map;
  EXPECT_FALSE(reads(R"("0192a1b2")", id));
  EXPECT_FALSE(reads(R"(1)", id));
  EXPECT_FALSE(reads(R"("2024-02-30T00:00:00Z")", when));
  EXPECT_FALSE(reads(R"(1714557600)", when));
  EXPECT_FALSE(reads(R"("week")", unit));
  EXPECT_FALSE(reads(R"("day\u0000")", unit));
  EXPECT_FALSE(reads(R"(1)", unit));
  EXPECT_FALSE(reads(R"({"no id":1})", map));
  EXPECT_FALSE(reads(R"([])", map));
}

TEST(Json, reads_one_item_of_a_known_kind) {
  item_details item;
  EXPECT_TRUE(reads(R"({"vehicle":{"seats":5}})", item));
  EXPECT_EQ(std::get<vehicle_details>(item).seats, 5);
  EXPECT_FALSE(reads(R"({"boat":{}})", item));
  EXPECT_FALSE(reads(R"({})", item));
  EXPECT_FALSE(reads(R"("book")", item));
  EXPECT_FALSE(reads(R"({"book":{},"vehicle":{}})", item));
}

TEST(Json, reads_a_sealed_field_as_no_text) {
  personal field;
  EXPECT_TRUE(reads(R"({"sealed":"v1.x.y"})", field));
  EXPECT_EQ(field.text, "");
  EXPECT_FALSE(reads(R"("Ada")", field));
  EXPECT_FALSE(reads(R"({"personal":1})", field));
}

TEST(Json_writer, escapes_what_must_be_and_nothing_else) {
  EXPECT_EQ(to_json_text(std::string{"plain /text"}), R"("plain /text")");
  EXPECT_EQ(to_json_text(std::string{"\"\\\b\f\n\r\t\x01\x1f"}), R"("\"\\\b\f\n\r\t\u0001\u001f")");
  EXPECT_EQ(to_json_text(std::string{"\x7F"}), R"("\u007f")");
  EXPECT_EQ(to_json_text(std::string("a\0b", 3)), R"("a\u0000b")");
  EXPECT_EQ(to_json_text(std::string{"\u00e9 \u20ac \U0001F4D6"}), "\"\u00e9 \u20ac \U0001F4D6\"");
}

// The cases of RFC 3629 section 4: each bad byte is replaced, so that the text can be read back.
TEST(Json_writer, replaces_what_is_not_utf8) {
  const std::string bad = "\xEF\xBF\xBD";
  const auto text = [](const char* bytes) { return to_json_text(std::string{bytes}); };
  EXPECT_EQ(text("\xFFx"), '"' + bad + "x\"");
  EXPECT_EQ(text("\xC3"), '"' + bad + '"');
  EXPECT_EQ(text("\xC0\x80"), '"' + bad + bad + '"');
  EXPECT_EQ(text("\xED\xA0\x80"), '"' + bad + bad + bad + '"');
  EXPECT_EQ(text("\xE0\x9F\xBF"), '"' + bad + bad + bad + '"');
  EXPECT_EQ(text("\xF4\x90\x80\x80"), '"' + bad + bad + bad + bad + '"');
  EXPECT_EQ(text("\xF0\x8F\xBF\xBF"), '"' + bad + bad + bad + bad + '"');
  EXPECT_EQ(text("\xF4\x8F\xBF\xBF"), "\"\xF4\x8F\xBF\xBF\"");
}

TEST(Json_writer, makes_valid_json_of_every_two_bytes) {
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const std::string bytes{static_cast<char>(first), static_cast<char>(second)};
      const auto read = json::parse(to_json_text(bytes), nullptr, false);
      ASSERT_TRUE(read.is_string()) << first << " " << second;
      if (first < 0x80 && second < 0x80) {
        ASSERT_EQ(read.get<std::string>(), bytes);
      }
    }
}

TEST(Json_writer, writes_doubles_that_come_back_exactly) {
  for (const double value : {0.0, -0.5, 52.520008, 1e-300, 1.7976931348623157e308, 0.1, -180.0,
                             1e19, -9223372036854777856.0, 18446744073709551616.0}) {
    EXPECT_EQ(json::parse(to_json_text(value)).get<double>(), value);
    double read = 1;
    EXPECT_TRUE(from_json_text(to_json_text(value), read)) << value;
    EXPECT_EQ(read, value);
  }
  EXPECT_EQ(to_json_text(std::nan("")), "null");
  EXPECT_EQ(to_json_text(HUGE_VAL), "null");
}

}  // namespace
}  // namespace rentwave
