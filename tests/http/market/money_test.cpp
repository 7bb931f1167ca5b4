#include <gmock/gmock.h>

#include "tests/http/market/scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

class Wallet : public market_scene {
 protected:
  reply_to_test top_up(const json& body, std::string key = {}) {
    return pay(post_top_up, body, key);
  }
  reply_to_test withdraw(const json& body, std::string key = {}) {
    return pay(post_withdrawal, body, key);
  }

 private:
  reply_to_test pay(handler what, const json& body, const std::string& key) {
    question asked{.who = renter, .body = body};
    if (!key.empty()) asked.headers.emplace_back("idempotency-key", key);
    return call(what, asked);
  }
};

TEST_F(Wallet, of_somebody_new_is_empty) {
  EXPECT_EQ(wallet_of(renter),
            (json{{"balance", euros(0)}, {"held", euros(0)}, {"owed", euros(0)}}));
}

TEST_F(Wallet, is_filled_and_emptied) {
  const auto in = top_up({{"amount", 1500}});
  EXPECT_EQ(in.status, 201U);
  EXPECT_EQ(in.body["amount"], euros(1500));
  EXPECT_EQ(in.body["balance"], euros(1500));
  EXPECT_EQ(in.body["status"], "completed");
  EXPECT_TRUE(in.body["id"].is_string());
  const auto out = withdraw({{"amount", 600}});
  EXPECT_EQ(out.status, 201U);
  EXPECT_EQ(out.body["balance"], euros(900));
  EXPECT_EQ(withdraw({{"amount", 901}}).code(), "insufficient_funds");
  EXPECT_EQ(wallet_of(renter)["balance"], euros(900));
}

