// Many WebSockets over the death of the server: each goes on from its cursor, and is told
// everything once.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <optional>
#include <thread>

#include "tests/http/client.hpp"
#include "tests/http/socket_client.hpp"
#include "tests/story/adverts.hpp"
#include "tests/story/server_process.hpp"
#include "tests/story/story.hpp"

namespace rentwave::testing {
namespace {

using http::client;
using http::socket_client;
using nlohmann::json;

/// Each of the clients takes a few descriptors.
void allow_many_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

struct member {
  client::fields headers;
  std::uint16_t port = 0;

  json call(const char* method, const std::string& path, const json& body = nullptr) const {
    client to{port};
    const auto text = body.is_null() ? std::string{} : body.dump();
    return to.send(method, path, headers, text).json();
  }
};

/// One socket, and what it was told: notifications 1, 2, 3, … up to `cursor`.
struct listener {
  const member* who;
  std::optional<socket_client> socket;
  int cursor = 0;

  void connect() {
    socket.emplace(who->port);
    ASSERT_EQ(socket->open(who->headers), 101u);
    socket->send({{"type", "hello"}, {"after", std::to_string(cursor)}});
    const auto welcome = socket->receive();
    ASSERT_EQ(welcome["type"], "welcome") << welcome;
    ASSERT_EQ(welcome["cursor"], std::to_string(cursor));
  }
  /// False: it is closed.
  bool hear() {
    const auto told = socket->receive();
    if (told.is_null()) return false;
    EXPECT_EQ(told["type"], "notification") << told;
    EXPECT_EQ(told["cursor"], std::to_string(++cursor)) << "none is missing, and none comes twice";
    return true;
  }
  void hear_up_to(int last) {
    while (cursor < last) ASSERT_TRUE(hear());
    socket->send({{"type", "ping"}});
    ASSERT_EQ(socket->receive()["type"], "pong") << "and no more";
  }
};

class Sockets : public ::testing::TestWithParam<keeping> {
 protected:
  const bool soak_ = std::getenv("RENTWAVE_SOAK") != nullptr;
  const std::size_t people_ = soak_ ? 50 : 15;
  static constexpr std::size_t each_ = 20;  // as many as one person may have
  server_process server_{{}, GetParam()};
  std::vector<member> members_;
  std::vector<listener> listeners_;
  std::string listing_;

  member join(const std::string& name) {
    member one{{{"Content-Type", "application/json"}}, server_.port()};
    const json who{{"username", name}, {"password", "correct horse battery"}};
    one.call("POST", "/api/users", who);
    const std::string token = one.call("POST", "/api/sessions", who).at("access_token");
    one.headers.emplace_back("Authorization", "Bearer " + token);
    return one;
  }
  void advertise() { listing_ = join("owner").call("POST", "/api/listings", dear_room()).at("id"); }
  /// Nobody can pay: each is told that it was not possible.
  void try_to_rent() const {
    for (const auto& each : members_)
      each.call("POST", "/api/rentals", {{"listing_id", listing_}, {"duration", "P1D"}});
  }
  void connect_all() {
    for (auto& each : listeners_) {
      each.connect();
      if (HasFatalFailure()) return;
    }
  }
  /// Waits until everybody has been told everything.
  void await_notifier() const {
    const std::string lag = "\nrentwave_subscription_lag_events{subscription=\"notifier\"} 0\n";
    const auto has_caught_up = [&] {
      return client{server_.port()}.get("/metrics").body.find(lag) != std::string::npos;
    };
    ASSERT_TRUE(comes_true(has_caught_up, story_patience));
  }
};
INSTANTIATE_TEST_SUITE_P(On, Sockets, ::testing::Values(keeping::sqlite, keeping::postgres),
                         ::testing::PrintToStringParamName());

TEST_P(Sockets, go_on_from_their_cursors_after_the_server_was_killed) {
  allow_many_files();
  server_.start();
  advertise();
  for (std::size_t i = 0; i < people_; ++i) members_.push_back(join("member" + std::to_string(i)));
  for (const auto& each : members_)
    for (std::size_t i = 0; i < each_; ++i) listeners_.push_back({&each, std::nullopt});
  connect_all();
  ASSERT_FALSE(HasFatalFailure());
  try_to_rent();

  // Some have heard the first when it dies, some not; it dies amid what comes next.
  for (std::size_t i = 0; i < listeners_.size(); i += 2) ASSERT_TRUE(listeners_[i].hear());
  std::atomic<int> rounds = 0;
  std::jthread renting{[&] {
    try {
      for (;; ++rounds) try_to_rent();
    } catch (const std::exception&) {  // it is dead
    }
  }};
  const bool has_begun = comes_true([&] { return rounds >= 2; }, story_patience);
  server_.kill();
  renting.join();
  ASSERT_TRUE(has_begun);
  for (std::size_t i = 0; i < listeners_.size(); i += 3)
    while (listeners_[i].hear()) {
    }

  server_.start();
  for (auto& each : members_) each.port = server_.port();
  std::jthread renting_again{[this] { try_to_rent(); }};
  connect_all();
  ASSERT_FALSE(HasFatalFailure());
  renting_again.join();
  await_notifier();
  for (auto& each : listeners_) {
    const int last = each.who->call("GET", "/api/me/notifications").at("unread");
    EXPECT_GE(last, 4);
    each.hear_up_to(last);
    ASSERT_FALSE(HasFailure()) << "the socket of " << each.cursor;
  }
}

}  // namespace
}  // namespace rentwave::testing
