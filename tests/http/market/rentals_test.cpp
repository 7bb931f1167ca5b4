#include <gmock/gmock.h>

#include <algorithm>

#include "tests/http/market/scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;

/// The advert of these tests costs 2.50 a day, and 3.00 for each late hour.
class Rentals : public market_scene {
 protected:
  reply_to_test quote(const std::string& listing, json body, account_id who = renter) {
    body["listing_id"] = listing;
    return call(quote_rental, {.who = who, .body = body});
  }
  reply_to_test get(const std::string& id, account_id who = renter) {
    return act(get_rental, who, id);
  }
  std::string with_deposit(std::int64_t deposit, const char* cancellation = "flexible") {
    auto body = posting(item_kind::vehicle);
    body["deposit"] = deposit;
    body["cancellation"] = cancellation;
    return advert(body);
  }
  std::vector<std::string> ids(const question& what) {
    std::vector<std::string> found;
    const auto list = call(my_rentals, what).body;
    for (const auto& each : list["items"]) found.push_back(each["id"]);
    return found;
  }
};

TEST_F(Rentals, are_quoted_without_being_made) {
  const auto id = with_deposit(5000);
  const auto reply = quote(id, {{"duration", "P2DT1H"}});
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.body["available"], true);
  EXPECT_EQ(reply.body["starts_at"], "2024-05-01T10:00:00Z");
  EXPECT_EQ(reply.body["ends_at"], "2024-05-03T11:00:00Z");
  EXPECT_EQ(reply.body["rent"], euros(750));  // three started days
  EXPECT_EQ(reply.body["deposit"], euros(5000));
  EXPECT_EQ(reply.body["total"], euros(5750));
  EXPECT_EQ(reply.body["late"]["fee"],
            (json{{"amount", 300}, {"currency", "EUR"}, {"per", "hour"}}));
  EXPECT_EQ(reply.body["late"]["first_charge_at"],
            "2024-05-03T11:15:00Z");                                 // after 15 minutes' grace
  EXPECT_EQ(reply.body["late"]["lost_at"], "2024-05-10T11:00:00Z");  // 168 hours later
  EXPECT_TRUE(reply.body["reason"].is_null());
  EXPECT_EQ(ids({.who = renter}).size(), 0U);
}

TEST_F(Rentals, are_quoted_with_the_reason_why_not) {
  const auto id = advert();
  const auto reason = [&](const json& body, account_id who = renter) {
    const auto reply = quote(id, body, who);
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(reply.body["available"], false);
    EXPECT_EQ(reply.body["rent"]["currency"], "EUR");
    return reply.body["reason"];
  };
  EXPECT_EQ(reason({{"duration", "P15D"}})["code"], "duration_not_permitted");
  EXPECT_EQ(reason({{"duration", "P1D"}}, owner)["code"], "own_listing");
  rental_of(id);
  const auto taken = reason({{"duration", "PT1H"}}, stranger);
  EXPECT_EQ(taken["code"], "not_available");
  EXPECT_EQ(taken["free"]["start"], "2024-05-01T12:00:00Z");
  EXPECT_EQ(taken["free"]["end"], "2024-05-01T13:00:00Z");
}

