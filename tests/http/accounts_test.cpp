// Accounts and sessions from the handlers down to a journal: everything but sockets.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "actors/runtime/node.hpp"
#include "http/actor_backend.hpp"
#include "http/digests.hpp"
#include "http/identify.hpp"
#include "http/resources/account_handlers.hpp"
#include "tests/http/call_log.hpp"
#include "tests/persistence/temporary_journal.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

class Accounts : public ::testing::Test {
 protected:
  Accounts() {
    store = testing_journal::temporary_journal();
    node_options options;
    options.partitions = 4;
    options.readers = 1;
    running = *node::start(system, *store, options);
    const auto secret = *load_token_secret(**store->connect());
    parts.emplace(backend_parts{system,
                                running->routes(),
                                [this] { return running->reader(); },
                                running->clock(),
                                [this] { return running->is_ready(); },
                                "EUR",
                                secret,
                                true,
                                {"1.2.3", 1000, 2000, true}});
    api.emplace(*parts, auth_options{});
    gate.emplace(*api, "https://rent.example");
  }
  ~Accounts() override {
    api.reset();
    running->stop();
  }

  template <class T>
  T finish(asio::awaitable<T> work) {
    std::optional<T> result;
    context.restart();
    asio::co_spawn(context, std::move(work), [&result](std::exception_ptr error, T value) {
      if (!error) result.emplace(std::move(value));
    });
    context.run();
    EXPECT_TRUE(result);
    return std::move(result).value();
  }

  response call(handler what, request asked = {}) {
    auto made = finish(what(*api, asked));
    log_call(what, asked, made);
    return made;
  }
  response call(handler what, const json& body, std::optional<identity> who = {}) {
    request asked;
    asked.method = verb::post;
    asked.path = "/api";
    asked.headers = {{"content-type", "application/json"}, {"user-agent", "a test"}};
    asked.body = body.dump();
    asked.who = std::move(who);
    return call(what, std::move(asked));
  }
  /// In the order in which they are answered.
  std::vector<response> call_at_once(handler what, const std::vector<request>& all) {
    std::vector<response> answers;
    context.restart();
    for (const auto& asked : all)
      asio::co_spawn(context, what(*api, asked), [&](std::exception_ptr failure, response made) {
        EXPECT_FALSE(failure);
        log_call(what, asked, made);
        answers.push_back(std::move(made));
      });
    context.run();
    return answers;
  }
  /// Who may go on with this token.
  answer<std::optional<identity>> who_has(const json& logged_in) {
    request asked;
    const auto token = logged_in.at("access_token").get<std::string>();
    asked.headers = {{"authorization", "Bearer " + token}};
    return finish(gate->identify(asked));
  }
  json log_in(const std::string& name, const std::string& password) {
    const auto answer = call(post_session, {{"username", name}, {"password", password}});
    EXPECT_EQ(answer.status, 201u) << answer.body;
    return json::parse(answer.body);
  }
  void sign_up(const std::string& name) {
    const auto answer = call(post_user, {{"username", name}, {"password", "correct horse"}});
    ASSERT_EQ(answer.status, 201u) << answer.body;
  }

  caf::actor_system_config config;
  caf::actor_system system{config};
  std::unique_ptr<journal_store> store;
  std::unique_ptr<node> running;
  asio::io_context context;
  std::optional<backend_parts> parts;
  std::optional<actor_backend> api;
  std::optional<token_authenticator> gate;
};

std::string code_of(const response& answer) {
  return json::parse(answer.body).value("code", "");
}
std::string header_of(const response& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers)
    if (key == name) return value;
  return {};
}
request with_parameter(const std::string& text, std::optional<identity> who = {}) {
  request asked;
  asked.parameters = {text};
  asked.who = std::move(who);
  return asked;
}

