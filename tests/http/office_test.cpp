// What administrators decide about people, rentals and adverts, over a real server and a whole
// node.
#include "persistence/timestamp.hpp"
#include "tests/http/market/postings.hpp"
#include "tests/http/node_scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

class Office : public node_scene {
 protected:
  Office() {
    start();
    root = join("root");
    ann = join("ann");
    id = get("/api/me", ann).json().at("id");
  }
  client_response log_in(const std::string& password = "correct horse") {
    return post("/api/sessions", {}, {{"username", "ann"}, {"password", password}});
  }
  static client::fields as(const client_response& logged_in) {
    return {{"Authorization", "Bearer " + logged_in.json().at("access_token").get<std::string>()},
            {"Content-Type", "application/json"}};
  }
  client_response suspend(const json& body) {
    return post("/api/admin/users/" + id + "/suspend", root, body);
  }
  std::string advert_of(const client::fields& as) {
    const auto made = post("/api/listings", as, posting_with(item_kind::book, "/deposit", 1000));
    EXPECT_EQ(made.status, 201U) << made.body;
    return made.json().at("id");
  }
  long balance(const client::fields& as) {
    return get("/api/me/wallet", as).json().at("balance").at("amount");
  }
  /// Who did the latest of these, by the log.
  std::string actor_of(const std::string& type) {
    const auto found = get("/api/admin/events?type=" + type, root).json().at("items");
    return found.empty() ? "" : found.back().at("actor").get<std::string>();
  }

  client::fields root;
  client::fields ann;
  std::string id;
};

TEST_F(Office, is_for_administrators_only) {
  const auto some = to_string(api->new_uuid());
  for (const auto* path : {"/api/admin/users/{}/suspend", "/api/admin/users/{}/password-reset",
                           "/api/admin/rentals/{}/settle", "/api/admin/listings/{}/hide"}) {
    std::string whole = path;
    whole.replace(whole.find("{}"), 2, some);
    EXPECT_EQ(post(whole, {}, {}).status, 401U) << path;
    EXPECT_EQ(post(whole, ann, {}).code(), "not_admin") << path;
    const json body{{"reason", "x"}};
    EXPECT_EQ(post(whole, root, body).status, 404U) << path;
    whole.replace(whole.find(some), some.size(), "x");
    EXPECT_EQ(post(whole, root, body).status, 404U) << path;
  }
}

TEST_F(Office, suspends_a_person_until_it_is_lifted) {
  const auto advert = advert_of(ann);
  EXPECT_EQ(suspend({}).status, 422U) << "a reason is needed";
  EXPECT_EQ(suspend({{"reason", "x"}, {"until", "2020-01-01T00:00:00Z"}}).status, 422U);
  ASSERT_EQ(get("/api/me", ann).status, 200U);

  const auto until = format_instant(running->clock().now() + one_day);
  const auto done = suspend({{"reason", "Spam."}, {"until", until}});
  ASSERT_EQ(done.status, 200U) << done.body;
  EXPECT_EQ(done.json().at("standing"), "suspended");
  EXPECT_EQ(done.json().at("reason"), "Spam.");
  EXPECT_EQ(done.json().at("until"), until);
  EXPECT_EQ(actor_of("account.suspend"), get("/api/me", root).json().at("id"));

  EXPECT_EQ(get("/api/me", ann).status, 401U) << "sessions end";
  const auto refused = log_in();
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(refused.code(), "account_suspended");
  EXPECT_NE(refused.json().at("detail").get<std::string>().find("Spam."), std::string::npos);
  EXPECT_EQ(refused.json().at("until"), until);
  EXPECT_EQ(log_in("wrong horse").code(), "bad_credentials") << "strangers learn nothing";
  EXPECT_EQ(get("/api/listings/" + advert, {}).status, 404U);
  EXPECT_EQ(get("/api/listings?owner=" + id, {}).json().at("total"), 0);

  ASSERT_EQ(suspend({{"lift", true}}).json().at("standing"), "good");
  EXPECT_EQ(log_in().status, 201U);
  EXPECT_EQ(get("/api/listings/" + advert, {}).status, 200U);
  EXPECT_EQ(get("/api/listings?owner=" + id, {}).json().at("total"), 1);
}

