// Leaving for good, over a real server and a whole node: what stands in the way, and what is left.
#include "tests/http/market/postings.hpp"
#include "tests/http/node_scene.hpp"
#include "tests/runtime/failing_machine.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

/// Lets everybody in as somebody.
class open_gate final : public authenticator {
 public:
  explicit open_gate(identity who) : who_(std::move(who)) {}
  boost::asio::awaitable<answer<std::optional<identity>>> identify(const request&) override {
    co_return std::optional{who_};
  }

 private:
  const identity who_;
};

class Leaving : public node_scene {
 protected:
  Leaving() {
    seals = true;
    start();
    ann = join("ann");
    id = get("/api/me", ann).json().at("id");
  }
  client_response leave(const client::fields& as) {
    client to{site->port()};
    return to.send("DELETE", "/api/me", as);
  }
  client_response log_in(const std::string& name) {
    return post("/api/sessions", {}, {{"username", name}, {"password", "correct horse"}});
  }
  std::string advert_of(const client::fields& as) {
    const auto made = post("/api/listings", as, posting(item_kind::book));
    EXPECT_EQ(made.status, 201U) << made.body;
    return made.json().at("id");
  }
  /// Rented for an hour, from now on.
  std::string rental_of(const client::fields& as, const std::string& listing) {
    const auto made = post("/api/rentals", as, {{"listing_id", listing}, {"duration", "PT1H"}});
    EXPECT_EQ(made.status, 201U) << made.body;
    return made.json().at("id");
  }
  identity in_person() {
    const auto sessions = get("/api/sessions", ann).json().at("items");
    return {*parse_id<account_id>(id),
            *parse_id<session_id>(sessions.at(0).at("id").get<std::string>()), "ann"};
  }
  /// As it goes for a request that had passed the gate before the session ended.
  std::string after_the_gate(const identity& who, std::string_view method, std::string_view path,
                             const json& body = nullptr) {
    actor_backend own{*parts, waiting};
    open_gate guard{who};
    const auto there = serve(own, own, guard);
    client to{there->port()};
    const auto got = to.send(method, path, {{"Content-Type", "application/json"}},
                             body.is_null() ? "" : body.dump());
    return std::to_string(got.status) + ' ' + got.code();
  }

  client::fields ann;
  std::string id;
};

TEST_F(Leaving, ends_everything_at_once) {
  const auto token = post("/api/me/tokens", ann, {{"name", "bot"}, {"scopes", {"read"}}}).json();
  const client::fields bot{
      {"Authorization", "Bearer " + token.at("access_token").get<std::string>()}};
  const auto other = log_in("ann").json();
  const client::fields phone{
      {"Authorization", "Bearer " + other.at("access_token").get<std::string>()}};
  const auto advert = advert_of(ann);
  for (const auto& as : {ann, bot, phone}) ASSERT_EQ(get("/api/me", as).status, 200U);

  const auto done = leave(ann);
  EXPECT_EQ(done.status, 204U) << done.body;
  EXPECT_NE(done.header("set-cookie").find("Max-Age=0"), std::string::npos);

  for (const auto& as : {ann, bot, phone}) EXPECT_EQ(get("/api/me", as).status, 401U);
  EXPECT_EQ(log_in("ann").code(), "bad_credentials");
  EXPECT_EQ(get("/api/users/" + id, {}).status, 404U);
  EXPECT_EQ(get("/api/listings/" + advert, {}).status, 404U);
  EXPECT_EQ(get("/api/listings?owner=" + id, {}).json().at("total"), 0);
  EXPECT_EQ(post("/api/users", {}, {{"username", "ann"}, {"password", "another horse"}}).code(),
            "username_taken")
      << "nobody else can pass for who was here";
}

