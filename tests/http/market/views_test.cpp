#include "http/views.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "http/duration_text.hpp"
#include "http/problems.hpp"
#include "http/public_form.hpp"
#include "persistence/codec.hpp"
#include "persistence/timestamp.hpp"
#include "tests/http/market/fake_market.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

const instant noon = *parse_instant("2024-05-01T12:00:00Z");

json euros(std::int64_t cents) {
  return {{"amount", cents}, {"currency", "EUR"}};
}

TEST(DurationText, is_written_as_it_is_read) {
  const std::vector<std::pair<duration, std::string>> forms = {{seconds{0}, "PT0S"},
                                                               {hours{1}, "PT1H"},
                                                               {hours{24}, "P1D"},
                                                               {hours{336}, "P14D"},
                                                               {hours{36}, "P1DT12H"},
                                                               {seconds{90061}, "P1DT1H1M1S"},
                                                               {std::chrono::minutes{15}, "PT15M"}};
  for (const auto& [length, text] : forms) {
    EXPECT_EQ(format_duration(length), text);
    EXPECT_EQ(parse_duration(text), length);
  }
  EXPECT_EQ(format_duration(milliseconds{1500}), "PT1.5S");
  EXPECT_EQ(format_duration(microseconds{1}), "PT0.000001S");
  EXPECT_EQ(format_duration(-hours{1}), "-PT1H");
}

TEST(RentalView, shows_null_for_what_is_not_known_yet) {
  rental::state one;
  one.now = rental::status::pending;
  one.when = {noon, noon + hours{1}};
  const auto shown = rental_json(one, "EUR");
  for (const auto* name :
       {"title", "kind", "owner", "rent", "deposit", "total", "terms", "started_at", "returned_at",
        "rejection", "extension", "extension_rejection"})
    EXPECT_TRUE(shown.at(name).is_null()) << name;
  EXPECT_EQ(shown["status"], "pending");
  EXPECT_EQ(shown["late_fees"], euros(0));
}

TEST(RefusalView, says_not_found_like_every_problem) {
  const refusal why{refusal_code::unknown_entity, "No.", {}};
  EXPECT_EQ(refusal_json(why)["code"], "not_found");
  EXPECT_EQ(to_public(why, "EUR")["code"], "not_found");
  EXPECT_EQ(to_problem(why).code, "not_found");
}

TEST(RentalView, shows_an_extension_that_is_under_way) {
  rental::state one;
  one.pending_extension = rental::extension{1, noon, noon + hours{2}, money{100}, false};
  EXPECT_EQ(rental_json(one, "EUR")["extension"],
            (json{{"ends_at", "2024-05-01T14:00:00Z"}, {"rent", nullptr}}));
  one.pending_extension->reserved = true;
  EXPECT_EQ(rental_json(one, "EUR")["extension"]["rent"], euros(100));
}

TEST(RentalView, of_a_row_has_no_owner_before_the_listing_agreed) {
  rental_row row;
  EXPECT_TRUE(rental_json(row, "EUR")["owner"].is_null());
  EXPECT_TRUE(rental_json(row, "EUR")["rent"].is_null());
}

TEST(ReceiptView, waits_for_the_wallet) {
  rental::state one;
  one.receipts = {
      {1, noon, money{300}, std::nullopt},
      {2, noon + hours{1}, money{300}, charge_result{money{100}, money{50}, money{150}}}};
  const auto shown = receipts_json(one, {}, "EUR");
  EXPECT_TRUE(shown[0]["owed"].is_null());
  EXPECT_EQ(shown[1]["from_balance"], euros(100));
  EXPECT_EQ(shown[1]["from_deposit"], euros(50));
  EXPECT_EQ(shown[1]["owed"], euros(150));
  EXPECT_TRUE(shown[1]["charge_event_id"].is_null());
}

stored_event event_of(const entity_ref& entity, const encoded_event& coded) {
  stored_event event;
  event.entity = entity;
  event.type = coded.type;
  event.schema = coded.schema;
  event.data = coded.data;
  event.version = 3;
  event.time = noon;
  return event;
}

TEST(EventView, has_ids_that_follow_from_entity_and_version) {
  const auto rental = rental_ref({});
  EXPECT_EQ(event_id(rental, 1), event_id(rental, 1));
  EXPECT_NE(event_id(rental, 1), event_id(rental, 2));
  EXPECT_NE(event_id(rental, 1), event_id(wallet_ref({}), 1));
  // For good: clients keep them.
  EXPECT_EQ(rentwave::to_string(event_id(rental, 1)), "b1c74ebd-c39e-82c2-bf5b-a339efff1f13");
}

TEST(EventView, shows_money_and_durations_as_everywhere) {
  offer content;
  content.min_duration = hours{1};
  content.item = room_details{};
  const listing::event happened = listing::added<item_kind::room>{{}, person(1), content, noon};
  const auto shown = event_json(event_of(listing_ref({}), encode(happened)), "EUR");
  EXPECT_EQ(shown["type"], "room.add");
  EXPECT_EQ(shown["time"], "2024-05-01T12:00:00Z");
  EXPECT_EQ(shown["version"], 3);
  EXPECT_TRUE(shown["actor"].is_null());
  const auto& told = shown["data"]["content"];
  EXPECT_EQ(told["min_duration"], "PT1H");
  EXPECT_EQ(told["terms"]["deposit"], euros(0));
  EXPECT_EQ(told["terms"]["grace"], "PT15M");
  EXPECT_EQ(told["item"]["room"]["guests"], 0);
  EXPECT_EQ(shown["data"]["owner"], to_string(person(1)));
}

TEST(EventView, shows_nothing_personal) {
  const account::event happened =
      account::opened{person(1), "ann", {"Ann"}, {"ann@example.org"}, {}, noon};
  const auto shown = event_json(event_of(account_ref(person(1)), encode(happened)), "EUR");
  EXPECT_EQ(shown["data"], json::object());
}

TEST(EventView, survives_an_event_that_it_does_not_know) {
  auto event = event_of(rental_ref({}), encode(rental::event{rental::waited{}}));
  event.type = "rent.of-a-later-release";
  EXPECT_EQ(event_json(event, "EUR")["data"], json::object());
}

TEST(NotificationView, says_what_it_is_about) {
  notice_row row;
  row.cursor = 7;
  row.what.type = "rent.late";
  row.what.text = "Late.";
  row.what.time = noon;
  row.what.rental = rental_id{};
  const auto shown = notification_json(row);
  EXPECT_EQ(shown["cursor"], "7");
  EXPECT_EQ(shown["data"], (json{{"rental_id", "00000000-0000-0000-0000-000000000000"}}));
}

}  // namespace
}  // namespace rentwave::http
