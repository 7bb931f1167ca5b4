// Scripts of other pages: what the server tells their browsers.
#include "http/cors.hpp"

#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

const client::fields from_listed{{"Origin", "https://app.example"}};
const client::fields from_another{{"Origin", "https://evil.example"}};
constexpr auto allowed_origin = "access-control-allow-origin";

class Cors : public server_scene {
 protected:
  Cors() { options.cors_origins = {"http://localhost:3000", "https://App.example"}; }

  client_response ask_before(client::fields from, const std::string& method = "POST") {
    from.emplace_back("Access-Control-Request-Method", method);
    from.emplace_back("Access-Control-Request-Headers", "authorization,content-type");
    return connect().send("OPTIONS", "/things", from);
  }
  /// To whom an answer is told.
  static std::string told_to(const client_response& got) { return got.header(allowed_origin); }
};

TEST_F(Cors, lets_listed_pages_read_every_answer) {
  serve();
  auto one = connect();
  const auto found = one.get("/things", from_listed);
  EXPECT_EQ(found.status, 200U);
  EXPECT_EQ(told_to(found), "https://app.example") << "as the browser writes it";
  EXPECT_EQ(found.header("vary"), "Origin");
  EXPECT_NE(found.header("access-control-expose-headers").find("ETag"), std::string::npos);
  EXPECT_EQ(told_to(one.get("/nowhere", from_listed)), "https://app.example");
  EXPECT_EQ(told_to(one.get("/mine", from_listed)), "https://app.example") << "401";
  EXPECT_EQ(told_to(one.get("/broken", from_listed)), "https://app.example") << "500";
}

TEST_F(Cors, tells_other_pages_nothing_and_caches_why) {
  serve();
  auto one = connect();
  for (const auto& from : {from_another, client::fields{}, client::fields{{"Origin", "null"}}}) {
    const auto got = one.get("/things", from);
    EXPECT_EQ(got.status, 200U);
    EXPECT_EQ(told_to(got), "");
    EXPECT_EQ(got.header("vary"), "Origin");
  }
  const auto before = ask_before(from_another);
  EXPECT_EQ(told_to(before), "");
  EXPECT_EQ(before.header("access-control-allow-methods"), "");
}

TEST_F(Cors, answers_the_question_before_a_request) {
  serve();
  const auto got = ask_before(from_listed);
  EXPECT_EQ(got.status, 204U);
  EXPECT_EQ(told_to(got), "https://app.example");
  EXPECT_EQ(got.header("access-control-allow-methods"), "POST, GET, HEAD, OPTIONS");
  const auto fields = got.header("access-control-allow-headers");
  for (const char* each : {"Authorization", "Content-Type", "Idempotency-Key", "If-Match"})
    EXPECT_NE(fields.find(each), std::string::npos) << each;
  EXPECT_EQ(got.header("access-control-max-age"), "7200");
  EXPECT_EQ(guard.times_asked, 0) << "it has no credentials";
  const auto plain = connect().send("OPTIONS", "/things", from_listed);
  EXPECT_EQ(plain.status, 204U);
  EXPECT_EQ(plain.header("access-control-allow-methods"), "") << "that is no such question";
}

TEST_F(Cors, shares_no_credentials) {
  serve();
  EXPECT_EQ(ask_before(from_listed).header("access-control-allow-credentials"), "");
  EXPECT_EQ(connect().get("/things", from_listed).header("access-control-allow-credentials"), "");
}

TEST_F(Cors, of_our_own_pages_changes_nothing_for_them) {
  serve();
  auto ours = from_listed;
  ours.emplace_back("Sec-Fetch-Site", "same-origin");
  EXPECT_EQ(told_to(connect().get("/things", ours)), "");
}

TEST_F(Cors, is_not_there_unless_asked_for) {
  options.cors_origins.clear();
  serve();
  const auto got = connect().get("/things", from_listed);
  EXPECT_EQ(told_to(got), "");
  EXPECT_EQ(got.header("vary"), "");
  EXPECT_EQ(ask_before(from_listed).header("access-control-allow-methods"), "");
}

}  // namespace
}  // namespace rentwave::http
