// Where one's notifications are posted.
#include <regex>

#include "tests/http/market/scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

class WebhookCalls : public market_scene {
 protected:
  reply_to_test make(const json& body, account_id who = renter, std::string key = {}) {
    question what{.who = who, .body = body};
    if (!key.empty()) what.headers = {{"idempotency-key", std::move(key)}};
    return call(post_webhook, what);
  }
  std::string made(const json& body = {{"url", url}}) {
    const auto reply = make(body);
    EXPECT_EQ(reply.status, 201U) << reply.body;
    return reply.body.value("id", "");
  }
  reply_to_test look(const std::string& id, account_id who = renter) {
    return act(get_webhook, who, id);
  }
  json list(account_id who = renter) { return call(get_webhooks, {.who = who}).body; }
  void tell(account_id who) {
    market.send_inside(inbox_ref(who),
                       inbox::command{inbox::deliver{
                           who, {"rent.late", market.clock().now(), "Late", {}, {}, {}}}});
  }
  /// The postman's answer to the webhook's try of this number.
  void answer(const std::string& id, int n, const posted_so_far& how) {
    market.send_inside(webhook_ref(*parse_id<webhook_id>(id)),
                       webhook::command{answered{"post-" + std::to_string(n), how}});
  }
  complaints wrong(const json& body) {
    const auto reply = make(body);
    EXPECT_EQ(reply.status, 422U) << reply.body;
    return complaints_of(reply);
  }

  static constexpr const char* url = "https://example.org/in?key=1";
};

TEST_F(WebhookCalls, make_one_and_show_its_secret_once) {
  const auto first = make({{"url", url}, {"types", {"rent.late", "rent.book", "rent.late"}}});
  ASSERT_EQ(first.status, 201U) << first.body;
  const auto id = first.body["id"].get<std::string>();
  EXPECT_EQ(first.headers.at("location"), "/api/me/webhooks/" + id);
  EXPECT_TRUE(std::regex_match(first.body["secret"].get<std::string>(),
                               std::regex{"whsec_[A-Za-z0-9+/]{43}="}));
  auto shown = first.body;
  shown.erase("secret");
  EXPECT_EQ(shown, (json{{"id", id},
                         {"url", url},
                         {"types", {"rent.book", "rent.late"}},
                         {"active", true},
                         {"created_at", "2024-05-01T10:00:00Z"},
                         {"delivered_up_to", "0"},
                         {"failures", 0},
                         {"last_failure", nullptr},
                         {"next_try_at", nullptr}}));
  EXPECT_EQ(look(id).body, shown);
  EXPECT_EQ(list(), (json{{"items", json::array({shown})}, {"next", nullptr}}));
}

TEST_F(WebhookCalls, give_each_its_own_secret) {
  EXPECT_NE(make({{"url", url}}).body["secret"], make({{"url", url}}).body["secret"]);
}

TEST_F(WebhookCalls, show_the_same_secret_to_a_repeat_under_the_same_key) {
  const auto first = make({{"url", url}}, renter, "key");
  const auto again = make({{"url", url}}, renter, "key");
  EXPECT_EQ(again.status, 201U);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.at("idempotent-replayed"), "true");
  EXPECT_EQ(list()["items"].size(), 1U);
  EXPECT_EQ(make({{"url", "https://example.net/"}}, renter, "key").code(), "idempotency_mismatch");
}

/// The program dies between making the webhook and keeping the answer.
TEST_F(WebhookCalls, show_the_secret_of_one_that_was_cut_off_to_a_repeat) {
  market.before_next_send = [&] {     // claims the key
    market.before_next_send = [&] {   // makes the webhook
      market.before_next_send = [] {  // keeps the answer
        throw std::runtime_error("the program dies");
      };
    };
  };
  EXPECT_EQ(make({{"url", url}}, renter, "key").status, 500U);
  const auto id = list()["items"].at(0)["id"].get<std::string>();
  const auto again = make({{"url", url}}, renter, "key");
  EXPECT_EQ(again.status, 201U);
  EXPECT_EQ(again.body["id"], id);
  EXPECT_EQ(again.body["secret"].get<std::string>().size(), 50U);
  EXPECT_EQ(list()["items"].size(), 1U);
}

TEST_F(WebhookCalls, do_not_bring_back_one_that_was_removed_before_a_repeat) {
  market.before_next_send = [&] {
    market.before_next_send = [&] {
      market.before_next_send = [] { throw std::runtime_error("the program dies"); };
    };
  };
  EXPECT_EQ(make({{"url", url}}, renter, "key").status, 500U);
  const auto id = list()["items"].at(0)["id"].get<std::string>();
  EXPECT_EQ(act(delete_webhook, renter, id).status, 204U);
  const auto again = make({{"url", url}}, renter, "key");
  EXPECT_EQ(again.status, 404U);
  EXPECT_EQ(again.code(), "not_found");
  EXPECT_EQ(list()["items"], json::array());
}

TEST_F(WebhookCalls, take_all_types_unless_some_are_named) {
  EXPECT_TRUE(look(made()).body["types"].is_null());
  EXPECT_TRUE(look(made({{"url", url}, {"types", nullptr}})).body["types"].is_null());
}

