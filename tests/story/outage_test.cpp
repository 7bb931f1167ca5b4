// The database goes away under load and comes back, several times, while the program runs on.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
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

class Outage : public ::testing::Test {
 protected:
  Outage() {
    server_.start();
    for (int i = 0; i < 8; ++i) payers_.push_back(std::make_unique<payer>(server_, i));
  }

  /// While all pay; afterwards they have to get on.
  void under_load(const std::function<void()>& trouble) {
    std::atomic<bool> enough = false;
    std::vector<std::jthread> running;
    for (const auto& one : payers_) running.emplace_back([&] { one->pay(enough); });
    try {
      trouble();
    } catch (const std::exception& failed) {
      ADD_FAILURE() << failed.what();
    }
    EXPECT_TRUE(all_pay(20));
    enough = true;
  }
  bool all_pay(std::int64_t more) { return grows_for_all(payers_, &payer::paid, more); }
  bool all_are_refused(std::int64_t more) { return grows_for_all(payers_, &payer::refused, more); }

  void expect_every_cent() {
    steady_clock::duration longest{};
    for (const auto& one : payers_) {
      EXPECT_EQ(one->balance(), one->paid());  // what was acknowledged, once
      longest = std::max(longest, one->longest_refusal());
    }
    const auto slowest = std::chrono::duration_cast<std::chrono::milliseconds>(longest);
    std::cout << "the slowest refusal took " << slowest.count() << " ms\n";
    EXPECT_LT(slowest, longest_wait);
    EXPECT_NO_THROW(check_settled(server_.journal_url()));
    server_.stop();
  }

  testing_postgres::private_server& database_ = testing_postgres::private_server::get();
  server_process server_{{}, keeping::postgres};
  std::vector<std::unique_ptr<payer>> payers_;
};

TEST_F(Outage, of_the_database_under_load_is_answered_503_and_heals_by_itself) {
  under_load([this] {
    for (int round = 0; round < 3; ++round) {
      EXPECT_TRUE(all_pay(20));
      database_.stop_at_once();
      EXPECT_TRUE(all_are_refused(3));
      database_.start();
    }
  });
  expect_every_cent();
}

/// The one that writes among them, in the middle of whatever it writes.
TEST_F(Outage, of_all_sessions_with_the_database_costs_nobody_a_cent) {
  under_load([this] {
    for (int round = 0; round < 30; ++round) {
      ASSERT_TRUE(all_pay(1 + round % 3)) << round;
      EXPECT_EQ(database_.run(server_.journal_url(),
                              "SELECT bool_and(pg_terminate_backend(pid)) FROM pg_stat_activity"
                              " WHERE application_name LIKE 'rentwave/%'"),
                "t");
    }
  });
  expect_every_cent();
}

}  // namespace
}  // namespace rentwave::testing
