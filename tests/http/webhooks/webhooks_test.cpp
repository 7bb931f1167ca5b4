// Webhooks over a real server, a whole node and a real receiver.
#include "http/webhooks/signature.hpp"
#include "http/webhooks/web_courier.hpp"
#include "tests/http/market/postings.hpp"
#include "tests/http/node_scene.hpp"
#include "tests/http/webhooks/receiver.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

class Webhooks : public node_scene {
 protected:
  Webhooks() {
    seals = true;
    receivers = {.plain_http = true, .private_addresses = true};
    courier_options by_web;
    by_web.rules = receivers;
    courier = std::make_shared<web_courier>(by_web);
    node_options options;
    options.webhooks = courier;
    start(std::move(options));
    ann = join("ann");
    ben = join("ben");
  }
  ~Webhooks() override {
    running->stop();
    courier->stop();
  }

  client_response send(const char* method, const std::string& path, const client::fields& as) {
    client to{site->port()};
    return to.send(method, path, as);
  }
  json make(const receiver& to, const json& types = nullptr) {
    const auto made = post("/api/me/webhooks", ann, {{"url", to.url()}, {"types", types}});
    EXPECT_EQ(made.status, 201U) << made.body;
    return made.json();
  }
  /// Ann is told that Ben has rented something of hers, and that he has given it back.
  void rent_and_return() {
    post("/api/me/wallet/top-ups", ben, {{"amount", 100'000}});
    const auto advert = post("/api/listings", ann, posting(item_kind::book)).json();
    auto traced = ben;
    traced.emplace_back("traceparent", "00-" + trace + "-b7ad6b7169203331-01");
    const auto rental =
        post("/api/rentals", traced, {{"listing_id", advert.at("id")}, {"duration", "PT2H"}});
    EXPECT_EQ(rental.status, 201U) << rental.body;
    const std::string id = rental.json().at("id");
    EXPECT_EQ(post("/api/rentals/" + id + "/return", ben).status, 200U);
  }

  const std::string trace = "0af7651916cd43dd8448eb211c80319c";  ///< of the renting
  std::shared_ptr<web_courier> courier;
  client::fields ann, ben;
};

TEST_F(Webhooks, are_posted_what_their_owner_is_told_and_signed) {
  const receiver to{[](int) { return receiver::status(200); }};
  const auto made = make(to);
  rent_and_return();
  const auto posts = to.await(2);
  ASSERT_EQ(posts.size(), 2U);
  const auto told = items("/api/me/notifications", ann, 2);
  for (std::size_t n = 0; n < posts.size(); ++n) {
    const auto& got = posts[n];
    EXPECT_EQ(json::parse(got.body), told[n]);
    EXPECT_EQ(got.headers.at("webhook-signature"),
              webhook_signature(made.at("secret").get<std::string>(), got.headers.at("webhook-id"),
                                std::stoll(got.headers.at("webhook-timestamp")), got.body));
  }
  EXPECT_TRUE(posts[0].headers.at("traceparent").starts_with("00-" + trace));
  EXPECT_NE(posts[0].headers.at("webhook-id"), posts[1].headers.at("webhook-id"));
  EXPECT_TRUE(comes_true([&] {
    const auto shown = get("/api/me/webhooks", ann).json().at("items").at(0);
    return shown.at("delivered_up_to") == "2";
  }));
  const auto text = get("/metrics", {}).body;
  EXPECT_EQ(metric(text, "rentwave_webhook_posts_total{result=\"taken\"}"), 2);
  EXPECT_EQ(metric(text, "rentwave_webhook_posts_total{result=\"failed\"}"), 0);
  EXPECT_EQ(metric(text, "rentwave_queue_length{queue=\"webhooks\"}"), 0);
}

TEST_F(Webhooks, keep_url_and_secret_out_of_the_log_and_of_what_operators_see) {
  const receiver to{[](int) { return receiver::status(200); }};
  const auto made = make(to);
  const auto root = join("root");
  const auto where = "webhook/" + made.at("id").get<std::string>();
  const auto seen = get("/api/admin/entities/" + where, root);
  EXPECT_EQ(seen.status, 200U);
  EXPECT_EQ(seen.json().at("state").at("now"), "active");
  const auto logged = get("/api/admin/events?entity=" + where, root);
  EXPECT_EQ(logged.json().at("items").at(0).at("type"), "webhook.create");
  for (const auto& text : {seen.body, logged.body}) {
    EXPECT_EQ(text.find("127.0.0.1"), text.npos);
    EXPECT_EQ(text.find("whsec_"), text.npos);
  }
  const auto stored = (*store->connect())->scan(0, {}, 1'000);
  for (const auto& event : stored->events) {
    EXPECT_EQ(event.data.find("/in?key"), event.data.npos);
    EXPECT_EQ(event.data.find("whsec_"), event.data.npos);
  }
}

TEST_F(Webhooks, are_tried_again_by_the_same_id_when_a_receiver_is_out_of_order) {
  const receiver to{[](int n) { return receiver::status(n == 1 ? 500 : 200); }};
  const auto made = make(to, {"rent.book"});
  rent_and_return();
  to.await(1);
  const auto path = made.at("id").get<std::string>();
  json shown;
  EXPECT_TRUE(comes_true([&] {
    shown = get("/api/me/webhooks/" + path, ann).json();
    return shown.at("failures") == 1;
  }));
  EXPECT_EQ(shown.at("last_failure").at("status"), 500);
  const auto posts = to.await(2);  // after five seconds
  ASSERT_EQ(posts.size(), 2U);
  EXPECT_EQ(posts[0].headers.at("webhook-id"), posts[1].headers.at("webhook-id"));
  EXPECT_EQ(posts[0].body, posts[1].body);
}

TEST_F(Webhooks, end_with_their_owner) {
  const receiver to{[](int) { return receiver::status(200); }};
  const auto made = make(to);
  EXPECT_EQ(send("DELETE", "/api/me", ann).status, 204U);
  const auto where = "/api/admin/entities/webhook/" + made.at("id").get<std::string>();
  const auto root = join("root");
  EXPECT_TRUE(
      comes_true([&] { return get(where, root).json().at("state").at("now") == "removed"; }));
}

TEST_F(Webhooks, are_for_people) {
  const auto token = post("/api/me/tokens", ann, {{"name", "bot"}, {"scopes", {"read", "inbox"}}});
  const client::fields bot{
      {"Authorization", "Bearer " + token.json().at("access_token").get<std::string>()}};
  const auto of_id = "/api/me/webhooks/" + to_string(webhook_id{});
  for (const auto& refused : {get("/api/me/webhooks", bot),
                              post("/api/me/webhooks", bot, {{"url", "https://a.example/"}}),
                              get(of_id, bot), send("DELETE", of_id, bot)})
    EXPECT_EQ(refused.status, 403U) << refused.body;
  for (const auto& refused :
       {get("/api/me/webhooks", {}), post("/api/me/webhooks", {}, {{"url", "https://a.example/"}}),
        get(of_id, {}), send("DELETE", of_id, {})})
    EXPECT_EQ(refused.status, 401U) << refused.body;
}

}  // namespace
}  // namespace rentwave::http
