#include "http/offers.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/http/market/postings.hpp"
#include "tests/http/market/requests.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;
using std::chrono::hours;

constexpr item_kind kinds[] = {item_kind::book, item_kind::vehicle, item_kind::room};

complaints complaints_of_posting(const json& body) {
  auto reader = reader_of(body.dump());
  (void)read_offer(reader);
  return complaints_of(reader.failure());
}

offer valid(const json& body) {
  auto reader = reader_of(body.dump());
  auto read = read_offer(reader);
  EXPECT_EQ(complaints_of(reader.failure()), complaints{}) << body.dump(2);
  return read;
}

TEST(Posting, of_a_book_is_read_field_by_field) {
  const auto read = valid(posting(item_kind::book));
  EXPECT_EQ(read.title, "For rent");
  EXPECT_EQ(read.description, "As new.\nAsk me.");
  EXPECT_EQ(read.terms.price, (rate{money{250}, time_unit::day}));
  EXPECT_EQ(read.terms.late_fee, (rate{money{300}, time_unit::hour}));
  EXPECT_EQ(read.min_duration, hours{1});
  EXPECT_EQ(read.max_duration, hours{14 * 24});
  EXPECT_EQ(read.where, (place{"K\xc3\xb6ln", "DE", 50.94, 6.96, "Europe/Berlin"}));
  // ISBN-10 0-306-40615-2 is 9780306406157 (the example of ISO 2108).
  EXPECT_EQ(std::get<book_details>(read.item),
            (book_details{"9780306406157", "Error Control", "Clark"}));
}

TEST(Posting, has_the_defaults_of_the_interface) {
  const auto hourly = valid(posting(item_kind::room)).terms;
  EXPECT_EQ(hourly.grace, std::chrono::minutes{15});
  EXPECT_EQ(hourly.max_late_periods, 168);
  EXPECT_EQ(hourly.deposit, money{});
  EXPECT_EQ(hourly.cancellation, cancellation_policy::flexible);
  const auto daily = valid(posting_with(item_kind::room, "/late_fee/per", "day")).terms;
  EXPECT_EQ(daily.max_late_periods, 30);
}

TEST(Posting, of_every_kind_survives_the_way_out_and_in_again) {
  for (const auto kind : kinds) {
    auto body = posting(kind);
    body["grace"] = "P1DT2H3M4S";
    body["max_late_periods"] = 12;
    body["deposit"] = 5000;
    body["cancellation"] = "strict";
    body["extra"] = {{"colour", "red"}, {"tags", {1, 2.5, nullptr, {{"deep", true}}}}};
    const auto once = valid(body);
    EXPECT_EQ(once.kind(), kind);
    EXPECT_EQ(valid(posting_of(once)), once);
  }
}

TEST(Posting, names_everything_that_is_missing) {
  EXPECT_EQ(complaints_of_posting(json::object()),
            (complaints{"kind: required", "title: required", "description: required",
                        "price: required", "late_fee: required", "min_duration: required",
                        "max_duration: required", "place: required"}));
  const auto body = json::parse(R"({"kind":"vehicle","title":"","description":"","price":{},
    "late_fee":{"amount":5},"min_duration":"PT1H","max_duration":"PT1H","place":{"city":"x"}})");
  EXPECT_EQ(complaints_of_posting(body),
            (complaints{"title: too_short", "price.amount: required", "price.per: required",
                        "late_fee.per: required", "place.country: required", "vehicle: required"}));
}

TEST(Posting, needs_every_detail_of_its_own_kind) {
  for (const auto kind : kinds) {
    const std::string name{name_of(kind)};
    const auto details = posting(kind)[name];
    for (const auto& [detail, value] : details.items())
      EXPECT_EQ(complaints_of_posting(posting_without(kind, "/" + name + "/" + detail)),
                complaints{name + "." + detail + ": required"});
  }
}

TEST(Posting, has_the_details_of_no_other_kind) {
  auto body = posting(item_kind::book);
  body["room"] = posting(item_kind::room)["room"];
  body["vehicle"] = nullptr;  // counts as absent
  EXPECT_EQ(complaints_of_posting(body), complaints{"room: unexpected"});
}

struct bad_input {
  item_kind kind;
  std::string pointer;
  json value;
  std::string complaint;
};

