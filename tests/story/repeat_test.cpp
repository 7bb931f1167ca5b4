// What was answered under an Idempotency-Key is answered again, to the letter, by a program that
// was killed in between.
#include <gtest/gtest.h>

#include "tests/http/client.hpp"
#include "tests/story/adverts.hpp"
#include "tests/story/server_process.hpp"

namespace rentwave::testing {
namespace {

using http::client;
using nlohmann::json;

class Repeat : public ::testing::TestWithParam<keeping> {
 protected:
  void join(const std::string& name) {
    const json who{{"username", name}, {"password", "correct horse battery"}};
    client to{server_.port()};
    EXPECT_EQ(to.post("/api/users", who).status, 201u);
    token_ = to.post("/api/sessions", who).json().at("access_token");
  }
  http::client_response ask(const std::string& path, const json& body, const std::string& key) {
    client to{server_.port()};
    return to.post(path, body,
                   {{"Authorization", "Bearer " + token_},
                    {"Content-Type", "application/json"},
                    {"Idempotency-Key", key}});
  }

  server_process server_{{}, GetParam()};
  std::string token_;
};
INSTANTIATE_TEST_SUITE_P(On, Repeat, ::testing::Values(keeping::sqlite, keeping::postgres),
                         ::testing::PrintToStringParamName());

TEST_P(Repeat, under_one_key_has_the_same_answer_over_a_kill) {
  server_.start();
  join("owner");
  const std::string advert = ask("/api/listings", dear_room(), "advert").json().at("id");
  join("renter");
  struct question {
    std::string path;
    json body;
    unsigned status;
  };
  const question questions[] = {
      {"/api/me/wallet/top-ups", {{"amount", 500}}, 201},
      {"/api/rentals", {{"listing_id", advert}, {"duration", "PT24H"}}, 402},
      {"/api/me/webhooks", {{"url", "https://receiver.example/news"}}, 201},
  };
  std::vector<http::client_response> first;
  for (const auto& [path, body, status] : questions) {
    first.push_back(ask(path, body, "key"));
    ASSERT_EQ(first.back().status, status) << first.back().body;
    EXPECT_EQ(first.back().header("idempotent-replayed"), "");
  }
  // Made anew, the answers would be others: of another balance, and no refusal any more.
  EXPECT_EQ(ask("/api/me/wallet/top-ups", {{"amount", 1'000'000}}, "another").status, 201u);
  server_.kill();
  server_.start();
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto again = ask(questions[i].path, questions[i].body, "key");
    EXPECT_EQ(again.status, first[i].status);
    EXPECT_EQ(again.body, first[i].body);
    EXPECT_EQ(again.header("location"), first[i].header("location"));
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
  }
}

}  // namespace
}  // namespace rentwave::testing