TEST_F(Office, locks_nobody_out_of_itself) {
  const std::string self = get("/api/me", root).json().at("id");
  const auto refused = post("/api/admin/users/" + self + "/suspend", root, {{"reason", "x"}});
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(refused.code(), "own_account");
  EXPECT_EQ(get("/api/admin/stats", root).status, 200U);
  const auto boss = join("boss");
  ASSERT_EQ(post("/api/admin/users/" + self + "/suspend", boss, {{"reason", "x"}}).status, 200U);
  EXPECT_EQ(get("/api/admin/stats", root).status, 401U);
  ASSERT_EQ(post("/api/admin/users/" + self + "/suspend", boss, {{"lift", true}}).status, 200U);
}

TEST_F(Office, gives_out_a_password_for_one_log_in) {
  const auto done = post("/api/admin/users/" + id + "/password-reset", root);
  ASSERT_EQ(done.status, 200U) << done.body;
  EXPECT_EQ(done.header("cache-control"), "no-store");
  const std::string once = done.json().at("password");
  EXPECT_FALSE(done.json().at("expires_at").is_null());
  EXPECT_EQ(actor_of("user.reset"), get("/api/me", root).json().at("id"));
  EXPECT_EQ(get("/api/me", ann).status, 401U);
  EXPECT_EQ(log_in().code(), "bad_credentials") << "the old one is void";

  const auto in = log_in(once);
  ASSERT_EQ(in.status, 201U) << in.body;
  EXPECT_EQ(log_in(once).code(), "bad_credentials");
  EXPECT_EQ(
      post("/api/me/password", as(in), {{"current_password", once}, {"password", "a new horse"}})
          .status,
      204U);
  EXPECT_EQ(log_in("a new horse").status, 201U);
}

TEST_F(Office, hides_an_advert_and_its_owner_is_told_why) {
  const auto advert = advert_of(ann);
  const auto path = "/api/admin/listings/" + advert + "/hide";
  EXPECT_EQ(post(path, root).status, 422U) << "a reason is needed";
  const auto done = post(path, root, {{"reason", "Forbidden goods."}});
  ASSERT_EQ(done.status, 200U) << done.body;
  EXPECT_EQ(done.json().at("hidden").at("reason"), "Forbidden goods.");
  EXPECT_EQ(actor_of("listing.hide"), get("/api/me", root).json().at("id"));

  EXPECT_EQ(get("/api/listings/" + advert, {}).status, 404U);
  EXPECT_EQ(get("/api/listings/" + advert + "/calendar", {}).status, 404U);
  EXPECT_EQ(get("/api/listings/" + advert + "/reviews", {}).status, 404U);
  const json wish{{"listing_id", advert}, {"duration", "PT1H"}};
  EXPECT_EQ(post("/api/rentals/quotes", root, wish).status, 404U);
  EXPECT_EQ(get("/api/listings", {}).json().at("total"), 0);
  EXPECT_EQ(post("/api/rentals", root, wish).code(), "listing_inactive");
  const auto mine = get("/api/me/listings", ann).json().at("items").at(0);
  EXPECT_EQ(mine.at("active"), true) << "as its owner has it";
  EXPECT_EQ(mine.at("hidden").at("reason"), "Forbidden goods.");
  auto edit = ann;
  edit.emplace_back("If-Match", "*");
  client to{site->port()};
  const auto refused = to.send("PATCH", "/api/listings/" + advert, edit, R"({"active": true})");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(refused.code(), "listing_hidden");
  EXPECT_EQ(items("/api/me/notifications", ann, 1).at(0).at("type"), "listing.hide");

  EXPECT_TRUE(post(path, root, {{"lift", true}}).json().at("hidden").is_null());
  EXPECT_EQ(get("/api/listings/" + advert, {}).status, 200U);
  EXPECT_EQ(get("/api/listings", {}).json().at("total"), 1);
  EXPECT_TRUE(get("/api/me/listings", ann).json().at("items").at(0).at("hidden").is_null());
}

