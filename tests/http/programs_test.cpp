// Tokens for programs, over a real server and a whole node: what they may call, and until when.
#include <map>
#include <regex>

#include "http/fields.hpp"
#include "http/router.hpp"
#include "http/tokens.hpp"
#include "persistence/timestamp.hpp"
#include "tests/http/market/postings.hpp"
#include "tests/http/node_scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

class Programs : public node_scene {
 protected:
  Programs() {
    node_options options;
    options.real_time = [passed = passed] { return system_time() + passed->load(); };
    start(std::move(options));
  }

  client_response make(const client::fields& as, const std::vector<std::string>& scopes) {
    return post("/api/me/tokens", as, {{"name", "a bot"}, {"scopes", scopes}});
  }
  static client::fields as(const json& token) {
    return {{"Authorization", "Bearer " + token.at("access_token").get<std::string>()},
            {"Content-Type", "application/json"}};
  }
  client_response send(std::string_view method, const std::string& path, const client::fields& as,
                       const std::string& body = {}) {
    client to{site->port()};
    return to.send(method, path, as, body);
  }

  /// Of the clock, beside what has passed.
  std::shared_ptr<std::atomic<duration>> passed = std::make_shared<std::atomic<duration>>();
};

TEST_F(Programs, have_a_token_that_is_listed_and_revoked_like_a_session) {
  const auto ann = join("ann");
  const auto made = make(ann, {"wallet", "read", "read"});
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto token = made.json();
  EXPECT_EQ(made.header("location"), "/api/sessions/" + token.at("id").get<std::string>());
  EXPECT_EQ(made.header("cache-control"), "no-store");
  EXPECT_EQ(token.at("scopes"), (json{"read", "wallet"}));

  const auto listed = get("/api/sessions", ann).json().at("items");
  ASSERT_EQ(listed.size(), 2U);
  const auto& own = listed[0].at("current") == true ? listed[0] : listed[1];
  const auto& other = listed[0].at("current") == true ? listed[1] : listed[0];
  EXPECT_TRUE(own.at("program").is_null());
  EXPECT_EQ(other.at("id"), token.at("id"));
  EXPECT_EQ(other.at("program").at("name"), "a bot");
  EXPECT_EQ(other.at("program").at("scopes"), token.at("scopes"));
  EXPECT_EQ(other.at("program").at("expires_at"), token.at("expires_at"));

  EXPECT_EQ(get("/api/me/wallet", as(token)).status, 200U);
  const auto where = made.header("location");
  EXPECT_EQ(send("DELETE", where, join("eve")).status, 404U);
  EXPECT_EQ(send("DELETE", where, ann).status, 204U);
  EXPECT_EQ(get("/api/me/wallet", as(token)).status, 401U) << "dead at once";
}

TEST_F(Programs, may_do_what_their_scopes_say) {
  const auto ann = join("ann");
  const auto reader = as(make(ann, {"read"}).json());
  const auto payer = as(make(ann, {"wallet"}).json());

  EXPECT_EQ(get("/api/me", reader).status, 200U);
  const auto refused = get("/api/me", payer);
  EXPECT_EQ(refused.status, 403U);
  EXPECT_EQ(refused.code(), "insufficient_scope");
  EXPECT_EQ(refused.json().at("scope"), "read");

  EXPECT_EQ(post("/api/me/wallet/top-ups", payer, {{"amount", 100}}).status, 201U);
  EXPECT_EQ(post("/api/me/wallet/top-ups", reader, {{"amount", 100}}).json().at("scope"), "wallet");
  EXPECT_EQ(post("/api/listings", payer, {}).json().at("scope"), "listings");
  EXPECT_EQ(post("/api/rentals", payer, {}).json().at("scope"), "rentals");
  EXPECT_EQ(post("/api/me/notifications/read", payer, {}).json().at("scope"), "inbox");
  EXPECT_EQ(send("PATCH", "/api/me", payer, "{}").json().at("scope"), "profile");
}