TEST_F(Leaving, leaves_ids_and_no_personal_text) {
  const auto root = join("root");
  client to{site->port()};
  ASSERT_EQ(to.send("PATCH", "/api/me", ann, R"({"email": "ann@example.org"})").status, 200U);
  ASSERT_EQ(leave(ann).status, 204U);
  const auto whose = *parse_id<account_id>(id);
  const auto connection = *store->connect();
  EXPECT_FALSE(connection->find_key(whose)->has_value()) << "the key is destroyed";
  for (const auto& of : {account_ref(whose), login_ref("ann")}) {
    const auto found = *connection->load_from_start(of);
    ASSERT_FALSE(found.events.empty());
    for (const auto& event : found.events) {
      EXPECT_EQ(event.data.find("ann@example.org"), std::string::npos) << event.data;
      EXPECT_EQ(event.data.find("$argon2id"), std::string::npos) << event.data;
    }
  }
  const auto shown = get("/api/admin/entities/account/" + id, root);
  ASSERT_EQ(shown.status, 200U);
  EXPECT_EQ(shown.json().at("state").at("standing").at("now"), "erased");
  EXPECT_EQ(shown.body.find("ann@example.org"), std::string::npos);
}

TEST_F(Leaving, needs_an_empty_wallet) {
  ASSERT_EQ(post("/api/me/wallet/top-ups", ann, {{"amount", 500}}).status, 201U);
  const auto refused = leave(ann);
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(refused.code(), "wallet_not_empty");
  EXPECT_NE(refused.json().at("detail").get<std::string>().find("500"), std::string::npos);
  EXPECT_EQ(get("/api/me", ann).status, 200U) << "nothing has ended";
  EXPECT_EQ(post("/api/me/wallet/top-ups", ann, {{"amount", 1}}).status, 201U) << "it is open";
  ASSERT_EQ(post("/api/me/wallet/withdrawals", ann, {{"amount", 501}}).status, 201U);
  EXPECT_EQ(leave(ann).status, 204U);
}

TEST_F(Leaving, needs_every_rental_to_be_over) {
  const auto bob = join("bob");
  ASSERT_EQ(post("/api/me/wallet/top-ups", bob, {{"amount", 5000}}).status, 201U);
  const auto other = advert_of(ann);
  const auto rental = rental_of(bob, advert_of(ann));

  EXPECT_EQ(leave(ann).code(), "listing_in_use") << "the owner's";
  EXPECT_EQ(get("/api/listings/" + other, {}).status, 200U) << "it is shown again";
  EXPECT_EQ(leave(bob).code(), "wallet_not_empty") << "the renter's";

  ASSERT_EQ(post("/api/rentals/" + rental + "/return", bob).status, 200U);
  EXPECT_EQ(leave(ann).code(), "rentals_open") << "it is back, and not paid";
  ASSERT_EQ(post("/api/rentals/" + rental + "/complete", ann).status, 200U);
  ASSERT_TRUE(comes_true(
      [&] { return get("/api/me/wallet", ann).json().at("balance").at("amount") == 250; }));
  ASSERT_EQ(post("/api/me/wallet/withdrawals", ann, {{"amount", 250}}).status, 201U);
  EXPECT_EQ(leave(ann).status, 204U);
  EXPECT_EQ(get("/api/rentals/" + rental, bob).json().at("owner"), id) << "an id stays";
}

TEST_F(Leaving, is_up_to_a_person_who_is_logged_in) {
  EXPECT_EQ(leave({}).status, 401U);
  const auto token = post("/api/me/tokens", ann, {{"name", "bot"}, {"scopes", {"profile"}}}).json();
  EXPECT_EQ(
      leave({{"Authorization", "Bearer " + token.at("access_token").get<std::string>()}}).code(),
      "insufficient_scope");
}

TEST_F(Leaving, takes_the_notices_along) {
  const auto bob = join("bob");
  ASSERT_EQ(post("/api/me/wallet/top-ups", bob, {{"amount", 5000}}).status, 201U);
  const auto rental = rental_of(bob, advert_of(ann));
  ASSERT_EQ(items("/api/me/notifications", ann, 1).size(), 1U);
  ASSERT_EQ(post("/api/rentals/" + rental + "/return", bob).status, 200U);
  ASSERT_EQ(post("/api/rentals/" + rental + "/complete", ann).status, 200U);
  ASSERT_TRUE(comes_true(
      [&] { return get("/api/me/wallet", ann).json().at("balance").at("amount") == 250; }));
  ASSERT_EQ(post("/api/me/wallet/withdrawals", ann, {{"amount", 250}}).status, 201U);
  ASSERT_EQ(leave(ann).status, 204U);
  const auto whose = *parse_id<account_id>(id);
  const auto connection = *store->connect();
  EXPECT_TRUE(comes_true([&] { return connection->notices(whose, 0, 10)->empty(); }));
}