TEST_F(Accounts, begin_with_a_name) {
  const auto made = call(post_user, {{"username", "Ada"},
                                     {"password_sha256", sha256_hex("correct horse")},
                                     {"email", "ada@example.org"}});
  ASSERT_EQ(made.status, 201u) << made.body;
  const auto user = json::parse(made.body);
  EXPECT_EQ(user["username"], "ada");
  EXPECT_EQ(user["display_name"], "ada");
  EXPECT_EQ(user["email"], "ada@example.org");
  const auto id = user["id"].get<std::string>();
  EXPECT_EQ(header_of(made, "Location"), "/api/users/" + id);

  const auto shown = call(get_user, with_parameter(id));
  ASSERT_EQ(shown.status, 200u) << shown.body;
  EXPECT_FALSE(json::parse(shown.body).contains("email"));
  EXPECT_TRUE(json::parse(shown.body).at("rating").is_null()) << "there are no reviews";
  EXPECT_EQ(call(get_user, with_parameter(to_string(api->new_uuid()))).status, 404u);
  EXPECT_EQ(call(get_user, with_parameter("x")).status, 404u);

  const auto again = call(post_user, {{"username", "ADA"}, {"password", "correct horse"}});
  EXPECT_EQ(again.status, 409u);
  EXPECT_EQ(code_of(again), "username_taken");
}

TEST_F(Accounts, name_every_wrong_field) {
  const auto wrong = call(post_user, {{"username", "a!"},
                                      {"password", "short"},
                                      {"email", "x"},
                                      {"display_name", std::string(101, 'x')},
                                      {"address", 1}});
  EXPECT_EQ(wrong.status, 422u);
  EXPECT_EQ(json::parse(wrong.body)["errors"].size(), 5u) << wrong.body;
}

TEST_F(Accounts, of_a_repeated_request_are_one) {
  request asked;
  asked.path = "/api/users";
  asked.headers = {{"content-type", "application/json"}, {"idempotency-key", "k"}};
  asked.body = R"({"username": "ada", "password": "correct horse"})";
  const auto first = call(post_user, asked);
  ASSERT_EQ(first.status, 201u) << first.body;
  EXPECT_EQ(call(post_user, asked).body, first.body);
  asked.body = R"({"username": "ada", "password": "another horse"})";
  EXPECT_EQ(code_of(call(post_user, asked)), "idempotency_mismatch");
}

TEST_F(Accounts, of_two_requests_at_once_under_one_key_are_one) {
  std::vector<request> all(2);
  for (auto& asked : all) {
    const auto* password = &asked == &all[0] ? "correct horse" : "another horse";
    asked.path = "/api/users";
    asked.headers = {{"content-type", "application/json"}, {"idempotency-key", "k"}};
    asked.body = json{{"username", "ada"}, {"password", password}}.dump();
  }
  const auto answers = call_at_once(post_user, all);
  ASSERT_EQ(answers.size(), 2u);
  const auto first = answers[0].status == 201u ? 0u : 1u;
  EXPECT_EQ(answers[first].status, 201u);
  EXPECT_EQ(code_of(answers[1 - first]), "idempotency_mismatch");
}

/// A node on which accounts come late: the login exists, and the account does not answer, or says
/// that it is not there.
class late_accounts final : public backend {
 public:
  explicit late_accounts(backend& behind) : behind_(behind) {}
  bool answer_at_all = true;

  asio::awaitable<answer<outcome>> send(const request& asked, entity_ref to, any_command body,
                                        std::optional<command_id> id) override {
    return behind_.send(asked, std::move(to), std::move(body), id);
  }
  asio::awaitable<answer<view_ptr>> view(entity_ref of) override {
    if (of.kind != entity_kind::account) co_return co_await behind_.view(std::move(of));
    if (!answer_at_all) co_return try_later("timed_out", "Late.");
    co_return std::make_shared<const entity_view>(
        entity_view{of, 0, std::make_shared<const account::state>()});
  }
  asio::awaitable<answer<view_ptr>> settled_view(entity_ref of,
                                                 std::chrono::milliseconds patience) override {
    return behind_.settled_view(std::move(of), patience);
  }
  asio::awaitable<answer<std::string>> hash_password(std::string secret) override {
    return behind_.hash_password(std::move(secret));
  }
  asio::awaitable<answer<bool>> check_password(std::string secret, std::string hash) override {
    return behind_.check_password(std::move(secret), std::move(hash));
  }
  token make_token(const identity& who) override { return behind_.make_token(who); }
  asio::awaitable<answer<identity>> identify(std::string token) override {
    return behind_.identify(std::move(token));
  }
  void forget_session(session_id session) override { behind_.forget_session(session); }
  const facts& about() const override { return behind_.about(); }
  const domain_clock& clock() const override { return behind_.clock(); }
  const std::string& currency() const override { return behind_.currency(); }
  bool payments_are_sandbox() const override { return true; }
  boost::uuids::uuid new_uuid() override { return behind_.new_uuid(); }
  bool is_ready() const override { return true; }

