// What a page of others can have a visitor's browser do here: nothing that changes anything, unless
// the operator lists it.
#include <string>
#include <utility>
#include <vector>

#include "tests/http/node_scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

class OtherPages : public node_scene {
 protected:
  explicit OtherPages(std::vector<std::string> listed = {}) {
    origin.text = "https://rent.example";
    cors_origins = std::move(listed);
    start();
    join("ada");
  }
  /// What a browser gets that has no cookie of ours yet.
  client_response log_in(const client::fields& by) {
    client browser{site->port()};
    const auto got = browser.send("POST", "/api/sessions", by, ada.dump());
    EXPECT_EQ(browser.cookies.contains("auth"), got.status == 201U);
    return got;
  }

  const json ada{{"username", "ada"}, {"password", "correct horse"}};
};

/// Else one could log its visitors in as somebody of its choice, and read what they do.
TEST_F(OtherPages, log_nobody_in) {
  const std::pair<std::string, std::string> foreign{"Origin", "https://evil.example"};
  for (const auto& by :
       {client::fields{foreign, {"Content-Type", "text/plain"}}, client::fields{foreign},
        client::fields{{"Origin", "null"}}, client::fields{{"Sec-Fetch-Site", "cross-site"}}}) {
    const auto got = log_in(by);
    EXPECT_EQ(got.status, 403U) << by[0].second;
    EXPECT_EQ(got.code(), "foreign_origin") << by[0].second;
  }
  const json bob{{"username", "bob"}, {"password", "correct horse"}};
  EXPECT_EQ(post("/api/users", {foreign}, bob).code(), "foreign_origin");
  EXPECT_EQ(log_in({{"Origin", "https://rent.example"}, {"Sec-Fetch-Site", "same-origin"}}).status,
            201U);
  EXPECT_EQ(log_in({}).status, 201U) << "a program says nothing of where it is";
}

/// What a form can send is none of ours, wherever it comes from.
TEST_F(OtherPages, send_forms_and_only_json_is_read) {
  for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "text/json",
                           "multipart/form-data; boundary=json", "application/jsonp", "json"}) {
    const auto got = log_in({{"Content-Type", type}});
    EXPECT_EQ(got.status, 415U) << type;
    EXPECT_EQ(got.code(), "unsupported_media_type") << type;
  }
  for (const auto* type :
       {"application/json", "Application/JSON ; charset=utf-8", "application/merge-patch+json"})
    EXPECT_EQ(log_in({{"Content-Type", type}}).status, 201U) << type;
}

class ListedPages : public OtherPages {
 protected:
  ListedPages() : OtherPages({"https://app.example"}) {}

  client_response ask(const char* method, const char* path, client::fields as,
                      const char* origin = "https://app.example") {
    as.emplace_back("Origin", origin);
    as.emplace_back("Sec-Fetch-Site", "cross-site");
    client browser{site->port()};
    return browser.send(method, path, as);
  }
};

TEST_F(ListedPages, change_things_by_token_and_never_by_cookie) {
  client browser{site->port()};
  const auto in = browser.post("/api/sessions", ada, {{"Origin", "https://app.example"}});
  ASSERT_EQ(in.status, 201U) << in.body;
  EXPECT_TRUE(browser.cookies.empty()) << "a script may ask for it, and is not given it";
  const std::string token = in.json().at("access_token");
  const char* refresh = "/api/sessions/current/refresh";
  EXPECT_EQ(ask("POST", refresh, {{"Authorization", "Bearer " + token}}).status, 200U);
  EXPECT_EQ(ask("POST", refresh, {{"Cookie", "auth=" + token}}).code(), "foreign_origin");
  EXPECT_EQ(ask("POST", refresh, {}, "https://evil.example").code(), "foreign_origin");
  EXPECT_EQ(ask("POST", refresh, {}).status, 401U);
}

}  // namespace
}  // namespace rentwave::http
