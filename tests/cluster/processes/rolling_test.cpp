// All nodes are restarted one after the other, behind a proxy and under load, and no request fails.
// Once; in the long form ten times.
#include <gtest/gtest.h>

#include "tests/cluster/processes/customers.hpp"
#include "tests/cluster/processes/proxy.hpp"
#include "tests/cluster/processes/several_nodes.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;

constexpr auto node_port = "18080";

class RollingRestart : public SeveralNodes {
 protected:
  void add_behind_proxy(int number) {
    add("n" + std::to_string(number),
        {"--http.address=" + own_address(number), std::string{"--http.port="} + node_port,
         "--http.drain-time=500ms"});
  }
};

TEST_F(RollingRestart, fails_no_request) {
  std::vector<std::string> addresses;
  for (int i = 1; i <= 3; ++i) addresses.push_back(own_address(i) + ':' + node_port);
  for (int i = 1; i <= 3; ++i) add_behind_proxy(i);
  const proxy front(addresses, folder());
  await("the proxy", [&] {
    try {
      return http::client{front.port()}.get("/readyz").status == 200;
    } catch (const std::exception&) {
      return false;
    }
  });
  customers all({front.port()}, 6);
  all.begin();
  const int rounds = is_soak() ? 10 : 1;
  for (int round = 0; round < rounds; ++round)
    for (const auto* name : {"n1", "n2", "n3"}) {
      EXPECT_TRUE(all.all_pay(3, 60s));
      node(name).ask_to_stop();
      EXPECT_EQ(node(name).wait_for_end(), 0);
      node(name).start();
      node(name).wait_until_it_serves();
    }
  EXPECT_TRUE(all.all_pay(3, 60s));
  all.end();
  EXPECT_EQ(all.failures(), 0) << all.first_failures();
  EXPECT_EQ(all.miscount(front.port()), "");
  std::cout << all.requests() << " requests through " << rounds * 3 << " restarts\n";
}

}  // namespace
}  // namespace rentwave::testing_cluster