 protected:
  asio::awaitable<bool> run(std::function<void(journal&)>) override { co_return false; }

 private:
  backend& behind_;
};

TEST_F(Accounts, that_come_late_keep_nobody_from_logging_in) {
  sign_up("ada");
  late_accounts late{*api};
  request asked;
  asked.body = json{{"username", "ada"}, {"password", "correct horse"}}.dump();
  const auto in = finish(post_session(late, asked));
  EXPECT_EQ(in.status, 201u) << in.body;
  EXPECT_EQ(json::parse(in.body)["user"]["username"], "ada");

  // Where the log-in fails nothing is left of it.
  const auto sessions = [this] {
    return (*finish(api->settled_view(login_ref("ada"))))->as<login::state>().sessions.size();
  };
  const auto before = sessions();
  late.answer_at_all = false;
  EXPECT_EQ(finish(post_session(late, asked)).status, 503u);
  EXPECT_EQ(sessions(), before);
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
  EXPECT_FALSE(finish(hurried.read(question)));
  const auto connection = *store->connect();
  reader->receive([&](const job_ptr& job) { job->run(*connection); });
  EXPECT_FALSE(*ran);
}

TEST_F(Accounts, are_opened_by_their_password_only) {
  sign_up("ada");
  const auto right =
      call(post_session, {{"username", "Ada"}, {"password_sha256", sha256_hex("correct horse")}});
  ASSERT_EQ(right.status, 201u) << right.body;
  const auto cookie = header_of(right, "Set-Cookie");
  EXPECT_TRUE(cookie.starts_with("auth=ey")) << cookie;
  EXPECT_TRUE(cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=86400; Secure") ||
              cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=86399; Secure"))
      << cookie;
  const auto wrong = call(post_session, {{"username", "ada"}, {"password", "wrong horse"}});
  const auto unknown = call(post_session, {{"username", "eve"}, {"password", "wrong horse"}});
  const auto impossible = call(post_session, {{"username", "!"}, {"password", "wrong horse"}});
  EXPECT_EQ(wrong.status, 401u);
  EXPECT_EQ(code_of(wrong), "bad_credentials");
  EXPECT_EQ(unknown.body, wrong.body);
  EXPECT_EQ(impossible.body, wrong.body);
}

TEST_F(Accounts, know_their_sessions) {
  sign_up("ada");
  sign_up("eve");
  const auto one = log_in("ada", "correct horse");
  const auto two = log_in("ada", "correct horse");
  const auto eve = log_in("eve", "correct horse");
  const auto who = who_has(one);
  ASSERT_TRUE(who && *who);
  request asked;
  asked.who = *who;
  const auto listed = json::parse(call(get_sessions, asked).body);
  ASSERT_EQ(listed["items"].size(), 2u) << listed;
  EXPECT_EQ(listed["items"][0]["device"], "a test");
  EXPECT_NE(listed["items"][0]["current"], listed["items"][1]["current"]);

  // One's own can be revoked, and then its token is void at once; others are not there.
  const auto other = two["session_id"].get<std::string>();
  const auto foreign = eve["session_id"].get<std::string>();
  ASSERT_TRUE(who_has(two));
  EXPECT_EQ(call(delete_session, with_parameter(foreign, *who)).status, 404u);
  EXPECT_EQ(call(delete_session, with_parameter(to_string(api->new_uuid()), *who)).status, 404u);
  EXPECT_EQ(call(delete_session, with_parameter(other, *who)).status, 204u);
  EXPECT_TRUE(who_has(eve));
  const auto ended = who_has(two);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().status, 401u);

  EXPECT_EQ(call(refresh_session, asked).status, 200u);
  const auto out = call(delete_current_session, asked);
  EXPECT_EQ(out.status, 204u);
  EXPECT_NE(header_of(out, "Set-Cookie").find("auth=; "), std::string::npos);
  EXPECT_FALSE(who_has(one));
  EXPECT_EQ(call(refresh_session, asked).status, 401u);
}

TEST_F(Accounts, end_other_sessions_with_a_new_password) {
  sign_up("ada");
  const auto mine = log_in("ada", "correct horse");
  const auto other = log_in("ada", "correct horse");
  const auto who = who_has(mine);
  ASSERT_TRUE(who && who_has(other));
  const auto wrong = call(change_password,
                          {{"current_password", "wrong horse"}, {"password", "a new horse"}}, *who);
  EXPECT_EQ(wrong.status, 403u);
  EXPECT_EQ(code_of(wrong), "bad_credentials");
  const auto changed = call(
      change_password, {{"current_password", "correct horse"}, {"password", "a new horse"}}, *who);
  ASSERT_EQ(changed.status, 204u) << changed.body;
  EXPECT_TRUE(who_has(mine));
  EXPECT_FALSE(who_has(other));
  EXPECT_EQ(call(post_session, {{"username", "ada"}, {"password", "correct horse"}}).status, 401u);
  log_in("ada", "a new horse");
}