TEST_F(Wallet, takes_positive_integers_only) {
  for (const json& amount :
       std::vector<json>{0, -5, 2.5, "5", nullptr, euros(5), 1'000'000'001, true})
    EXPECT_EQ(top_up({{"amount", amount}}).status, 422U) << amount;
  EXPECT_EQ(complaints_of(top_up(json::object())), complaints{"amount: required"});
  EXPECT_EQ(top_up(nullptr).status, 400U);
  EXPECT_EQ(wallet_of(renter)["balance"], euros(0));
}

TEST_F(Wallet, says_when_a_payment_failed) {
  top_up({{"amount", 1000}});
  market.payments_fail = true;
  const auto in = top_up({{"amount", 500}});
  EXPECT_EQ(in.status, 402U);
  EXPECT_EQ(in.code(), "payment_failed");
  EXPECT_EQ(withdraw({{"amount", 500}}).code(), "payment_failed");
  EXPECT_EQ(wallet_of(renter)["balance"], euros(1000));
}

TEST_F(Wallet, says_when_a_payment_is_pending) {
  market.held_back = [](const want& each) { return each.to.kind == entity_kind::payment; };
  const auto in = top_up({{"amount", 500}});
  EXPECT_EQ(in.status, 201U);
  EXPECT_EQ(in.body["status"], "pending");
  EXPECT_EQ(in.body["balance"], euros(0));
}

TEST_F(Wallet, is_charged_once_under_one_key) {
  const auto first = top_up({{"amount", 500}}, "a");
  EXPECT_EQ(first.status, 201U);
  EXPECT_EQ(top_up({{"amount", 500}}, "a").body, first.body);
  EXPECT_EQ(top_up({{"amount", 600}}, "a").code(), "idempotency_mismatch");
  EXPECT_EQ(top_up({{"amount", 500}}, "b").status, 201U);
  EXPECT_EQ(wallet_of(renter)["balance"], euros(1000));
}

TEST_F(Wallet, tells_how_a_payment_went_that_it_has_forgotten) {
  EXPECT_EQ(top_up({{"amount", 500}}, "good").body["status"], "completed");
  market.payments_fail = true;
  EXPECT_EQ(top_up({{"amount", 600}}, "bad").status, 402U);
  EXPECT_EQ(withdraw({{"amount", 100}}, "bad-too").status, 402U);
  for (std::size_t i = 0; i < wallet::remembered_payments; ++i) top_up({{"amount", 1}});
  market.payments_fail = false;
  for (std::size_t i = 0; i < wallet::remembered_payments; ++i) top_up({{"amount", 1}});
  EXPECT_EQ(top_up({{"amount", 500}}, "good").body["status"], "completed");
  EXPECT_EQ(top_up({{"amount", 600}}, "bad").code(), "payment_failed");
  EXPECT_EQ(withdraw({{"amount", 100}}, "bad-too").code(), "payment_failed");
  EXPECT_EQ(wallet_of(renter)["balance"], euros(600));
}

TEST_F(Wallet, has_a_statement_newest_first) {
  top_up({{"amount", 1000}});
  withdraw({{"amount", 400}});
  const auto reply = call(get_wallet_entries, {.who = renter, .query = {{"limit", "1"}}});
  EXPECT_EQ(reply.status, 200U);
  ASSERT_EQ(reply.body["items"].size(), 1U);
  const auto& newest = reply.body["items"][0];
  EXPECT_EQ(newest["type"], "wallet.withdraw");
  EXPECT_EQ(newest["amount"], euros(-400));
  EXPECT_EQ(newest["balance"], euros(600));
  EXPECT_TRUE(newest["rental_id"].is_null());
  ASSERT_TRUE(reply.body["next"].is_string());
  const auto rest =
      call(get_wallet_entries, {.who = renter, .query = {{"cursor", reply.body["next"]}}});
  ASSERT_EQ(rest.body["items"].size(), 1U);
  EXPECT_EQ(rest.body["items"][0]["type"], "wallet.top-up");
  EXPECT_EQ(call(get_wallet_entries, {.who = stranger}).body["items"], json::array());
}

// --- notifications ---

class Notifications : public market_scene {
 protected:
  void tell(const std::string& text) {
    inbox::notice notice;
    notice.type = "rent.book";
    notice.time = market.clock().now();
    notice.text = text;
    notice.isbn = "9780306406157";
    market.send_inside(inbox_ref(renter), inbox::command{inbox::deliver{renter, notice}});
  }
  json list(std::vector<std::pair<std::string, std::string>> query = {}) {
    const auto reply = call(get_notifications, {.who = renter, .query = std::move(query)});
    EXPECT_EQ(reply.status, 200U) << reply.body;
    return reply.body;
  }
  reply_to_test read(const json& body) {
    return call(read_notifications, {.who = renter, .body = body});
  }
};

TEST_F(Notifications, of_somebody_new_are_none) {
  EXPECT_EQ(list(), (json{{"items", json::array()}, {"next", nullptr}, {"unread", 0}}));
  EXPECT_EQ(read({{"up_to", "5"}}).body["unread"], 0);
}

TEST_F(Notifications, are_read_in_order_from_a_cursor_on) {
  for (const auto* text : {"one", "two", "three"}) tell(text);
  const auto first = list({{"limit", "2"}});
  ASSERT_EQ(first["items"].size(), 2U);
  EXPECT_EQ(first["unread"], 3);
  EXPECT_EQ(first["items"][0], (json{{"cursor", "1"},
                                     {"type", "rent.book"},
                                     {"time", "2024-05-01T10:00:00Z"},
                                     {"text", "one"},
                                     {"data", {{"isbn", "9780306406157"}}}}));
  const auto second = list({{"after", first["next"]}});
  ASSERT_EQ(second["items"].size(), 1U);
  EXPECT_EQ(second["items"][0]["text"], "three");
  EXPECT_TRUE(second["next"].is_null());
}

TEST_F(Notifications, are_unread_until_read) {
  for (const auto* text : {"one", "two", "three"}) tell(text);
  const auto after = read({{"up_to", "2"}});
  EXPECT_EQ(after.status, 200U);
  EXPECT_EQ(after.body["unread"], 1);
  EXPECT_EQ(list()["items"].size(), 3U);
  const auto unread = list({{"unread", "true"}});
  ASSERT_EQ(unread["items"].size(), 1U);
  EXPECT_EQ(unread["items"][0]["text"], "three");
  EXPECT_EQ(read({{"up_to", 99}}).body["unread"], 0);
}

TEST_F(Notifications, refuse_cursors_that_are_none) {
  for (const json& cursor : std::vector<json>{"x", "", "-1", "1.5", "99999999999999999999"})
    EXPECT_EQ(complaints_of(read({{"up_to", cursor}})), complaints{"up_to: format"}) << cursor;
  EXPECT_EQ(complaints_of(read({{"up_to", -1}})), complaints{"up_to: range"});
  EXPECT_EQ(complaints_of(read({{"up_to", true}})), complaints{"up_to: type"});
  EXPECT_EQ(complaints_of(read(json::object())), complaints{"up_to: required"});
  const auto wrong =
      call(get_notifications, {.who = renter, .query = {{"after", "x"}, {"unread", "yes"}}});
  EXPECT_EQ(complaints_of(wrong), (complaints{"after: type", "unread: unknown_value"}));
}

}  // namespace
}  // namespace rentwave::http