TEST_F(WebhookCalls, name_every_wrong_field) {
  EXPECT_EQ(wrong(json::object()), complaints{"url: required"});
  EXPECT_EQ(wrong({{"url", 1}, {"types", "all"}}), (complaints{"url: type", "types: type"}));
  EXPECT_EQ(wrong({{"url", "ftp://example.org/"}, {"types", {7, "rent.late", "rent.latte"}}}),
            (complaints{"url: format", "types[0]: type", "types[2]: unknown_value"}));
  EXPECT_EQ(wrong({{"url", url}, {"types", json::array()}}), complaints{"types: required"});
  EXPECT_EQ(wrong({{"url", url}, {"types", std::vector<std::string>(101, "rent.late")}}),
            complaints{"types: too_many"});
  EXPECT_EQ(wrong({{"url", std::string(2'001, 'x')}}), complaints{"url: too_long"});
  EXPECT_EQ(list()["items"], json::array());
}

TEST_F(WebhookCalls, take_no_receiver_that_is_not_allowed) {
  for (const char* each : {"http://example.org/", "https://127.0.0.1/", "https://[::1]:8443/",
                           "https://10.0.0.1/", "https://example.org:22/"})
    EXPECT_EQ(wrong({{"url", each}}), complaints{"url: not_allowed"}) << each;
  market.allow({.plain_http = true, .private_addresses = true});
  EXPECT_EQ(make({{"url", "http://127.0.0.1:8080/"}}).status, 201U);
}

TEST_F(WebhookCalls, make_so_many_at_most) {
  std::string last;
  for (std::size_t n = 0; n < inbox::max_hooks; ++n) last = made();
  const auto one_more = make({{"url", url}});
  EXPECT_EQ(one_more.status, 409U);
  EXPECT_EQ(one_more.code(), "too_many_webhooks");
  EXPECT_EQ(make({{"url", url}}, owner).status, 201U) << "another's are another matter";
  EXPECT_EQ(act(delete_webhook, renter, last).status, 204U);
  made();
  EXPECT_EQ(list()["items"].size(), inbox::max_hooks);
}

TEST_F(WebhookCalls, make_none_for_somebody_who_has_left) {
  market.send_inside(inbox_ref(renter), inbox::command{inbox::close{renter}});
  const auto late = make({{"url", url}});
  EXPECT_EQ(late.status, 409U);
  EXPECT_EQ(late.code(), "account_closed");
}

TEST_F(WebhookCalls, say_later_while_the_inbox_has_not_answered) {
  market.held_back = [](const want& each) { return each.to.kind == entity_kind::inbox; };
  const auto early = make({{"url", url}}, renter, "key");
  EXPECT_EQ(early.status, 503U);
  market.held_back = {};
  EXPECT_EQ(make({{"url", url}}, renter, "key").status, 201U);
  EXPECT_EQ(list()["items"].size(), 1U);
}

TEST_F(WebhookCalls, show_how_it_goes) {
  const auto id = made();
  tell(renter);
  answer(id, 1,
         {0, false, post_failure{post_trouble::status, 503},
          market.clock().now() + std::chrono::seconds{5}});
  auto shown = look(id).body;
  EXPECT_EQ(shown["active"], true);
  EXPECT_EQ(shown["failures"], 1);
  EXPECT_EQ(shown["last_failure"],
            (json{{"code", "status"}, {"status", 503}, {"at", "2024-05-01T10:00:00Z"}}));
  EXPECT_EQ(shown["next_try_at"], "2024-05-01T10:00:05Z");

  market.advance(std::chrono::seconds{5});
  answer(id, 2, {0, false, post_failure{post_trouble::timed_out, 0}, market.clock().now()});
  shown = look(id).body;
  EXPECT_EQ(shown["last_failure"],
            (json{{"code", "timed_out"}, {"status", nullptr}, {"at", "2024-05-01T10:00:05Z"}}));

  market.advance(std::chrono::seconds{15});
  answer(id, 3, {1, true, {}, {}});
  shown = look(id).body;
  EXPECT_EQ(shown["failures"], 0);
  EXPECT_TRUE(shown["last_failure"].is_null());
  EXPECT_TRUE(shown["next_try_at"].is_null());
  EXPECT_EQ(shown["delivered_up_to"], "1");
}

TEST_F(WebhookCalls, show_one_that_was_switched_off_until_it_is_removed) {
  const auto id = made();
  tell(renter);
  answer(id, 1, {0, false, post_failure{post_trouble::status, 410}, market.clock().now()});
  EXPECT_EQ(list()["items"].at(0)["active"], false);
  EXPECT_EQ(look(id).body["url"], url);
  EXPECT_EQ(act(delete_webhook, renter, id).status, 204U);
  EXPECT_EQ(list()["items"], json::array());
}

TEST_F(WebhookCalls, remove_one_once) {
  const auto id = made();
  const auto gone = act(delete_webhook, renter, id);
  EXPECT_EQ(gone.status, 204U);
  EXPECT_TRUE(gone.body.is_null());
  EXPECT_EQ(act(delete_webhook, renter, id).status, 404U);
  EXPECT_EQ(look(id).status, 404U);
}

TEST_F(WebhookCalls, are_everybodys_own) {
  const auto id = made();
  for (const auto& reply : {look(id, stranger), act(delete_webhook, stranger, id), look("none"),
                            act(delete_webhook, renter, "none"), look(to_string(webhook_id{}))}) {
    EXPECT_EQ(reply.status, 404U);
    EXPECT_EQ(reply.code(), "not_found");
  }
  EXPECT_EQ(list(stranger)["items"], json::array());
  EXPECT_EQ(look(id).status, 200U);
}

}  // namespace
}  // namespace rentwave::http