/// Over the whole table: what one scope is good for, no other is.
TEST_F(Programs, call_each_route_with_its_scope_and_no_other) {
  const auto ann = join("ann");
  std::map<scope, client::fields> having, lacking;
  const std::vector all{scope::read,    scope::profile, scope::listings,
                        scope::rentals, scope::wallet,  scope::inbox};
  for (const auto one : all) {
    std::vector<std::string> others;
    for (const auto each : all)
      if (each != one) others.emplace_back(name_of(each));
    having[one] = as(make(ann, {std::string{name_of(one)}}).json());
    lacking[one] = as(make(ann, others).json());
  }
  for (const auto& row : all_routes()) {
    if (!row.who.program) continue;
    const auto needed = *row.who.program;
    const auto path = std::regex_replace(std::string{row.pattern}, std::regex{R"(\{\w+\})"},
                                         "018f2f4c-0000-7000-8000-000000000000");
    const auto method = to_string(row.method);
    const auto refused = send(method, path, lacking[needed]);
    EXPECT_EQ(refused.status, 403U) << method << ' ' << path;
    EXPECT_EQ(refused.json().at("scope"), std::string{name_of(needed)}) << method << ' ' << path;
    const auto passed = send(method, path, having[needed]);
    EXPECT_NE(passed.status, 401U) << method << ' ' << path;
    EXPECT_NE(passed.status, 403U) << method << ' ' << path << passed.body;
  }
}

TEST_F(Programs, keep_adverts_and_follow_for_their_person) {
  const auto ann = join("ann");
  const auto reader = as(make(ann, {"read"}).json());
  const auto lessor = as(make(ann, {"listings"}).json());
  const auto listener = as(make(ann, {"inbox"}).json());

  const auto advert = post("/api/listings", lessor, posting(item_kind::room));
  ASSERT_EQ(advert.status, 201U) << advert.body;
  const auto blocks = advert.header("location") + "/blocks";
  const json wish{{"ends_at", format_instant(running->clock().now() + one_hour)}};
  EXPECT_EQ(post(blocks, reader, wish).json().at("scope"), "listings");
  const auto made = post(blocks, lessor, wish);
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(get(blocks, lessor).json().at("scope"), "read");
  EXPECT_EQ(get(blocks, reader).json().at("items").size(), 1U);
  const auto block = made.header("location");
  EXPECT_EQ(send("DELETE", block, reader).json().at("scope"), "listings");
  EXPECT_EQ(send("DELETE", block, lessor).status, 204U);

  const std::string book = "/api/me/follows/book";
  EXPECT_EQ(send("PUT", book, reader).json().at("scope"), "inbox");
  EXPECT_EQ(send("PUT", book, listener).status, 204U);
  EXPECT_EQ(get("/api/me/follows", listener).json().at("scope"), "read");
  EXPECT_EQ(get("/api/me/follows", reader).json().at("items").size(), 1U);
  EXPECT_EQ(send("DELETE", book, reader).json().at("scope"), "inbox");
  EXPECT_EQ(send("DELETE", book, listener).status, 204U);
}

/// Whatever the table of routes says: a stolen token must not become anything better.
TEST_F(Programs, never_do_what_is_for_people_alone) {
  const auto root = join("root");
  const auto bot =
      as(make(root, {"read", "profile", "listings", "rentals", "wallet", "inbox"}).json());
  const std::vector<std::pair<const char*, std::string>> calls{
      {"POST", "/api/me/tokens"},
      {"POST", "/api/me/password"},
      {"GET", "/api/sessions"},
      {"POST", "/api/sessions/current/refresh"},
      {"DELETE", "/api/sessions/current"},
      {"GET", "/api/admin/stats"},
      {"GET", "/api/admin/events"},
  };
  for (const auto& [method, path] : calls) {
    const auto answer = send(method, path, bot, "{}");
    EXPECT_EQ(answer.status, 403U) << path;
    EXPECT_EQ(answer.code(), "insufficient_scope") << path;
    EXPECT_TRUE(answer.json().at("scope").is_null()) << path;
  }
}

