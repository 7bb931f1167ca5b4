// The database goes away under load and comes back, several times, while the program runs on.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/http/client.hpp"
#include "tests/postgres/private_server.hpp"
#include "tests/story/server_process.hpp"
#include "tests/story/soundness.hpp"

namespace rentwave::testing {
namespace {

using http::client;
using nlohmann::json;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// What anybody who asks meanwhile is promised: a no in less than this.
constexpr auto longest_wait = 5s;

/// Somebody who tops up one cent at a time, each under a key of its own, and asks again under the
/// same key until the answer is yes.
class payer {
 public:
  payer(const server_process& server, int number) : server_{server} {
    const json who{{"username", "payer" + std::to_string(number)},
                   {"password", "correct horse battery"}};
    client to{server.port()};
    EXPECT_EQ(to.post("/api/users", who).status, 201u);
    token_ = to.post("/api/sessions", who).json().at("access_token");
  }

  void pay(const std::atomic<bool>& enough) {
    client to{server_.port()};
    to.sends_cookies = false;
    while (!enough) {
      const auto began = steady_clock::now();
      const auto answer = to.post("/api/me/wallet/top-ups", {{"amount", 1}}, fields());
      if (answer.status == 201) {
        ++paid_;
      } else {
        const auto took = steady_clock::now() - began;
        longest_refusal_ = std::max(longest_refusal_, took);
        if (answer.status != 503 || answer.header("retry-after").empty())
          ADD_FAILURE() << answer.status << ' ' << answer.body;
        ++refused_;
        std::this_thread::sleep_for(5ms);  // as a client that means well
      }
    }
  }

  std::int64_t paid() const { return paid_; }
  std::int64_t refused() const { return refused_; }
  steady_clock::duration longest_refusal() const { return longest_refusal_; }  ///< afterwards

  /// What the wallet says.
  std::int64_t balance() const {
    client to{server_.port()};
    return to.get("/api/me/wallet", {{"Authorization", "Bearer " + token_}})
        .json()
        .at("balance")
        .at("amount");
  }

 private:
  client::fields fields() const {
    return {{"Authorization", "Bearer " + token_},
            {"Content-Type", "application/json"},
            {"Idempotency-Key", "payment-" + std::to_string(paid_)}};
  }

  const server_process& server_;
  std::string token_;
  std::atomic<std::int64_t> paid_ = 0;
  std::atomic<std::int64_t> refused_ = 0;
  steady_clock::duration longest_refusal_{};
};

/// Whether everybody's figure grows by `more`, within a bound.
template <class Figure>
bool grows_for_all(const std::vector<std::unique_ptr<payer>>& payers, Figure figure,
                   std::int64_t more) {
  std::vector<std::int64_t> goal;
  for (const auto& one : payers) goal.push_back(std::invoke(figure, *one) + more);
  const auto until = steady_clock::now() + 60s;
  for (std::size_t i = 0; i < payers.size(); ++i)
    while (std::invoke(figure, *payers[i]) < goal[i]) {
      if (steady_clock::now() > until) return false;
      std::this_thread::sleep_for(2ms);
    }
  return true;
}

TEST(Outage, of_the_database_under_load_is_answered_503_and_heals_by_itself) {
  server_process server{{}, keeping::postgres};
  server.start();
  std::vector<std::unique_ptr<payer>> payers;
  for (int i = 0; i < 8; ++i) payers.push_back(std::make_unique<payer>(server, i));
  auto& database = testing_postgres::private_server::get();

  std::atomic<bool> enough = false;
  {
    std::vector<std::jthread> running;
    for (const auto& one : payers) running.emplace_back([&] { one->pay(enough); });
    for (int round = 0; round < 3; ++round) {
      EXPECT_TRUE(grows_for_all(payers, &payer::paid, 20));
      database.stop_at_once();
      EXPECT_TRUE(grows_for_all(payers, &payer::refused, 3));
      database.start();
    }
    EXPECT_TRUE(grows_for_all(payers, &payer::paid, 20));
    enough = true;
  }

  steady_clock::duration longest{};
  for (const auto& one : payers) {
    EXPECT_EQ(one->balance(), one->paid());  // what was acknowledged, once
    longest = std::max(longest, one->longest_refusal());
  }
  const auto slowest = std::chrono::duration_cast<std::chrono::milliseconds>(longest);
  std::cout << "the slowest refusal took " << slowest.count() << " ms\n";
  EXPECT_LT(slowest, longest_wait);
  EXPECT_NO_THROW(check_settled(server.journal_url()));
  server.stop();
}

}  // namespace
}  // namespace rentwave::testing
