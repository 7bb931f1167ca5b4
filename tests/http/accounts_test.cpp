// Accounts and sessions, over a real server and a whole node.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

#include "http/digests.hpp"
#include "tests/http/node_scene.hpp"
#include "tests/http/passing_backend.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

class Accounts : public node_scene {
 protected:
  Accounts() {
    about.secure_cookies = true;
    origin.text = "https://rent.example";
    start();
  }

  client_response try_sign_up(const json& who) { return post("/api/users", {}, who); }
  client_response try_log_in(const json& who) {
    return post("/api/sessions", {{"User-Agent", "a test"}}, who);
  }
  json sign_up(const std::string& name) {
    const auto made = try_sign_up(json{{"username", name}, {"password", "correct horse"}});
    EXPECT_EQ(made.status, 201U) << made.body;
    return made.json();
  }
  json log_in(const std::string& name, const std::string& password = "correct horse") {
    const auto in = try_log_in(json{{"username", name}, {"password", password}});
    EXPECT_EQ(in.status, 201U) << in.body;
    return in.json();
  }
  static client::fields as(const json& logged_in) {
    return {{"Authorization", "Bearer " + logged_in.at("access_token").get<std::string>()}};
  }
  client_response send(std::string_view method, const std::string& path, const client::fields& by,
                       const json& body = nullptr) {
    client to{site->port()};
    return to.send(method, path, by, body.is_null() ? "" : body.dump());
  }
  client_response change_password(const client::fields& by, const json& body) {
    return post("/api/me/password", by, body);
  }
  unsigned status_of(const json& logged_in) { return get("/api/me", as(logged_in)).status; }
};

/// The answers to both, asked for at the same time; the one with the lower status first.
std::vector<client_response> post_both(const server& to, const std::string& path,
                                       const client::fields& by, const json& one,
                                       const json& other) {
  const auto ask = [&](const json* body) {
    client asking{to.port()};
    return asking.post(path, *body, by);
  };
  auto first = std::async(std::launch::async, ask, &one);
  std::vector<client_response> answers{ask(&other)};
  answers.push_back(first.get());
  std::ranges::sort(answers, {}, &client_response::status);
  return answers;
}

/// An answer without what differs from request to request.
json told(const client_response& got) {
  auto body = got.json();
  body.erase("trace_id");
  return body;
}

TEST_F(Accounts, begin_with_a_name) {
  const auto made = try_sign_up(json{{"username", "Ada"},
                                     {"password_sha256", sha256_hex("correct horse")},
                                     {"email", "ada@example.org"}});
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto user = made.json();
  EXPECT_EQ(user["username"], "ada");
  EXPECT_EQ(user["display_name"], "ada");
  EXPECT_EQ(user["email"], "ada@example.org");
  const auto id = user["id"].get<std::string>();
  EXPECT_EQ(made.header("location"), "/api/users/" + id);

  const auto shown = get("/api/users/" + id, {});
  ASSERT_EQ(shown.status, 200U) << shown.body;
  EXPECT_FALSE(shown.json().contains("email"));
  EXPECT_TRUE(shown.json().at("rating").is_null()) << "there are no reviews";
  EXPECT_EQ(get("/api/users/" + to_string(api->new_uuid()), {}).status, 404U);
  EXPECT_EQ(get("/api/users/x", {}).status, 404U);

  const auto again = try_sign_up(json{{"username", "ADA"}, {"password", "correct horse"}});
  EXPECT_EQ(again.status, 409U);
  EXPECT_EQ(again.code(), "username_taken");
}

TEST_F(Accounts, name_every_wrong_field) {
  const auto wrong = try_sign_up(json{{"username", "a!"},
                                      {"password", "short"},
                                      {"email", "x"},
                                      {"display_name", std::string(101, 'x')},
                                      {"address", 1}});
  EXPECT_EQ(wrong.status, 422U);
  EXPECT_EQ(wrong.json()["errors"].size(), 5U) << wrong.body;
}

const json one_ada{{"username", "ada"}, {"password", "correct horse"}};
const json another_ada{{"username", "ada"}, {"password", "another horse"}};