TEST_F(Programs, are_named_every_wrong_field) {
  const auto ann = join("ann");
  EXPECT_EQ(post("/api/me/tokens", {}, {}).status, 401U);
  EXPECT_EQ(send("POST", "/api/me/tokens", ann, "{").status, 400U);
  const auto now = running->clock().real_now();
  const auto wrong_with = [&](json body) {
    const auto answer = post("/api/me/tokens", ann, body);
    EXPECT_EQ(answer.status, 422U) << body;
    std::vector<std::string> fields;
    const auto errors = answer.json().at("errors");
    for (const auto& each : errors) fields.push_back(each.at("field").get<std::string>());
    return fields;
  };
  using names = std::vector<std::string>;
  EXPECT_EQ(wrong_with(json::object()), (names{"name", "scopes"}));
  EXPECT_EQ(wrong_with({{"name", ""}, {"scopes", json::array()}}), (names{"name", "scopes"}));
  EXPECT_EQ(wrong_with({{"name", "x"}, {"scopes", {"read", "admin"}}}), names{"scopes[1]"});
  for (const auto end : {now - one_day, now + one_day * 367})
    EXPECT_EQ(
        wrong_with({{"name", "x"}, {"scopes", {"read"}}, {"expires_at", format_instant(end)}}),
        names{"expires_at"});
}

TEST_F(Programs, have_as_many_tokens_as_there_may_be) {
  const auto ann = join("ann");
  for (std::size_t n = 0; n < login::max_programs; ++n)
    ASSERT_EQ(make(ann, {"read"}).status, 201U) << n;
  const auto refused = make(ann, {"read"});
  EXPECT_EQ(refused.status, 409U);
  EXPECT_EQ(refused.code(), "too_many_sessions");
  EXPECT_EQ(get("/api/sessions", ann).json().at("items").size(), login::max_programs + 1);
}

TEST_F(Programs, whose_time_is_up_make_room_for_others) {
  const auto ann = join("ann");
  const auto until = format_instant(running->clock().real_now() + one_hour);
  const json short_lived{{"name", "a visitor"}, {"scopes", {"read"}}, {"expires_at", until}};
  const auto last = make(ann, {"read"}).json();
  for (std::size_t n = 1; n < login::max_programs; ++n)
    ASSERT_EQ(post("/api/me/tokens", ann, short_lived).status, 201U) << n;
  EXPECT_EQ(make(ann, {"read"}).code(), "too_many_sessions");
  *passed = one_hour;
  EXPECT_EQ(make(ann, {"read"}).status, 201U);
  EXPECT_EQ(items("/api/sessions", ann, 3).size(), 3U) << "they are not listed any more";
  EXPECT_EQ(get("/api/me", as(last)).status, 200U) << "it has not expired";
}

TEST_F(Programs, end_with_the_password_that_was_known_when_they_began) {
  const auto ann = join("ann");
  const auto bot = as(make(ann, {"read"}).json());
  EXPECT_EQ(get("/api/me", bot).status, 200U);
  EXPECT_EQ(post("/api/me/password", ann,
                 {{"current_password", "correct horse"}, {"password", "another horse"}})
                .status,
            204U);
  EXPECT_EQ(get("/api/me", bot).status, 401U);
  EXPECT_EQ(get("/api/me", ann).status, 200U);
}

TEST_F(Programs, get_the_same_token_for_the_same_request) {
  auto ann = join("ann");
  ann.emplace_back("Idempotency-Key", "k");
  const auto first = make(ann, {"read"});
  ASSERT_EQ(first.status, 201U) << first.body;
  EXPECT_EQ(make(ann, {"read"}).body, first.body);
  EXPECT_EQ(make(ann, {"wallet"}).code(), "idempotency_mismatch");
}

}  // namespace
}  // namespace rentwave::http
