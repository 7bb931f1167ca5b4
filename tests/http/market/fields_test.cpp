#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "actors/domain/offer.hpp"
#include "persistence/timestamp.hpp"
#include "tests/http/market/requests.hpp"

namespace rentwave::http {
namespace {

using std::chrono::hours;

/// The status and code of what is wrong with the body as a whole.
std::string refusal_of(std::string body, body_rule rule = body_rule::required) {
  const auto read = field_reader::over(with_body(std::move(body)), rule);
  if (read) return "none";
  const auto& why = read.error();
  auto text = std::to_string(why.status) + ' ' + why.code;
  for (const auto& each : complaints_of(why)) text += ' ' + each;
  return text;
}

std::string nested(std::size_t depth) {
  std::string text;
  for (std::size_t i = 1; i < depth; ++i) text += R"({"a":)";
  return text + "{}" + std::string(depth - 1, '}');
}

TEST(Body, that_is_no_json_is_malformed) {
  for (const auto* body : {"",
                           " ",
                           "{",
                           "}",
                           "nul",
                           "{\"a\":}",
                           "{'a':1}",
                           "{\"a\":1,}",
                           "{\"a\":1}x",
                           "{\"a\":01}",
                           "{\"a\":.5}",
                           "{\"a\":+1}",
                           "{\"a\":NaN}",
                           "{\"a\":Infinity}",
                           "{\"a\":0x10}",
                           "{a:1}",
                           "// comment\n{}",
                           "{\"a\":\"\x01\"}",
                           R"({"a":"\x41"})",
                           R"({"a":"\ud800"})",
                           R"({"a":"\udc00\ud800"})",
                           R"({"a":"\u12"})"})
    EXPECT_EQ(refusal_of(body), "400 malformed_json") << body;
}

TEST(Body, that_is_no_object_is_invalid) {
  for (const auto* body : {"[]", "1", "\"text\"", "null", "true"})
    EXPECT_TRUE(refusal_of(body).starts_with("422 ")) << body;
}

TEST(Body, may_be_absent_where_the_call_says_so) {
  EXPECT_EQ(refusal_of("", body_rule::optional), "none");
  EXPECT_EQ(refusal_of("{", body_rule::optional), "400 malformed_json");
}

TEST(Body, is_utf8) {
  const std::vector<std::string> wrong = {
      "\xff",              // never a byte of UTF-8
      "\xc3",              // cut off
      "\x80",              // a continuation alone
      "\xc0\xaf",          // overlong '/'
      "\xe0\x80\xaf",      // overlong again
      "\xed\xa0\x80",      // a surrogate, U+D800
      "\xf4\x90\x80\x80",  // U+110000
      "\xf0\x8f\xbf\xbf",  // overlong U+FFFF
  };
  for (const auto& bytes : wrong)
    EXPECT_EQ(refusal_of("{\"a\":\"" + bytes + "\"}"), "400 malformed_json");
  EXPECT_EQ(refusal_of("{\"a\":\"\xe2\x82\xac \xf0\x9f\x9a\x97 \xed\x9f\xbf\"}"), "none");
}

TEST(Body, is_nested_at_most_32_deep) {
  EXPECT_EQ(refusal_of(nested(32)), "none");
  EXPECT_EQ(refusal_of(nested(33)), "400 malformed_json");
  EXPECT_EQ(refusal_of(nested(100'000)), "400 malformed_json");
  EXPECT_EQ(refusal_of(std::string(1'000'000, '[')), "400 malformed_json");
}

TEST(Body, has_a_limited_number_of_values) {
  std::string all = "{\"a\":[0";
  for (int i = 0; i < max_json_values; ++i) all += ",0";
  EXPECT_EQ(refusal_of(all + "]}"), "400 malformed_json");
}

TEST(Body, names_every_member_once) {
  EXPECT_EQ(refusal_of(R"({"a":1,"a":1})"), "400 malformed_json");
  EXPECT_EQ(refusal_of(R"({"a":{"b":1,"b":2}})"), "400 malformed_json");
  EXPECT_EQ(refusal_of(R"({"a":{"b":1},"b":[{"b":1},{"b":1}]})"), "none");
}

TEST(Body, with_a_number_beyond_all_doubles_is_refused_as_a_value) {
  EXPECT_EQ(refusal_of(R"({"a":1e400})"), "400 malformed_json");
  EXPECT_EQ(refusal_of("{\"a\":" + std::string(5000, '9') + "}"), "400 malformed_json");
}

TEST(Text, is_trimmed_and_counted_in_code_points) {
  auto body = reader_of("{\"a\":\" \\t\xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\x97\xc2\xa0\"}");
  EXPECT_EQ(body.text("a", {.min = 3, .max = 3}), "\xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\x97");
  EXPECT_TRUE(body.ok());
}

TEST(Text, keeps_its_blanks_where_they_count) {
  auto body = reader_of(R"({"password":"  a  "})");
  EXPECT_EQ(body.text("password", {.trim = false}), "  a  ");
}

TEST(Text, has_lines_only_where_they_are_welcome) {
  const std::string text = R"({"a":"one\r\ntwo\tthree"})";
  auto body = reader_of(text);
  EXPECT_EQ(body.text("a", {.lines = true}), "one\ntwo\tthree");
  EXPECT_TRUE(body.ok());
  (void)body.text("a");
  EXPECT_EQ(complaints_of(body.failure()), complaints{"a: control_character"});
}

TEST(Text, has_no_control_characters) {
  for (const auto* escape :
       {"\\u0000", "\\u0001", "\\u001f", "\\u007f", "\\u0080", "\\u009f", "\\r"}) {
    auto body = reader_of("{\"a\":\"x" + std::string{escape} + "x\"}");
    EXPECT_EQ(body.text("a", {.lines = true}), "");
    EXPECT_EQ(complaints_of(body.failure()), complaints{"a: control_character"}) << escape;
  }
}

TEST(Text, of_another_type_or_length_is_refused) {
  auto body = reader_of(R"({"n":1,"b":true,"o":{},"l":[],"blank":"  ","long":"abcd","ok":""})");
  for (const auto* name : {"n", "b", "o", "l", "blank", "none"}) (void)body.text(name);
  (void)body.text("long", {.max = 3});
  (void)body.text("ok", {.min = 0});
  EXPECT_EQ(complaints_of(body.failure()),
            (complaints{"n: type", "b: type", "o: type", "l: type", "blank: too_short",
                        "none: required", "long: too_long"}));
}

TEST(Integer, is_written_as_one) {
  auto body = reader_of(R"({"a":5,"b":-5,"z":-0,"f":2.0,"e":1e2,"s":"5","n":null,"t":true,
                            "big":99999999999999999999,"u":18446744073709551615,"low":0})");
  constexpr integer_range range{-10, 10};
  EXPECT_EQ(body.integer("a", range), 5);
  EXPECT_EQ(body.integer("b", range), -5);
  EXPECT_EQ(body.integer("z", range), 0);
  EXPECT_TRUE(body.ok());
  for (const auto* name : {"f", "e", "s", "n", "t", "big", "u"}) (void)body.integer(name, range);
  (void)body.integer("low", {1, 5});
  EXPECT_EQ(complaints_of(body.failure()),
            (complaints{"f: type", "e: type", "s: type", "n: required", "t: type", "big: range",
                        "u: range", "low: range"}));
}

TEST(Integer, may_be_the_largest_of_64_bits) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  auto body = reader_of(R"({"a":9223372036854775807,"b":9223372036854775808})");
  EXPECT_EQ(body.integer("a", {0, most}), most);
  (void)body.integer("b", {0, most});
  EXPECT_EQ(complaints_of(body.failure()), complaints{"b: range"});
}

TEST(Number, is_finite_and_within_its_range) {
  auto body = reader_of(R"({"a":1.5,"b":2,"c":1e300,"d":"1"})");
  EXPECT_EQ(body.optional_number("a", {0, 2}), 1.5);
  EXPECT_EQ(body.optional_number("b", {0, 2}), 2.0);
  (void)body.optional_number("c", {0, 2});
  (void)body.optional_number("d", {0, 2});
  EXPECT_EQ(complaints_of(body.failure()), (complaints{"c: range", "d: type"}));
}

TEST(Flag, is_never_coerced) {
  auto body = reader_of(R"({"t":true,"f":false,"n":0,"s":"true"})");
  EXPECT_EQ(body.optional_flag("t"), true);
  EXPECT_EQ(body.optional_flag("f"), false);
  EXPECT_EQ(body.optional_flag("none"), std::nullopt);
  EXPECT_TRUE(body.ok());
  for (const auto* name : {"n", "s"}) (void)body.optional_flag(name);
  EXPECT_EQ(complaints_of(body.failure()), (complaints{"n: type", "s: type"}));
}

TEST(Amount, is_a_bare_integer_of_minor_units) {
  auto body = reader_of(R"({"zero":0,"max":1000000000,"more":1000000001,"less":-1,"part":2.5,
                            "out":{"amount":5,"currency":"EUR"}})");
  EXPECT_EQ(body.amount("zero", amount_rule::zero_too), money{0});
  EXPECT_EQ(body.amount("max"), max_amount);
  EXPECT_TRUE(body.ok());
  for (const auto* name : {"zero", "more", "less", "part", "out"}) (void)body.amount(name);
  EXPECT_EQ(complaints_of(body.failure()),
            (complaints{"zero: range", "more: range", "less: range", "part: type", "out: type"}));
}

TEST(Duration, is_iso_8601_of_fixed_units) {
  constexpr duration_range any{duration{}, one_day * 1000};
  const std::vector<std::pair<std::string, duration>> right = {
      {"PT1H", hours{1}},
      {"P14D", hours{336}},
      {"P1DT12H", hours{36}},
      {"P2W", hours{336}},
      {"PT90M", std::chrono::minutes{90}},
      {"PT15M", std::chrono::minutes{15}},
      {"PT1H30M5S", std::chrono::seconds{5405}},
      {"P0D", hours{0}},
      {"PT0S", hours{0}},
      {"P1W2D", hours{216}}};
  for (const auto& [text, length] : right) {
    auto body = reader_of("{\"d\":\"" + text + "\"}");
    EXPECT_EQ(body.duration("d", any), length) << text;
    EXPECT_TRUE(body.ok()) << text;
  }
  for (const auto* text : {"",
                           "P",
                           "PT",
                           "P1",
                           "1D",
                           "P1Y",
                           "P1M",
                           "PT1.5H",
                           "P-1D",
                           "-P1D",
                           "P1DT",
                           "PT1M1H",
                           "P1H",
                           "P1D1D",
                           "pt1h",
                           "PT1H ",
                           "P99999999999999999999D",
                           "P9999999999W",
                           "P+1D",
                           "PTT1H"}) {
    auto body = reader_of("{\"d\":\"" + std::string{text} + "\"}");
    (void)body.duration("d", any);
    EXPECT_EQ(complaints_of(body.failure()), complaints{"d: format"}) << text;
  }
  auto body = reader_of(R"({"long":"P1001D","n":3600})");
  (void)body.duration("long", any);
  (void)body.duration("n", any);
  EXPECT_EQ(complaints_of(body.failure()), (complaints{"long: range", "n: type"}));
}

TEST(Instant, is_rfc_3339_and_possible) {
  auto body = reader_of(R"({"a":"2024-05-01T12:00:00+02:00","b":"2023-02-29T00:00:00Z",
                            "c":"2024-05-01","d":1714557600,"e":"2024-05-01 10:00:00"})");
  EXPECT_EQ(format_instant(body.instant("a")), "2024-05-01T10:00:00Z");
  EXPECT_TRUE(body.ok());
  for (const auto* name : {"b", "c", "d", "e"}) (void)body.instant(name);
  EXPECT_EQ(complaints_of(body.failure()),
            (complaints{"b: format", "c: format", "d: type", "e: format"}));
}

TEST(Choice, is_one_of_the_names) {
  auto body = reader_of(R"({"a":"vehicle","b":"Vehicle","c":"","d":1})");
  EXPECT_EQ(body.choice<item_kind>("a"), item_kind::vehicle);
  EXPECT_TRUE(body.ok());
  for (const auto* name : {"b", "c", "d", "none"}) (void)body.choice<item_kind>(name);
  EXPECT_EQ(complaints_of(body.failure()),
            (complaints{"b: unknown_value", "c: unknown_value", "d: type", "none: required"}));
}

TEST(Id, is_a_uuid) {
  auto body = reader_of(R"({"a":"01920000-0000-7000-8000-000000000001","b":"1","c":5})");
  EXPECT_EQ(to_string(body.id<listing_id>("a")), "01920000-0000-7000-8000-000000000001");
  (void)body.id<listing_id>("b");
  (void)body.id<listing_id>("c");
  EXPECT_EQ(complaints_of(body.failure()), (complaints{"b: format", "c: type"}));
}

TEST(Reader, names_nested_fields_and_elements) {
  auto body =
      reader_of(R"({"price":{"amount":-1},"room":{"amenities":["sauna",5,"","tv"]},"x":[]})");
  (void)body.object("price").amount("amount");
  auto room = body.object("room");
  EXPECT_EQ(room.texts("amenities", 10), (std::vector<std::string>{"sauna", "tv"}));
  (void)room.texts("amenities", 3);
  (void)body.object("x");
  EXPECT_EQ(complaints_of(body.failure()),
            (complaints{"price.amount: range", "room.amenities[1]: type",
                        "room.amenities[2]: too_short", "room.amenities: too_many", "x: type"}));
}

TEST(Reader, complains_once_of_an_object_that_is_missing) {
  auto body = reader_of("{}");
  auto place = body.object("place");
  (void)place.text("city");
  (void)place.object("inner").integer("n", {0, 1});
  EXPECT_EQ(complaints_of(body.failure()), complaints{"place: required"});
}

TEST(Reader, takes_null_for_absent) {
  auto body = reader_of(R"({"a":null,"b":null})");
  EXPECT_EQ(body.optional_text("a"), std::nullopt);
  EXPECT_EQ(body.optional_object("a"), std::nullopt);
  EXPECT_FALSE(body.has("a"));
  EXPECT_TRUE(body.mentions("a"));
  EXPECT_TRUE(body.ok());
  (void)body.text("b");
  EXPECT_EQ(complaints_of(body.failure()), complaints{"b: required"});
}

TEST(Reader, ignores_what_nobody_asks_for) {
  auto body = reader_of(R"({"a":"x","future":{"deep":[1,2,3]}})");
  EXPECT_EQ(body.text("a"), "x");
  EXPECT_FALSE(body.failure());
}

// --- queries ---

request with_query(std::vector<std::pair<std::string, std::string>> query) {
  request asked;
  asked.query = std::move(query);
  return asked;
}

TEST(Query, has_typed_parameters) {
  const auto asked = with_query({{"limit", "7"},
                                 {"cursor", "abc"},
                                 {"kind", "room"},
                                 {"from", "2024-05-01T10:00:00Z"},
                                 {"min_price", "100"},
                                 {"unread", "true"},
                                 {"owner", "01920000-0000-7000-8000-000000000001"}});
  query_reader query{asked};
  EXPECT_EQ(query.limit(), 7);
  EXPECT_EQ(query.cursor(), "abc");
  EXPECT_EQ(query.choice<item_kind>("kind"), item_kind::room);
  EXPECT_EQ(format_instant(*query.instant("from")), "2024-05-01T10:00:00Z");
  EXPECT_EQ(query.integer("min_price", {0, 100}), 100);
  EXPECT_EQ(query.flag("unread"), true);
  EXPECT_TRUE(query.id<account_id>("owner"));
  EXPECT_FALSE(query.failure());
}

TEST(Query, names_every_wrong_parameter) {
  const auto asked = with_query({{"limit", "101"},
                                 {"kind", "boat"},
                                 {"from", "yesterday"},
                                 {"min_price", "1e2"},
                                 {"max_price", ""},
                                 {"owner", "me"},
                                 {"unread", "1"},
                                 {"q", std::string{"a\0b", 3}},
                                 {"sort", "price"},
                                 {"sort", "newest"},
                                 {"seats_min", "5"}});
  query_reader query{asked};
  EXPECT_EQ(query.limit(), 20);
  (void)query.choice<item_kind>("kind");
  (void)query.instant("from");
  (void)query.integer("min_price", {0, 100});
  (void)query.integer("max_price", {0, 100});
  (void)query.id<account_id>("owner");
  (void)query.flag("unread");
  (void)query.text("q");
  (void)query.word("sort", {"price", "newest"});
  EXPECT_EQ(complaints_of(query.failure()),
            (complaints{"limit: range", "kind: unknown_value", "from: format", "min_price: type",
                        "max_price: type", "owner: format", "unread: unknown_value",
                        "q: control_character", "sort: repeated", "seats_min: unknown_parameter"}));
}

TEST(Query, limit_is_1_to_100) {
  for (const auto& [text, wrong] :
       std::vector<std::pair<std::string, bool>>{{"1", false},
                                                 {"100", false},
                                                 {"0", true},
                                                 {"101", true},
                                                 {"-1", true},
                                                 {"", true},
                                                 {" 5", true},
                                                 {"5 ", true},
                                                 {"+5", true},
                                                 {"99999999999999999999", true}}) {
    const auto asked = with_query({{"limit", text}});
    query_reader query{asked};
    (void)query.limit();
    EXPECT_EQ(query.failure().has_value(), wrong) << text;
  }
}

}  // namespace
}  // namespace rentwave::http
