// All nodes are restarted one after the other, behind a proxy and under load, and no request fails.
// Once; in the long form ten times. Nor is anybody not told something, or told it twice.
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <iostream>
#include <limits>
#include <thread>

#include "tests/cluster/processes/customers.hpp"
#include "tests/cluster/processes/proxy.hpp"
#include "tests/cluster/processes/several_nodes.hpp"
#include "tests/story/listener.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;
using rentwave::testing::listener;
using rentwave::testing::pauper;

constexpr auto node_port = "18080";

class RollingRestart : public SeveralNodes {
 protected:
  const int rounds_ = is_soak() ? 10 : 1;

  /// Three nodes, which keep their addresses.
  std::unique_ptr<proxy> start_behind_proxy() {
    std::vector<std::string> addresses;
    for (int i = 1; i <= 3; ++i) {
      addresses.push_back(own_address(i) + ':' + node_port);
      add("n" + std::to_string(i),
          {"--http.address=" + own_address(i), std::string{"--http.port="} + node_port,
           "--http.drain-time=500ms"});
    }
    auto front = std::make_unique<proxy>(addresses, folder());
    await("the proxy", [&] {
      try {
        return http::client{front->port()}.get("/readyz").status == 200;
      } catch (const std::exception&) {
        return false;
      }
    });
    return front;
  }
  void restart_all(const std::function<void()>& before_each) {
    for (int round = 0; round < rounds_; ++round)
      for (const auto* name : {"n1", "n2", "n3"}) {
        before_each();
        node(name).ask_to_stop();
        EXPECT_EQ(node(name).wait_for_end(), 0);
        node(name).start();
        node(name).wait_until_it_serves();
      }
    before_each();
  }
};

TEST_F(RollingRestart, fails_no_request) {
  const auto front = start_behind_proxy();
  customers all({front->port()}, 6);
  all.begin();
  restart_all([&] { EXPECT_TRUE(all.all_pay(3, 60s)); });
  all.end();
  EXPECT_EQ(all.failures(), 0) << all.first_failures();
  EXPECT_EQ(all.miscount(front->port()), "");
  std::cout << all.requests() << " requests through " << rounds_ * 3 << " restarts\n";
}

/// Somebody who is told one thing after the other, and has sockets that hear it, each on a thread
/// of its own: it connects anew from its cursor whenever it is closed, until it has heard the last.
class told_person {
 public:
  explicit told_person(pauper who) : who_{std::move(who)} {}

  void listen(std::uint16_t port) {
    try {
      listener one{&who_};
      for (bool is_closed = true; one.cursor < last_ && !::testing::Test::HasFailure();) {
        if (is_closed) {
          one.connect(port);
          ++connections_;
        }
        is_closed = !one.hear();
        EXPECT_TRUE(!is_closed || one.socket->close_code() == going_away);
      }
      if (!::testing::Test::HasFailure()) one.hear_up_to(last_);
    } catch (const std::exception& broken) {
      ADD_FAILURE() << broken.what();
    }
  }
  void tell(std::uint16_t port, const std::string& advert) {
    EXPECT_EQ(who_.try_to_rent(port, advert), pauper::cannot_pay);
    ++told_;
  }
  void tell_last(std::uint16_t port, const std::string& advert) {
    last_ = told_ + 1;
    tell(port, advert);
  }
  int told() const { return told_; }
  int unread(std::uint16_t port) const { return who_.unread(port); }
  int connections() const { return connections_; }

 private:
  static constexpr unsigned going_away = 1001;

  const pauper who_;
  std::atomic<int> told_ = 0;
  std::atomic<int> last_ = std::numeric_limits<int>::max();
  std::atomic<int> connections_ = 0;
};

TEST_F(RollingRestart, leaves_no_notification_out_and_repeats_none) {
  const auto front = start_behind_proxy();
  const auto port = front->port();
  const auto advert = rentwave::testing::advertise(port);
  constexpr int sockets_each = 4;
  std::deque<told_person> people;
  for (const auto* name : {"ann", "bob", "cem"})
    people.emplace_back(rentwave::testing::join(port, name));
  std::vector<std::jthread> threads;
  for (auto& one : people)
    for (int i = 0; i < sockets_each; ++i) threads.emplace_back([&one, port] { one.listen(port); });
  std::jthread telling{[&](const std::stop_token& stop) {
    try {
      while (!stop.stop_requested())
        for (auto& one : people) one.tell(port, advert);
    } catch (const std::exception& broken) {
      ADD_FAILURE() << broken.what();
    }
  }};
  const auto tell_more = [&] {
    const auto before = people[0].told();
    await("more to be told", [&] { return people[0].told() > before + 3 || HasFailure(); });
  };
  EXPECT_NO_THROW(restart_all(tell_more));
  telling.request_stop();
  telling.join();
  for (auto& one : people) EXPECT_NO_THROW(one.tell_last(port, advert));
  threads.clear();
  int connections = 0;
  for (const auto& one : people) {
    EXPECT_EQ(one.unread(port), one.told());
    connections += one.connections();
  }
  EXPECT_GE(connections, 3 * sockets_each * (1 + rounds_))
      << "each was closed at least once a round";
  std::cout << connections << " connections of " << 3 * sockets_each
            << " sockets, each of which was "
            << "told some " << people[0].told() << " notifications\n";
}

}  // namespace
}  // namespace rentwave::testing_cluster