const std::vector<bad_input> bad_inputs = {
    {item_kind::book, "/kind", "boat", "kind: unknown_value"},
    {item_kind::book, "/kind", 1, "kind: type"},
    {item_kind::book, "/title", std::string(201, 'x'), "title: too_long"},
    {item_kind::book, "/title", "two\nlines", "title: control_character"},
    {item_kind::book, "/description", std::string(5001, 'x'), "description: too_long"},
    {item_kind::book, "/description", std::string("a\0b", 3), "description: control_character"},
    {item_kind::book, "/price", 250, "price: type"},
    {item_kind::book, "/price/amount", 0, "price.amount: range"},
    {item_kind::book, "/price/amount", 1'000'000'001, "price.amount: range"},
    {item_kind::book, "/price/amount", 2.5, "price.amount: type"},
    {item_kind::book, "/price/amount", "250", "price.amount: type"},
    {item_kind::book, "/price/per", "week", "price.per: unknown_value"},
    {item_kind::book, "/late_fee/amount", -1, "late_fee.amount: range"},
    {item_kind::book, "/grace", "P7DT1S", "grace: range"},
    {item_kind::book, "/grace", "15 minutes", "grace: format"},
    {item_kind::book, "/max_late_periods", 0, "max_late_periods: range"},
    {item_kind::book, "/max_late_periods", 1001, "max_late_periods: range"},
    {item_kind::book, "/deposit", -1, "deposit: range"},
    {item_kind::book, "/deposit", {{"amount", 5}, {"currency", "EUR"}}, "deposit: type"},
    {item_kind::book, "/cancellation", "none", "cancellation: unknown_value"},
    {item_kind::book, "/min_duration", "PT0S", "min_duration: range"},
    {item_kind::book, "/min_duration", "P15D", "max_duration: range"},
    {item_kind::book, "/max_duration", "P366D", "max_duration: range"},
    {item_kind::book, "/max_duration", "P1M", "max_duration: format"},
    {item_kind::book, "/place", "Berlin", "place: type"},
    {item_kind::book, "/place/city", std::string(101, 'x'), "place.city: too_long"},
    {item_kind::book, "/place/country", "  ", "place.country: too_short"},
    {item_kind::book, "/place/lat", 90.1, "place.lat: range"},
    {item_kind::book, "/place/lon", -180.5, "place.lon: range"},
    {item_kind::book, "/place/lon", nullptr, "place.lon: required"},
    {item_kind::book, "/place/lat", nullptr, "place.lat: required"},
    {item_kind::book, "/place/time_zone", "Mars Time", "place.time_zone: format"},
    {item_kind::book, "/book", json::array(), "book: type"},
    {item_kind::book, "/book/isbn", "0-306-40615-3", "book.isbn: check_digit"},
    {item_kind::book, "/book/isbn", "9780306406158", "book.isbn: check_digit"},
    {item_kind::book, "/book/isbn", "12345", "book.isbn: format"},
    {item_kind::book, "/book/isbn", 9780306406157, "book.isbn: type"},
    {item_kind::book, "/book/author", "", "book.author: too_short"},
    {item_kind::vehicle, "/vehicle/year", 1885, "vehicle.year: range"},
    {item_kind::vehicle, "/vehicle/year", 2101, "vehicle.year: range"},
    {item_kind::vehicle, "/vehicle/seats", 0, "vehicle.seats: range"},
    {item_kind::vehicle, "/vehicle/seats", 101, "vehicle.seats: range"},
    {item_kind::vehicle, "/vehicle/boot_litres", -1, "vehicle.boot_litres: range"},
    {item_kind::vehicle, "/vehicle/fuel", "", "vehicle.fuel: too_short"},
    {item_kind::room, "/room/guests", 0, "room.guests: range"},
    {item_kind::room, "/room/beds", -1, "room.beds: range"},
    {item_kind::room, "/room/amenities", "wifi", "room.amenities: type"},
    {item_kind::room, "/room/amenities/1", 5, "room.amenities[1]: type"},
    {item_kind::room, "/room/amenities", json(std::vector<std::string>(51, "x")),
     "room.amenities: too_many"},
    {item_kind::room, "/extra", json::array({1}), "extra: type"},
    {item_kind::room, "/extra", {{"long", std::string(4096, 'x')}}, "extra: too_long"},
    {item_kind::room,
     "/extra",
     {{"deep", {{"text", std::string("\0", 1)}}}},
     "extra: control_character"},
};

TEST(Posting, names_what_is_wrong) {
  for (const auto& bad : bad_inputs)
    EXPECT_EQ(complaints_of_posting(posting_with(bad.kind, bad.pointer, bad.value)),
              complaints{bad.complaint})
        << bad.pointer << " = " << bad.value.dump().substr(0, 60);
}

TEST(Posting, is_accepted_at_its_limits) {
  const std::vector<bad_input> good = {
      {item_kind::book, "/title", std::string(200, 'x'), ""},
      {item_kind::book, "/description", "", ""},
      {item_kind::book, "/price/amount", 1'000'000'000, ""},
      {item_kind::book, "/late_fee/amount", 0, ""},
      {item_kind::book, "/grace", "PT0S", ""},
      {item_kind::book, "/grace", "P7D", ""},
      {item_kind::book, "/min_duration", "P14D", ""},
      {item_kind::book, "/max_duration", "P365D", ""},
      {item_kind::book, "/place/lat", -90, ""},
      {item_kind::book, "/book/isbn", "979-10-90636-07-1", ""},
      {item_kind::vehicle, "/vehicle/year", 1886, ""},
      {item_kind::room, "/room/amenities", json::array(), ""},
      {item_kind::room, "/extra", json::object(), ""},
      {item_kind::room, "/future_member", {{"ignored", true}}, ""},
  };
  for (const auto& each : good)
    EXPECT_EQ(complaints_of_posting(posting_with(each.kind, each.pointer, each.value)),
              complaints{})
        << each.pointer;
}

// --- changes ---

const offer present = [] {
  auto reader = reader_of(posting(item_kind::vehicle).dump());
  return read_offer(reader);
}();

advert_change changed(const json& patch) {
  auto change = read_change(with_body(patch.dump()), present);
  EXPECT_TRUE(change) << (change ? "" : change.error().detail);
  return change ? *change : advert_change{};
}

complaints refused(const json& patch) {
  const auto change = read_change(with_body(patch.dump()), present);
  return change ? complaints{} : complaints_of(change.error());
}

TEST(Change, merges_into_what_is_there) {
  const auto change = changed({{"title", "Cheaper"}, {"price", {{"amount", 200}}}});
  auto wanted = present;
  wanted.title = "Cheaper";
  wanted.terms.price.amount = money{200};
  EXPECT_EQ(change.content, wanted);
  EXPECT_EQ(change.active, std::nullopt);
}

TEST(Change, of_nothing_leaves_the_content_alone) {
  EXPECT_EQ(changed(json::object()).content, std::nullopt);
  EXPECT_EQ(changed({{"title", present.title}}).content, std::nullopt);
  const auto toggled = changed({{"active", false}});
  EXPECT_EQ(toggled.content, std::nullopt);
  EXPECT_EQ(toggled.active, false);
}

TEST(Change, takes_optional_parts_away_by_null) {
  const auto change = changed({{"place", {{"lat", nullptr}, {"lon", nullptr}}}});
  ASSERT_TRUE(change.content);
  EXPECT_EQ(change.content->where.lat, std::nullopt);
  EXPECT_EQ(change.content->where.city, present.where.city);
  EXPECT_EQ(refused({{"title", nullptr}}), complaints{"title: required"});
}

TEST(Change, is_checked_as_a_whole) {
  EXPECT_EQ(refused({{"max_duration", "PT30M"}}), complaints{"max_duration: range"});
  EXPECT_EQ(refused({{"active", "no"}, {"vehicle", {{"seats", 0}}}, {"deposit", -5}}),
            (complaints{"active: type", "vehicle.seats: range", "deposit: range"}));
  EXPECT_EQ(refused({{"place", {{"lat", nullptr}}}}), complaints{"place.lat: required"});
}

TEST(Change, never_changes_the_kind) {
  EXPECT_EQ(refused({{"kind", "room"}}), complaints{"kind: immutable"});
  EXPECT_EQ(changed({{"kind", "vehicle"}}).content, std::nullopt);
}

TEST(Change, that_is_no_json_object_is_refused) {
  EXPECT_EQ(read_change(with_body("{"), present).error().status, 400U);
  EXPECT_EQ(read_change(with_body("[]"), present).error().status, 422U);
}

}  // namespace
}  // namespace rentwave::http