TEST_F(Accounts, of_a_repeated_request_are_one) {
  const client::fields key{{"Idempotency-Key", "k"}};
  const auto first = post("/api/users", key, one_ada);
  ASSERT_EQ(first.status, 201U) << first.body;
  EXPECT_EQ(post("/api/users", key, one_ada).body, first.body);
  EXPECT_EQ(post("/api/users", key, another_ada).code(), "idempotency_mismatch");
}

TEST_F(Accounts, of_a_repeated_request_are_shown_as_they_were_made) {
  const client::fields key{{"Idempotency-Key", "k"}};
  auto ada = one_ada;
  ada["email"] = "ada@example.org";
  const auto first = post("/api/users", key, ada);
  ASSERT_EQ(first.status, 201U) << first.body;
  const auto session = as(log_in("ada"));
  const json change{{"email", "nobody-knows@example.org"}, {"address", "Secret Street 1"}};
  EXPECT_EQ(send("PATCH", "/api/me", session, change).status, 200U);
  EXPECT_EQ(post("/api/users", key, ada).body, first.body)
      << "whoever knows only the first password learns no more";
}

TEST_F(Accounts, of_a_repeated_request_are_guessed_at_no_quicker_than_by_logins) {
  const client::fields key{{"Idempotency-Key", "k"}};
  ASSERT_EQ(post("/api/users", key, one_ada).status, 201U);
  auto options = waiting;
  options.failed_logins_minute = 2;
  actor_backend strict{*parts, options};
  token_authenticator guard{strict, origin};
  const auto there = serve(strict, strict, guard);
  client guessing{there->port()};
  for (const unsigned status : {422U, 422U, 429U})
    EXPECT_EQ(guessing.post("/api/users", another_ada, key).status, status);
}

TEST_F(Accounts, of_administrators_are_guessed_at_no_quicker_than_others_are_made) {
  auto options = waiting;
  options.registrations_minute = 2;
  actor_backend strict{*parts, options};
  token_authenticator guard{strict, origin};
  const auto there = serve(strict, strict, guard);
  client guessing{there->port()};
  for (const unsigned status : {403U, 403U, 429U})
    EXPECT_EQ(
        guessing.post("/api/users", {{"username", "boss"}, {"password", "correct horse"}}).status,
        status);
}

TEST_F(Accounts, of_two_requests_at_once_under_one_key_are_one) {
  const auto answers =
      post_both(*site, "/api/users", {{"Idempotency-Key", "k"}}, one_ada, another_ada);
  EXPECT_EQ(answers[0].status, 201U) << answers[0].body;
  EXPECT_EQ(answers[1].code(), "idempotency_mismatch");
}

/// A node on which accounts come late: the login exists, and the account does not answer, or says
/// that it is not there.
class late_accounts final : public passing_backend {
 public:
  using passing_backend::passing_backend;
  std::atomic<bool> answer_at_all = true;

  asio::awaitable<answer<view_ptr>> view(entity_ref of) override {
    if (of.kind != entity_kind::account) co_return co_await passing_backend::view(std::move(of));
    if (!answer_at_all) co_return try_later("timed_out", "Late.");
    co_return std::make_shared<const entity_view>(
        entity_view{of, 0, std::make_shared<const account::state>()});
  }
};

TEST_F(Accounts, that_come_late_keep_nobody_from_logging_in) {
  sign_up("ada");
  actor_backend own{*parts, waiting};
  late_accounts late{own};
  token_authenticator guard{late, origin};
  const auto there = serve(own, late, guard);
  client asking{there->port()};
  const auto in = asking.post("/api/sessions", one_ada);
  EXPECT_EQ(in.status, 201U) << in.body;
  EXPECT_EQ(in.json()["user"]["username"], "ada");

  // Where the log-in fails nothing is left of it.
  const auto session = as(in.json());
  EXPECT_EQ(get("/api/sessions", session).json().at("items").size(), 1U);
  late.answer_at_all = false;
  EXPECT_EQ(asking.post("/api/sessions", one_ada).status, 503U);
  EXPECT_EQ(get("/api/sessions", session).json().at("items").size(), 1U);
}