TEST_F(Rentals, are_asked_for_with_one_end_and_a_possible_period) {
  const auto id = advert();
  for (const auto way : {quote_rental, post_rental}) {
    const auto ask = [&](json body) {
      body["listing_id"] = id;
      return call(way, {.who = renter, .body = body});
    };
    EXPECT_EQ(complaints_of(ask(json::object())), complaints{"duration: required"});
    EXPECT_EQ(complaints_of(ask({{"duration", "PT1H"}, {"ends_at", "2024-05-02T10:00:00Z"}})),
              complaints{"duration: unexpected"});
    EXPECT_EQ(complaints_of(ask({{"duration", "PT0S"}, {"starts_at", 5}, {"expected_price", -1}})),
              (complaints{"duration: range", "starts_at: type", "expected_price: range"}));
    EXPECT_EQ(ask({{"ends_at", "2024-05-01T09:00:00Z"}}).code(), "period_invalid");
    EXPECT_EQ(ask({{"starts_at", "2024-04-30T10:00:00Z"}, {"duration", "P3D"}}).code(),
              "period_invalid");
    const auto nothing = call(way, {.who = renter, .body = json::object()});
    EXPECT_EQ(complaints_of(nothing), (complaints{"listing_id: required", "duration: required"}));
  }
  const std::string nowhere = "01920000-0000-7000-8000-00000000dead";
  EXPECT_EQ(quote(nowhere, {{"duration", "PT1H"}}).status, 404U);
  EXPECT_EQ(rent(nowhere).status, 404U);
}