class Settlement : public Office {
 protected:
  /// Bob has rented ann's book for 250 and a deposit of 1000, and it is back.
  Settlement() {
    bob = join("bob");
    EXPECT_EQ(post("/api/me/wallet/top-ups", bob, {{"amount", 2000}}).status, 201U);
    const auto made =
        post("/api/rentals", bob, {{"listing_id", advert_of(ann)}, {"duration", "PT1H"}});
    EXPECT_EQ(made.status, 201U) << made.body;
    rental = made.json().at("id");
    path = "/api/admin/rentals/" + rental + "/settle";
  }
  void give_back() { ASSERT_EQ(post("/api/rentals/" + rental + "/return", bob).status, 200U); }

  client::fields bob;
  std::string rental;
  std::string path;
};

TEST_F(Settlement, splits_the_money_to_the_cent_and_tells_both) {
  give_back();
  const auto done = post(path, root, {{"rent", 201}, {"deposit", 333}, {"reason", "A stain."}});
  ASSERT_EQ(done.status, 200U) << done.body;
  EXPECT_EQ(done.json().at("status"), "completed");
  const auto settled = done.json().at("settlement");
  EXPECT_EQ(settled.at("rent").at("amount"), 201);
  EXPECT_EQ(settled.at("late_fees").at("amount"), 0);
  EXPECT_EQ(settled.at("deposit").at("amount"), 333);
  EXPECT_EQ(settled.at("reason"), "A stain.");
  EXPECT_TRUE(comes_true([&] { return balance(ann) == 201 + 333; }));
  EXPECT_EQ(balance(bob), 2000 - 201 - 333);
  EXPECT_EQ(get("/api/me/wallet", bob).json().at("held").at("amount"), 0);
  EXPECT_EQ(actor_of("rent.arbitrate"), get("/api/me", root).json().at("id"));
  for (const auto& each : {ann, bob})
    EXPECT_TRUE(comes_true([&] {
      const auto told = get("/api/me/notifications", each).json().at("items");
      return !told.empty() && told.back().at("type") == "rent.arbitrate";
    }));

  const auto again = post(path, root, {{"reason", "x"}});
  EXPECT_EQ(again.code(), "wrong_status");
  EXPECT_EQ(again.json().at("rental_status"), "completed");
}

TEST_F(Settlement, is_for_quarrels_and_gives_nobody_more_than_agreed) {
  EXPECT_EQ(post(path, root, {{"reason", "x"}}).code(), "wrong_status") << "all is well";
  give_back();
  ASSERT_EQ(post("/api/rentals/" + rental + "/dispute", ann).status, 200U);
  EXPECT_EQ(post(path, root, {}).status, 422U) << "a reason is needed";
  EXPECT_EQ(post(path, root, {{"reason", "x"}, {"rent", -1}}).status, 422U);
  EXPECT_EQ(post(path, root, {{"reason", "x"}, {"rent", 251}}).code(), "amount_invalid");
  EXPECT_EQ(post(path, root, {{"reason", "x"}, {"late_fees", 1}}).code(), "amount_invalid");
  EXPECT_EQ(post(path, root, {{"reason", "x"}, {"deposit", 1001}}).code(), "claim_exceeds_deposit");
  EXPECT_EQ(post(path, root, {{"reason", "x"}, {"rent", 0}, {"deposit", 1000}}).status, 200U);
  EXPECT_TRUE(comes_true([&] { return balance(ann) == 1000; }));
  EXPECT_EQ(balance(bob), 1000);
}

}  // namespace
}  // namespace rentwave::http