TEST_F(Leaving, ends_what_one_follows) {
  const auto root = join("root");
  client to{site->port()};
  ASSERT_EQ(to.send("PUT", "/api/me/follows/book", ann).status, 204U);
  const auto shard = rentwave::audience::shard_of(*parse_id<account_id>(id));
  const auto path = "/api/admin/entities/audience/" + rentwave::audience::ref("book", shard).id;
  const auto followers = [&] { return get(path, root).json().at("state").at("followers"); };
  ASSERT_EQ(followers(), json::array({id}));
  ASSERT_EQ(leave(ann).status, 204U);
  EXPECT_TRUE(comes_true([&] { return followers().empty(); }));
}

TEST_F(Leaving, comes_before_whatever_was_under_way) {
  const auto advert = advert_of(join("bob"));
  const auto who = in_person();
  ASSERT_EQ(leave(ann).status, 204U);
  const auto ask = [&](std::string_view method, std::string_view path, const json& body = nullptr) {
    return after_the_gate(who, method, path, body);
  };
  EXPECT_EQ(ask("POST", "/api/me/wallet/top-ups", {{"amount", 100}}), "409 account_closed");
  EXPECT_EQ(ask("POST", "/api/rentals", {{"listing_id", advert}, {"duration", "PT1H"}}),
            "409 account_closed");
  EXPECT_EQ(ask("POST", "/api/me/tokens", {{"name", "x"}, {"scopes", {"read"}}}),
            "401 session_ended");
  EXPECT_EQ(ask("POST", "/api/sessions/current/refresh"), "401 session_ended");
  EXPECT_EQ(ask("PATCH", "/api/me", {{"display_name", "A"}}), "404 not_found");
  EXPECT_EQ(ask("PUT", "/api/me/follows/book"), "409 account_closed");
}

TEST_F(Leaving, is_no_way_out_of_a_suspension) {
  const auto root = join("root");
  const auto who = in_person();
  ASSERT_EQ(post("/api/admin/users/" + id + "/suspend", root, {{"reason", "Spam."}}).status, 200U);
  EXPECT_EQ(after_the_gate(who, "DELETE", "/api/me"), "403 account_suspended");
  EXPECT_EQ(after_the_gate(who, "POST", "/api/me/password",
                           {{"current_password", "correct horse"}, {"password", "a new horse"}}),
            "403 account_suspended");
}

/// Wallets fail, so that nobody gets a word out of them.
class SlowLeaving : public node_scene {
 protected:
  SlowLeaving() {
    waiting.request_timeout = std::chrono::seconds{2};
    node_options options;
    options.machines = [](const entity_ref& entity) -> std::unique_ptr<machine> {
      if (entity.kind != entity_kind::wallet) return make_machine(entity);
      return std::make_unique<testing::failing_machine>(make_machine(entity),
                                                        [](const any_command&) { return true; });
    };
    start(std::move(options));
  }
};

TEST_F(SlowLeaving, is_under_way_until_others_have_agreed) {
  const auto root = join("root");
  const auto ann = join("ann");
  const std::string id = get("/api/me", ann).json().at("id");
  client to{site->port()};
  const auto asked = to.send("DELETE", "/api/me", ann);
  EXPECT_EQ(asked.status, 202U) << asked.body;
  EXPECT_EQ(asked.json().at("standing"), "closing");
  EXPECT_EQ(get("/api/me", ann).status, 200U) << "there is a way back until then";
  EXPECT_EQ(post("/api/admin/users/" + id + "/suspend", root, {{"reason", "Spam."}}).code(),
            "account_closed");
}

}  // namespace
}  // namespace rentwave::http