TEST_F(Accounts, change_their_password_once_when_two_do_at_the_same_time) {
  sign_up("ada");
  const auto who = who_has(log_in("ada", "correct horse"));
  std::vector<request> all(2);
  for (auto& asked : all) {
    const auto* password = &asked == &all[0] ? "one horse" : "another horse";
    asked.body = json{{"current_password", "correct horse"}, {"password", password}}.dump();
    asked.who = *who;
  }
  auto answers = call_at_once(change_password, all);
  ASSERT_EQ(answers.size(), 2u);
  std::ranges::sort(answers, {}, &response::status);  // either may be the first
  EXPECT_EQ(answers[0].status, 204u) << answers[0].body;
  EXPECT_EQ(answers[1].status, 401u) << answers[1].body;
  EXPECT_EQ(code_of(answers[1]), "bad_credentials");
}

TEST_F(Accounts, are_not_opened_by_half_of_what_it_takes) {
  sign_up("ada");
  EXPECT_EQ(call(post_session, {{"username", "ada"}}).status, 422u);
  const auto who = who_has(log_in("ada", "correct horse"));
  EXPECT_EQ(call(change_password, {{"password", "a new horse"}}, *who).status, 422u);
}

TEST_F(Accounts, change_what_is_mentioned) {
  sign_up("ada");
  const auto who = who_has(log_in("ada", "correct horse"));
  ASSERT_TRUE(who);
  ASSERT_EQ(call(patch_me, {{"email", "ada@example.org"}, {"address", "Here"}}, *who).status, 200u);
  const auto after = call(patch_me, {{"display_name", "Ada L."}, {"email", nullptr}}, *who);
  const auto me = json::parse(after.body);
  EXPECT_EQ(me["display_name"], "Ada L.");
  EXPECT_EQ(me["email"], "");
  EXPECT_EQ(me["address"], "Here");
  EXPECT_EQ(call(patch_me, {{"display_name", nullptr}}, *who).status, 422u);
}

TEST_F(Accounts, of_cookies_are_for_our_own_pages) {
  sign_up("ada");
  const auto token = log_in("ada", "correct horse")["access_token"].get<std::string>();
  request asked;
  asked.method = verb::post;
  EXPECT_FALSE(*finish(gate->identify(asked))) << "no credentials, nobody";
  asked.headers = {{"cookie", "auth=" + token}, {"origin", "https://rent.example"}};
  const auto ours = finish(gate->identify(asked));
  ASSERT_TRUE(ours && *ours);
  EXPECT_EQ((*ours)->username, "ada");
  asked.headers[1].second = "https://evil.example";
  const auto foreign = finish(gate->identify(asked));
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, "foreign_origin");
  asked.headers[0] = {"authorization", "Bearer " + token};
  EXPECT_TRUE(finish(gate->identify(asked))) << "no browser sends that for another page";
  asked.headers[0] = {"authorization", "Basic " + token};
  EXPECT_FALSE(finish(gate->identify(asked)));
}

TEST_F(Accounts, service_says_what_it_is) {
  const auto meta = json::parse(call(get_meta).body);
  EXPECT_EQ(meta["version"], "1.2.3");
  EXPECT_EQ(meta["currency"], "EUR");
  EXPECT_EQ(meta["payments"], "sandbox");
  EXPECT_EQ(meta["limits"]["body_bytes"], 2000);
  EXPECT_EQ(call(get_healthz).body, R"({"status":"ok"})");
  sign_up("ada");  // by then something is open
  const auto ready = call(get_readyz);
  EXPECT_TRUE(ready.status == 200 || ready.status == 503);
}

TEST_F(Accounts, service_that_stops_says_so) {
  api->stop();
  const auto answer = call(get_user, with_parameter(to_string(api->new_uuid())));
  EXPECT_EQ(answer.status, 503u);
  EXPECT_EQ(code_of(answer), "unavailable");
}

}  // namespace
}  // namespace rentwave::http