TEST_F(Accounts, service_runs_no_question_that_nobody_waits_for) {
  caf::scoped_actor reader{system};  // a reader that is slow: jobs wait in its mailbox
  auto slow = *parts;
  slow.reader = [&reader] { return caf::actor_cast<caf::actor>(reader); };
  auth_options options;
  options.request_timeout = std::chrono::milliseconds{1};
  actor_backend hurried{std::move(slow), options};
  auto ran = std::make_shared<bool>(false);
  auto question = [ran](journal&) -> journal_result<std::string> {
    *ran = true;
    return std::string{"an answer"};
  };
  asio::io_context context;
  std::optional<answer<std::string>> answered;
  asio::co_spawn(
      context, hurried.read(question),
      [&](std::exception_ptr, answer<std::string> value) { answered.emplace(std::move(value)); });
  context.run();
  ASSERT_TRUE(answered);
  EXPECT_FALSE(*answered);
  const auto connection = *store->connect();
  reader->receive([&](const job_ptr& job) { job->run(*connection); });
  EXPECT_FALSE(*ran);
}

TEST_F(Accounts, are_opened_by_their_password_only) {
  sign_up("ada");
  const auto right =
      try_log_in(json{{"username", "Ada"}, {"password_sha256", sha256_hex("correct horse")}});
  ASSERT_EQ(right.status, 201U) << right.body;
  const auto cookie = right.header("set-cookie");
  EXPECT_TRUE(cookie.starts_with("auth=ey")) << cookie;
  EXPECT_TRUE(cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400; Secure") ||
              cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=86399; Secure"))
      << cookie;
  const auto wrong = try_log_in(json{{"username", "ada"}, {"password", "wrong horse"}});
  EXPECT_EQ(wrong.status, 401U);
  EXPECT_EQ(wrong.code(), "bad_credentials");
  for (const char* nobody : {"eve", "!"})
    EXPECT_EQ(told(try_log_in(json{{"username", nobody}, {"password", "wrong horse"}})),
              told(wrong));
}

TEST_F(Accounts, know_their_sessions) {
  sign_up("ada");
  sign_up("eve");
  const auto one = log_in("ada"), two = log_in("ada"), eve = log_in("eve");
  const auto ada = as(one);
  const auto listed = get("/api/sessions", ada).json();
  ASSERT_EQ(listed["items"].size(), 2U) << listed;
  EXPECT_EQ(listed["items"][0]["device"], "a test");
  EXPECT_NE(listed["items"][0]["current"], listed["items"][1]["current"]);

  // One's own can be revoked, and then its token is void at once; others are not there.
  const auto revoke = [&](const std::string& session) {
    return send("DELETE", "/api/sessions/" + session, ada).status;
  };
  ASSERT_EQ(status_of(two), 200U);
  EXPECT_EQ(revoke(eve["session_id"]), 404U);
  EXPECT_EQ(revoke(to_string(api->new_uuid())), 404U);
  EXPECT_EQ(revoke(two["session_id"]), 204U);
  EXPECT_EQ(status_of(eve), 200U);
  EXPECT_EQ(status_of(two), 401U);

  EXPECT_EQ(post("/api/sessions/current/refresh", ada).status, 200U);
  const auto out = send("DELETE", "/api/sessions/current", ada);
  EXPECT_EQ(out.status, 204U);
  EXPECT_NE(out.header("set-cookie").find("auth=; "), std::string::npos);
  EXPECT_EQ(status_of(one), 401U);
  EXPECT_EQ(post("/api/sessions/current/refresh", ada).status, 401U);
}

TEST_F(Accounts, end_other_sessions_with_a_new_password) {
  sign_up("ada");
  const auto mine = log_in("ada"), other = log_in("ada");
  ASSERT_EQ(status_of(other), 200U);
  const auto wrong =
      change_password(as(mine), {{"current_password", "wrong horse"}, {"password", "a new horse"}});
  EXPECT_EQ(wrong.status, 403U);
  EXPECT_EQ(wrong.code(), "bad_credentials");
  const auto changed = change_password(
      as(mine), {{"current_password", "correct horse"}, {"password", "a new horse"}});
  ASSERT_EQ(changed.status, 204U) << changed.body;
  EXPECT_EQ(status_of(mine), 200U);
  EXPECT_EQ(status_of(other), 401U);
  EXPECT_EQ(try_log_in(one_ada).status, 401U);
  log_in("ada", "a new horse");
}

/// Whoever has had a password checked waits until two have.
class meeting_backend final : public passing_backend {
 public:
  using passing_backend::passing_backend;

  asio::awaitable<answer<bool>> check_password(const request& asked, std::string secret,
                                               std::string hash) override {
    auto fits = co_await passing_backend::check_password(asked, std::move(secret), std::move(hash));
    ++here_;
    asio::steady_timer pause{co_await asio::this_coro::executor};
    while (here_ < 2) {
      pause.expires_after(std::chrono::milliseconds{1});
      co_await pause.async_wait(asio::use_awaitable);
    }
    co_return fits;
  }

 private:
  std::atomic<int> here_ = 0;
};

TEST_F(Accounts, change_their_password_once_when_two_do_at_the_same_time) {
  sign_up("ada");
  const auto session = as(log_in("ada"));
  actor_backend own{*parts, waiting};
  meeting_backend both{own};
  token_authenticator guard{both, origin};
  const auto there = serve(own, both, guard);
  const auto answers =
      post_both(*there, "/api/me/password", session,
                {{"current_password", "correct horse"}, {"password", "one horse"}},
                {{"current_password", "correct horse"}, {"password", "two horses"}});
  EXPECT_EQ(answers[0].status, 204U) << answers[0].body;
  EXPECT_EQ(answers[1].status, 401U) << answers[1].body;
  EXPECT_EQ(answers[1].code(), "bad_credentials");
}

TEST_F(Accounts, are_not_opened_by_half_of_what_it_takes) {
  sign_up("ada");
  EXPECT_EQ(try_log_in(json{{"username", "ada"}}).status, 422U);
  EXPECT_EQ(change_password(as(log_in("ada")), {{"password", "a new horse"}}).status, 422U);
}

TEST_F(Accounts, change_what_is_mentioned) {
  sign_up("ada");
  const auto session = as(log_in("ada"));
  const auto patch = [&](const json& body) { return send("PATCH", "/api/me", session, body); };
  ASSERT_EQ(patch({{"email", "ada@example.org"}, {"address", "Here"}}).status, 200U);
  const auto me = patch({{"display_name", "Ada L."}, {"email", nullptr}}).json();
  EXPECT_EQ(me["display_name"], "Ada L.");
  EXPECT_EQ(me["email"], "");
  EXPECT_EQ(me["address"], "Here");
  EXPECT_EQ(patch({{"display_name", nullptr}}).status, 422U);
}

TEST_F(Accounts, of_cookies_are_for_our_own_pages) {
  sign_up("ada");
  const auto token = log_in("ada")["access_token"].get<std::string>();
  const auto refresh = [&](const client::fields& by) {
    return post("/api/sessions/current/refresh", by);
  };
  const client::fields ours{{"Cookie", "auth=" + token}, {"Origin", "https://rent.example"}};
  EXPECT_EQ(refresh(ours).status, 200U);
  const client::fields foreign{{"Cookie", "auth=" + token}, {"Origin", "https://evil.example"}};
  EXPECT_EQ(refresh(foreign).status, 403U);
  EXPECT_EQ(refresh(foreign).code(), "foreign_origin");
  EXPECT_EQ(
      refresh({{"Authorization", "Bearer " + token}, {"Origin", "https://evil.example"}}).status,
      200U)
      << "no browser sends that for another page";
  EXPECT_EQ(refresh({{"Authorization", "Basic " + token}}).status, 401U);
  EXPECT_EQ(refresh({}).status, 401U) << "no credentials, nobody";
}

TEST_F(Accounts, service_says_what_it_is) {
  const auto meta = get("/api/meta", {}).json();
  EXPECT_EQ(meta["version"], "1.2.3");
  EXPECT_EQ(meta["currency"], "EUR");
  EXPECT_EQ(meta["payments"], "sandbox");
  EXPECT_EQ(meta["limits"]["body_bytes"], 65536);
  EXPECT_EQ(get("/healthz", {}).body, R"({"status":"ok"})");
  sign_up("ada");  // by then something is open
  const auto ready = get("/readyz", {});
  EXPECT_TRUE(ready.status == 200 || ready.status == 503);
}

TEST_F(Accounts, service_that_stops_says_so) {
  api->stop();
  const auto refused = get("/api/users/" + to_string(api->new_uuid()), {});
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.code(), "unavailable");
}

}  // namespace
}  // namespace rentwave::http
