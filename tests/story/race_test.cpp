// Many clients at once against the whole program.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/http/client.hpp"
#include "tests/story/adverts.hpp"
#include "tests/story/server_process.hpp"
#include "tests/story/soundness.hpp"

namespace rentwave::testing {
namespace {

using http::client;
using nlohmann::json;

constexpr int racers = 200;
constexpr int top_up = 10'000;

client::fields as(const std::string& token) {
  return {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}};
}

std::string join(client& to, const std::string& name) {
  const json who{{"username", name}, {"password", "correct horse battery"}};
  EXPECT_EQ(to.post("/api/users", who).status, 201u);
  return to.post("/api/sessions", who).json().at("access_token");
}

/// Runs `work(i)` for every racer, on as many threads as there are racers in a round of fifty.
template <class Work>
void side_by_side(Work work) {
  constexpr int threads = 50;
  std::atomic<int> next{0};
  std::vector<std::jthread> running;
  for (int t = 0; t < threads; ++t)
    running.emplace_back([&] {
      for (int i = next++; i < racers; i = next++) try {
          work(i);
        } catch (const std::exception& why) {
          ADD_FAILURE() << "racer " << i << ": " << why.what();
        }
    });
}

class Race : public ::testing::TestWithParam<keeping> {};
INSTANTIATE_TEST_SUITE_P(On, Race, ::testing::Values(keeping::sqlite, keeping::postgres),
                         ::testing::PrintToStringParamName());

TEST_P(Race, of_two_hundred_clients_for_one_listing_has_one_winner) {
  server_process server{{"--limits.password-queue=500", "--limits.request-timeout=60s"},
                        GetParam()};
  server.start();
  client owner{server.port()};
  const auto owners_token = join(owner, "owner");
  owner.sends_cookies = false;
  const std::string listing =
      owner.post("/api/listings", dear_room(), as(owners_token)).json().at("id");

  std::vector<std::string> tokens(racers);
  side_by_side([&](int i) {
    client racer{server.port(), std::chrono::seconds{60}};
    tokens[static_cast<std::size_t>(i)] = join(racer, "racer" + std::to_string(i));
    racer.sends_cookies = false;
    const auto token = as(tokens[static_cast<std::size_t>(i)]);
    EXPECT_EQ(racer.post("/api/me/wallet/top-ups", {{"amount", top_up}}, token).status, 201u);
  });

  std::vector<unsigned> answers(racers);
  side_by_side([&](int i) {
    client racer{server.port(), std::chrono::seconds{60}};
    const auto at = static_cast<std::size_t>(i);
    const auto answer =
        racer.post("/api/rentals", {{"listing_id", listing}, {"duration", "P1D"}}, as(tokens[at]));
    answers[at] = answer.status;
    if (answer.status == 409) {
      EXPECT_EQ(answer.code(), "not_available");
    }
  });
  EXPECT_EQ(std::count(answers.begin(), answers.end(), 201u), 1);
  EXPECT_EQ(std::count(answers.begin(), answers.end(), 409u), racers - 1);

  client anyone{server.port()};
  for (std::size_t i = 0; i < racers; ++i) {
    const auto wallet = anyone.get("/api/me/wallet", as(tokens[i])).json();
    const bool won = answers[i] == 201;
    EXPECT_EQ(wallet.at("balance").at("amount"), won ? top_up - 3000 : top_up);
    EXPECT_EQ(wallet.at("held").at("amount"), won ? 3000 : 0);
    const auto statement = anyone.get("/api/me/wallet/entries", as(tokens[i])).json();
    EXPECT_EQ(statement.at("items").size(), won ? 2u : 1u);
  }
  // Nobody else's money was ever held, not even for a moment.
  const auto seen = check_sound(server.journal_url());
  const auto holds = std::ranges::count_if(seen.effects, [](const auto& effect) {
    return std::get<std::string>(effect) == wallet::held::type;
  });
  EXPECT_EQ(holds, 1);
}

}  // namespace
}  // namespace rentwave::testing
