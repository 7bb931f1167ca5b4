// Nodes that talk by TLS, and whoever else comes to their ports.
#include <gmock/gmock.h>

#include <csignal>
#include <iostream>
#include <random>

#include "tests/cluster/node_certificates.hpp"
#include "tests/cluster/processes/customers.hpp"
#include "tests/cluster/processes/several_nodes.hpp"
#include "tests/cluster/stranger.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;
using rentwave::testing::node_certificates;
using rentwave::testing::stranger;
using std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::Not;

class SecureNodes : public SeveralNodes {
 protected:
  SecureNodes() { std::signal(SIGPIPE, SIG_IGN); }

  void add_three() {
    for (const auto* name : {"n1", "n2", "n3"}) {
      const auto files = ours_.of(name);
      add(name, {"--cluster.certificate=" + files.certificate, "--cluster.key=" + files.key,
                 "--cluster.ca=" + files.ca});
    }
    await_rest(node("n1"), {"n1", "n2", "n3"});
  }

  /// Where the others reach it.
  std::uint16_t port_for_nodes(const node_process& of) {
    const auto nodes = get(of, "/api/admin/nodes").json();
    for (const auto& one : nodes.at("items")) {
      if (one.at("name") != of.name()) continue;
      const std::string address = one.at("address");
      return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
    }
    throw std::runtime_error("no such node: " + nodes.dump());
  }

  static bool has_refused(const node_process& one, const std::string& why) {
    return one.log().find("a connection from 127.0.0.1 was refused: " + why) != std::string::npos;
  }

  /// A thread that spins would never let it be so.
  void await_calm(const node_process& one) {
    auto since = steady_clock::now();
    auto used = one.cpu_time();
    await("the CPU of " + one.name() + " to be idle", [&] {
      const auto passed = steady_clock::now() - since;
      if (passed < 500ms) return false;
      const bool is_calm = (one.cpu_time() - used) * 4 < passed;
      since = steady_clock::now();
      used = one.cpu_time();
      return is_calm;
    });
  }

  /// None that TLS would wait for the rest of.
  std::string noise() {
    std::string bytes(std::uniform_int_distribution<std::size_t>{5, 5000}(random_), '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random_());
    bytes[0] = static_cast<char>(bytes[0] & 0x7F);  // no hello of SSL 2
    bytes[1] = static_cast<char>(bytes[1] | 0x80);  // no version of SSL 3 and later
    return bytes;
  }

  const node_certificates ours_, theirs_;
  const std::uint32_t seed_ = std::random_device{}();
  std::mt19937 random_{seed_};
};

/// A record of a client's hello, of which the rest never comes.
const std::string beginning_of_a_hello{"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11};

TEST_F(SecureNodes, answer_any_request_through_any_of_them) {
  add_three();
  customers all(ports(), 6);
  all.begin();
  EXPECT_TRUE(all.all_pay(10, 60s));
  all.end();
  EXPECT_EQ(all.failures(), 0) << all.first_failures();
  for (const auto& port : ports()) EXPECT_EQ(all.miscount(port), "");
  for (const auto* name : {"n1", "n2", "n3"}) {
    EXPECT_THAT(node(name).log(), HasSubstr("there is a link with node"));
    const stranger one_of_us{port_for_nodes(node(name))};
    EXPECT_TRUE(one_of_us.is_let_in(tls_of(ours_, "n4").get())) << "the others' links are by TLS";
  }
}

TEST_F(SecureNodes, refuse_strangers_and_go_on) {
  add_three();
  customers all(ports(), 4);
  all.begin();
  EXPECT_TRUE(all.all_pay(2, 60s));
  const auto& n1 = node("n1");
  const auto port = port_for_nodes(n1);

  // At most one line a second is logged, so each sort comes again until its own is.
  await("the line about who has no certificate", [&] {
    EXPECT_FALSE(stranger{port}.is_let_in(nullptr));
    return has_refused(n1, "peer did not return a certificate");
  });
  const auto foreign = tls_of(theirs_, "n1");
  await("the line about a certificate of another CA", [&] {
    EXPECT_FALSE(stranger{port}.is_let_in(foreign.get()));
    return has_refused(n1, "certificate verify failed (");
  });
  await("the line about random bytes", [&] {
    const stranger talks{port};
    talks.say(noise());
    EXPECT_TRUE(talks.is_hung_up_on()) << "with seed " << seed_;
    return has_refused(n1, "wrong version number");
  });

  std::vector<std::unique_ptr<stranger>> silent;
  for (int i = 0; i < 40; ++i) {
    silent.push_back(std::make_unique<stranger>(port));
    if (i % 2 == 0) silent.back()->say(beginning_of_a_hello);
  }
  EXPECT_TRUE(all.all_pay(5, 60s)) << "amid all of them";
  all.end();
  EXPECT_EQ(all.failures(), 0) << all.first_failures();
  await_calm(n1);
  for (const auto& one : silent) one->say(noise());
  await_calm(n1);

  EXPECT_EQ(all.miscount(node("n2").port()), "");
  for (const auto* name : {"n1", "n2", "n3"})
    EXPECT_THAT(node(name).log(), Not(HasSubstr("the link with node"))) << "none has ended";
  std::cout << all.requests() << " requests, none failed\n";
}

}  // namespace
}  // namespace rentwave::testing_cluster
