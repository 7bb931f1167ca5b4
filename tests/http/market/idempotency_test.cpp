// What an Idempotency-Key promises, over the routes that create.
#include "tests/http/market/scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

class Idempotency : public market_scene {
 protected:
  reply_to_test top_up(const json& body, std::string key = "key") {
    return call(post_top_up,
                {.who = renter, .headers = {{"idempotency-key", std::move(key)}}, .body = body});
  }
  reply_to_test rent_under(std::string key, const std::string& listing) {
    return call(post_rental, {.who = renter,
                              .headers = {{"idempotency-key", std::move(key)}},
                              .body = {{"listing_id", listing}, {"duration", "PT2H"}}});
  }
};

TEST_F(Idempotency, gives_the_first_answer_again_whatever_happened_since) {
  const auto first = top_up({{"amount", 500}});
  EXPECT_FALSE(first.headers.contains("idempotent-replayed"));
  pay_in(renter, 300);
  const auto again = top_up({{"amount", 500}});
  EXPECT_EQ(again.status, 201U);
  EXPECT_EQ(again.body, first.body);  // with the balance of then
  EXPECT_EQ(again.headers.at("idempotent-replayed"), "true");
  EXPECT_EQ(wallet_of(renter)["balance"], euros(800));
}

TEST_F(Idempotency, remembers_refusals_too) {
  const auto id = advert();
  const auto first = rent_under("key", id);
  EXPECT_EQ(first.status, 402U);
  pay_in(renter, 10'000);
  const auto again = rent_under("key", id);
  EXPECT_EQ(again.status, 402U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(rent_under("another", id).status, 201U);
}

TEST_F(Idempotency, sees_any_difference_of_the_body) {
  EXPECT_EQ(top_up({{"amount", 500}}).status, 201U);
  EXPECT_EQ(top_up({{"amount", 501}}).code(), "idempotency_mismatch");
  // A member that nobody reads is one too.
  EXPECT_EQ(top_up({{"amount", 500}, {"note", "x"}}).code(), "idempotency_mismatch");
}

TEST_F(Idempotency, is_not_used_up_by_a_body_that_was_wrong) {
  EXPECT_EQ(top_up({{"amount", "much"}}).code(), "invalid");
  EXPECT_EQ(top_up({{"amount", 500}}).status, 201U);
}

TEST_F(Idempotency, goes_on_where_an_answer_was_not_final) {
  const auto id = advert();
  pay_in(renter, 10'000);
  market.held_back = [](const want& each) { return each.to.kind == entity_kind::wallet; };
  const auto first = rent_under("key", id);
  EXPECT_EQ(first.status, 202U);
  market.held_back = {};
  const auto again = rent_under("key", id);
  EXPECT_EQ(again.status, 201U);
  EXPECT_EQ(again.body["id"], first.body["id"]);
  EXPECT_EQ(again.body["status"], "active");
}

TEST_F(Idempotency, gives_one_answer_to_two_requests_at_work_together) {
  json other;
  market.before_next_send = [&] { other = top_up({{"amount", 500}}).body; };
  const auto one = top_up({{"amount", 500}});
  EXPECT_EQ(one.body, other);
  EXPECT_EQ(wallet_of(renter)["balance"], euros(500));
}

}  // namespace
}  // namespace rentwave::http