TEST_F(Rentals, begin_at_once_when_paid_and_free) {
  const auto id = with_deposit(5000);
  pay_in(renter, 10'000);
  const auto made = rent(id, {{"duration", "PT2H"}, {"expected_price", 250}});
  ASSERT_EQ(made.status, 201U) << made.body;
  const std::string rental = made.body["id"];
  EXPECT_EQ(made.headers.at("location"), "/api/rentals/" + rental);
  EXPECT_EQ(made.body["status"], "active");
  EXPECT_EQ(made.body["listing_id"], id);
  EXPECT_EQ(made.body["renter"], to_string(renter));
  EXPECT_EQ(made.body["owner"], to_string(owner));
  EXPECT_EQ(made.body["rent"], euros(250));
  EXPECT_EQ(made.body["deposit"], euros(5000));
  EXPECT_EQ(made.body["late_fees"], euros(0));
  EXPECT_EQ(made.body["total"], euros(5250));
  EXPECT_EQ(made.body["due_at"], "2024-05-01T12:00:00Z");
  EXPECT_TRUE(made.body["rejection"].is_null());
  EXPECT_EQ(get(rental).body, made.body);
  EXPECT_EQ(get(rental, owner).body, made.body);
  EXPECT_EQ(wallet_of(renter),
            (json{{"balance", euros(4750)}, {"held", euros(5250)}, {"owed", euros(0)}}));
}

TEST_F(Rentals, that_are_rejected_say_why) {
  const auto id = with_deposit(5000);
  const auto broke = rent(id);
  EXPECT_EQ(broke.status, 402U);
  EXPECT_EQ(broke.code(), "insufficient_funds");
  const std::string rental = broke.body["rental_id"];
  EXPECT_EQ(get(rental).body["status"], "rejected");
  EXPECT_EQ(get(rental).body["rejection"]["code"], "insufficient_funds");

  pay_in(renter, 100'000);
  EXPECT_EQ(rent(id, {{"duration", "PT1H"}, {"expected_price", 249}}).code(), "price_changed");
  EXPECT_EQ(rent(id, {{"duration", "P15D"}}).code(), "duration_not_permitted");
  EXPECT_EQ(rent(id).status, 201U);
  const auto taken = rent(id);
  EXPECT_EQ(taken.status, 409U);
  EXPECT_EQ(taken.code(), "not_available");
  EXPECT_EQ(taken.body["free"]["start"], "2024-05-01T12:00:00Z") << taken.body;
}

TEST_F(Rentals, that_take_long_are_promised) {
  const auto id = advert();
  pay_in(renter, 10'000);
  market.held_back = [](const want& each) { return each.to.kind == entity_kind::wallet; };
  const auto made = rent(id);
  EXPECT_EQ(made.status, 202U);
  const std::string rental = made.body["id"];
  EXPECT_EQ(made.headers.at("location"), "/api/rentals/" + rental);
  EXPECT_EQ(made.body["status"], "pending");
  market.held_back = {};
  market.advance(hours{0});
  market.send_inside(rental_ref(*parse_id<rental_id>(rental)), rental::command{wake{}});
  EXPECT_EQ(get(rental).body["status"], "active");
}

TEST_F(Rentals, are_made_once_under_one_key) {
  const auto id = advert();
  pay_in(renter, 10'000);
  const auto post = [&](json body) {
    body["listing_id"] = id;
    return call(post_rental,
                {.who = renter, .headers = {{"idempotency-key", "key"}}, .body = body});
  };
  const auto first = post({{"duration", "PT2H"}});
  EXPECT_EQ(first.status, 201U);
  market.advance(minutes{1});
  const auto again = post({{"duration", "PT2H"}});
  EXPECT_EQ(again.status, 201U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(post({{"duration", "PT3H"}}).code(), "idempotency_mismatch");
  EXPECT_EQ(post({{"duration", "PT2H"}, {"expected_price", 250}}).code(), "idempotency_mismatch");
  EXPECT_EQ(ids({.who = renter}).size(), 1U);
}

TEST_F(Rentals, refuse_keys_that_are_none) {
  const auto post = [&](std::string key) {
    return complaints_of(call(post_top_up, {.who = renter,
                                            .headers = {{"idempotency-key", std::move(key)}},
                                            .body = {{"amount", 1}}}));
  };
  EXPECT_EQ(post(""), complaints{"Idempotency-Key: format"});
  EXPECT_EQ(post("two words"), complaints{"Idempotency-Key: format"});
  EXPECT_EQ(post(std::string(256, 'x')), complaints{"Idempotency-Key: format"});
  EXPECT_EQ(post(std::string(255, 'x')), complaints{});
}

TEST_F(Rentals, are_hidden_from_all_but_their_parties) {
  const auto rental = rental_of(advert());
  for (const auto way :
       {get_rental, get_rental_history, get_rental_charges, return_rental, complete_rental,
        dispute_rental, cancel_rental, extend_rental, post_review}) {
    EXPECT_EQ(act(way, stranger, rental).status, 404U);
    EXPECT_EQ(act(way, renter, "nonsense").status, 404U);
  }
  EXPECT_EQ(get(rental).body["status"], "active");
}

TEST_F(Rentals, come_back_and_are_paid) {
  const auto rental = rental_of(with_deposit(5000));
  market.advance(hours{1});
  EXPECT_EQ(act(complete_rental, renter, rental).status, 403U);  // a party, but not the owner
  const auto early = act(complete_rental, owner, rental);
  EXPECT_EQ(early.status, 409U);
  EXPECT_EQ(early.code(), "wrong_status");
  EXPECT_EQ(early.body["rental_status"], "active");
  EXPECT_EQ(early.body["status"], 409);

  const auto back = act(return_rental, renter, rental);
  EXPECT_EQ(back.status, 200U);
  EXPECT_EQ(back.body["status"], "returned");
  EXPECT_EQ(back.body["returned_at"], "2024-05-01T11:00:00Z");
  EXPECT_EQ(act(complete_rental, owner, rental, {{"deposit_claim", 5001}}).code(),
            "claim_exceeds_deposit");
  EXPECT_EQ(complaints_of(act(complete_rental, owner, rental,
                              {{"deposit_claim", -1}, {"reason", std::string(1001, 'x')}})),
            (complaints{"deposit_claim: range", "reason: too_long"}));
  const auto done =
      act(complete_rental, owner, rental, {{"deposit_claim", 1000}, {"reason", "A scratch."}});
  EXPECT_EQ(done.status, 200U);
  EXPECT_EQ(done.body["status"], "completed");
  EXPECT_EQ(done.body["deposit_claim"], euros(1000));
  EXPECT_EQ(wallet_of(owner)["balance"], euros(1250));  // the rent and the claim
  EXPECT_EQ(wallet_of(renter)["balance"], euros(98'750));
}

TEST_F(Rentals, are_disputed_and_cancelled_and_extended) {
  const auto id = advert();
  const auto rental = rental_of(id);
  EXPECT_EQ(complaints_of(act(extend_rental, renter, rental, json::object())),
            complaints{"ends_at: required"});
  EXPECT_EQ(act(extend_rental, owner, rental, {{"ends_at", "2024-05-02T12:00:00Z"}}).status, 403U);
  const auto longer = act(extend_rental, renter, rental, {{"ends_at", "2024-05-02T12:00:00Z"}});
  EXPECT_EQ(longer.status, 200U);
  EXPECT_EQ(longer.body["due_at"], "2024-05-02T12:00:00Z");
  EXPECT_TRUE(longer.body["extension"].is_null());

  EXPECT_EQ(act(return_rental, renter, rental).status, 200U);
  EXPECT_EQ(act(dispute_rental, owner, rental, {{"reason", "Not here."}}).body["status"], "active");

  const auto later = rent(id, {{"starts_at", "2024-05-20T00:00:00Z"}, {"duration", "P1D"}});
  EXPECT_EQ(later.body["status"], "booked");
  const auto off = act(cancel_rental, renter, later.body["id"]);
  EXPECT_EQ(off.body["status"], "cancelled");
  EXPECT_EQ(off.body["cancellation_fee"], euros(0));
}

TEST_F(Rentals, that_cannot_be_extended_say_why) {
  const auto id = advert();
  const auto rental = rental_of(id);  // until 12:00
  ASSERT_EQ(rent(id, {{"starts_at", "2024-05-02T00:00:00Z"}, {"duration", "P1D"}}).status, 201U);
  const auto taken = act(extend_rental, renter, rental, {{"ends_at", "2024-05-02T12:00:00Z"}});
  EXPECT_EQ(taken.status, 409U) << taken.body;
  EXPECT_EQ(taken.code(), "not_available");
  EXPECT_EQ(get(rental).body["due_at"], "2024-05-01T12:00:00Z");
  EXPECT_EQ(get(rental).body["extension_rejection"]["code"], "not_available");

  const auto balance = wallet_of(renter)["balance"]["amount"].get<std::int64_t>();
  call(post_withdrawal, {.who = renter, .body = {{"amount", balance}}});
  const auto broke = act(extend_rental, renter, rental, {{"ends_at", "2024-05-01T23:59:00Z"}});
  EXPECT_EQ(broke.status, 200U) << "the same started day costs nothing more";
  EXPECT_TRUE(broke.body["extension_rejection"].is_null());
}

TEST_F(Rentals, that_cannot_be_paid_for_longer_say_why) {
  pay_in(renter, 250);  // one day, and nothing more
  const auto made = rent(advert());
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto broke =
      act(extend_rental, renter, made.body["id"], {{"ends_at", "2024-05-03T12:00:00Z"}});
  EXPECT_EQ(broke.status, 402U) << broke.body;
  EXPECT_EQ(broke.code(), "insufficient_funds");
}

TEST_F(Rentals, that_are_extended_later_say_so) {
  const auto rental = rental_of(advert());
  market.held_back = [](const want& each) { return each.to.kind == entity_kind::listing; };
  const auto open = act(extend_rental, renter, rental, {{"ends_at", "2024-05-03T12:00:00Z"}});
  EXPECT_EQ(open.status, 200U);
  EXPECT_EQ(open.body["extension"]["ends_at"], "2024-05-03T12:00:00Z");
}

TEST_F(Rentals, that_are_late_have_receipts) {
  const auto rental = rental_of(advert());  // due at 12:00, holds 2.50 of 1000.00
  market.advance(hours{3} + minutes{1});    // 13:01: the late hours of 12:15 and 13:00
  const auto late = get(rental).body;
  EXPECT_EQ(late["status"], "late");
  EXPECT_EQ(late["late_fees"], euros(600));
  EXPECT_EQ(late["total"], euros(850));

  const auto receipts = act(get_rental_charges, owner, rental).body;
  ASSERT_EQ(receipts["items"].size(), 2U);
  EXPECT_TRUE(receipts["next"].is_null());
  const auto& first = receipts["items"][0];
  EXPECT_EQ(first["n"], 1);
  EXPECT_EQ(first["due_at"], "2024-05-01T12:15:00Z");
  EXPECT_EQ(first["fee"], euros(300));
  EXPECT_EQ(first["from_balance"], euros(300));
  EXPECT_EQ(first["from_deposit"], euros(0));
  EXPECT_EQ(first["owed"], euros(0));
  EXPECT_EQ(first["rule"]["grace"], "PT15M");
  EXPECT_EQ(first["rule"]["max_periods"], 168);

  const auto history = act(get_rental_history, renter, rental).body["items"];
  const auto has = [&](const json& id, const char* type) {
    return std::ranges::any_of(history,
                               [&](const json& e) { return e["id"] == id && e["type"] == type; });
  };
  for (const auto& receipt : receipts["items"]) {
    EXPECT_TRUE(has(receipt["late_event_id"], "rent.late"));
    EXPECT_TRUE(has(receipt["charge_event_id"], "rent.charge"));
  }
}

TEST_F(Rentals, have_a_history_in_order) {
  const auto rental = rental_of(advert());
  act(return_rental, renter, rental);
  const auto history = act(get_rental_history, owner, rental).body["items"];
  std::vector<std::string> types;
  for (std::size_t at = 0; at < history.size(); ++at) {
    const auto& event = history[at];
    types.push_back(event["type"]);
    EXPECT_EQ(event["version"], at + 1);
    EXPECT_EQ(event["entity"], (json{{"kind", "rental"}, {"id", rental}}));
    EXPECT_EQ(event["time"], "2024-05-01T10:00:00Z");
    EXPECT_TRUE(event["cause"].is_string());
    EXPECT_TRUE(event["trace_id"].is_string());
    EXPECT_EQ(event["id"].get<std::string>()[14], '8');
  }
  EXPECT_THAT(types, ElementsAre("rent.request", "rent.reserve", "rent.book", "rent.start",
                                 "rent.return", "rent.settle"));
  EXPECT_EQ(history[0]["actor"], to_string(renter));
  EXPECT_EQ(history[2]["data"]["rent"], euros(250));
  EXPECT_EQ(history[2]["data"]["about"]["owner"], to_string(owner));
  EXPECT_EQ(history[1]["data"]["agreed"]["terms"]["grace"], "PT15M");
}

TEST_F(Rentals, are_listed_by_role_and_status) {
  const auto id = advert();
  const auto rental = rental_of(id);
  using query = std::vector<std::pair<std::string, std::string>>;
  EXPECT_THAT(ids({.who = renter}), ElementsAre(rental));
  EXPECT_THAT(ids({.who = owner}), ElementsAre(rental));
  EXPECT_THAT(ids({.who = stranger}), ElementsAre());
  EXPECT_THAT(ids({.who = owner, .query = query{{"role", "owner"}}}), ElementsAre(rental));
  EXPECT_THAT(ids({.who = owner, .query = query{{"role", "renter"}}}), ElementsAre());
  EXPECT_THAT(ids({.who = renter, .query = query{{"status", "active"}}}), ElementsAre(rental));
  EXPECT_THAT(ids({.who = renter, .query = query{{"status", "completed"}}}), ElementsAre());
  const auto wrong =
      call(my_rentals, {.who = renter, .query = {{"status", "none"}, {"role", "both"}}});
  EXPECT_EQ(complaints_of(wrong), (complaints{"status: unknown_value", "role: unknown_value"}));

  const auto row = call(my_rentals, {.who = renter}).body["items"][0];
  const auto whole = get(rental).body;
  for (const auto& [name, value] : row.items()) EXPECT_EQ(value, whole[name]) << name;
}

}  // namespace
}  // namespace rentwave::http
