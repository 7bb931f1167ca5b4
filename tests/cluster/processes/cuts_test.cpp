// Cables that are pulled, in one direction or both, between nodes, and between a node and the
// database: each in a network namespace of its own. Customers work through all nodes meanwhile,
// also through the one that is cut off.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <optional>

#include "actors/runtime/routing.hpp"
#include "tests/cluster/node_certificates.hpp"
#include "tests/cluster/processes/customers.hpp"
#include "tests/cluster/processes/network.hpp"
#include "tests/cluster/processes/several_nodes.hpp"
#include "tests/postgres/private_server.hpp"
#include "tests/story/soundness.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_postgres::private_server;

/// What is lost.
enum class direction { both, there, back };

class Cut : public SeveralNodes {
 protected:
  static constexpr int people = 6;
  static constexpr auto lease = 2s;
  /// Of a cut: three leases, or many.
  static std::chrono::seconds length() { return is_soak() ? 60s : 7s; }
  const std::vector<std::string> names_{"n1", "n2", "n3"};

  void SetUp() override {
    try {
      network_.emplace(std::vector<std::string>{"n1", "n2", "n3", "database"});
    } catch (const no_network& why) {
      GTEST_SKIP() << why.what();
    }
    auto& server = private_server::get();
    server.stop_at_once();
    server.start_at(network_->space_file("database"), network_->address("database"),
                    network::range);
    usual_options_[0] = "--node.lease=" + std::to_string(lease.count()) + 's';
    usual_options_.push_back("--admin.setup-token-file=" + (folder() / setup_token_file).string());
    add_all(names_);
    await_rest(node("n1"), names_);
    watch_appends();
    all_.emplace(ports(), people);
    all_->begin();
  }

  void TearDown() override {
    if (!network_) return;
    all_.reset();
    private_server::get().stop_at_once();
    private_server::get().start();
  }

  std::unique_ptr<node_process> make_node(const std::string& name,
                                          std::vector<std::string> options) const override {
    const auto& address = network_->address(name);
    const auto files = certificates_.of(name);
    for (const auto& one : {"--http.address=" + address, "--cluster.address=" + address,
                            "--cluster.certificate=" + files.certificate,
                            "--cluster.key=" + files.key, "--cluster.ca=" + files.ca})
      options.push_back(one);
    // Whoever looks at them between two long cuts has been silent meanwhile.
    options.emplace_back("--limits.idle-timeout=10m");
    const auto database = journal_url().substr(journal_url().rfind('/'));
    auto made = std::make_unique<node_process>(
        name, "postgresql://postgres@" + network_->address("database") + database,
        std::move(options), folder());
    made->live_in(network_->space(name));
    return made;
  }

  void cut(const std::string& one, const std::string& other, direction what) {
    if (what != direction::back) network_->cut(one, other);
    if (what != direction::there) network_->cut(other, one);
    cut_at_ = steady_clock::now();
    all_->tally_anew();
  }

  /// Customers go on for as long as it is to last, and are counted since it began. At each of these
  /// nodes at least 100 requests a minute succeed; and no node says anything else than yes, or 503.
  void endure(const std::string& what, const std::vector<std::string>& reachable) {
    await("the end of the cut", [&] { return steady_clock::now() >= cut_at_ + length(); });
    const std::chrono::duration<double, std::ratio<60>> minutes = steady_clock::now() - cut_at_;
    std::cout << what << '\n';
    for (const auto& name : names_) {
      const auto seen = all_->tally_of(node(name).address());
      std::cout << "  " << name << ": " << seen.successes << " succeed, " << seen.unavailable
                << " times 503, after at most " << seen.longest.count() << " ms\n";
      EXPECT_EQ(seen.others, 0) << all_->first_failures();
      const bool has_to = std::ranges::count(reachable, name) > 0;
      EXPECT_GE(static_cast<double>(seen.successes), has_to ? 100 * minutes.count() : 0) << name;
    }
  }

  void heal() {
    network_->heal();
    const auto healed = steady_clock::now();
    for (const auto& name : names_) await_rest(node(name), names_);
    EXPECT_TRUE(all_->all_pay(3, 60s));
    const auto took = steady_clock::now() - healed;
    std::cout << "  all is as before "
              << std::chrono::duration_cast<std::chrono::milliseconds>(took).count()
              << " ms after it was healed\n";
  }

  void between_nodes(const std::string& one, const std::string& other, direction what,
                     const std::string& text) {
    EXPECT_TRUE(all_->all_pay(3, 60s));
    const auto before = owners(node("n3"));
    cut(one, other, what);
    endure(text, names_);
    EXPECT_EQ(owners(node("n3")), before) << "nothing moves: all of them renew";
    heal();
  }

  void from_database(const std::string& lost, direction what, const std::string& text) {
    EXPECT_TRUE(all_->all_pay(3, 60s));
    const auto before = owners(node("n1"));
    const auto others = names_without(lost);
    cut(lost, "database", what);
    await_rest(node("n1"), others);
    endure(text, others);
    all_->end();
    check_reads(lost, before);
    all_->begin();
    heal();
  }

  /// What is written through a new owner is not unknown to the one before, or that says nothing.
  void check_reads(const std::string& lost, const std::vector<std::string>& before) {
    for (std::size_t i = 0; i < people; ++i) {
      EXPECT_TRUE(all_->pay(i, node("n1").address())) << all_->first_failures();
      http::client to{node(lost).address()};
      const auto read = to.get("/api/me/wallet", all_->fields_of(i));
      const entity_ref wallet{entity_kind::wallet, all_->account_of(i)};
      const auto place = static_cast<std::size_t>(partition_of(wallet, partitions));
      if (before[place] == lost || read.status != 200)
        EXPECT_EQ(read.status, 503U) << read.body;
      else
        EXPECT_EQ(read.json().at("balance").at("amount"), all_->paid(i));
    }
  }

  /// What was acknowledged is there, once; and nobody wrote what was not his.
  void check_all() {
    all_->end();
    EXPECT_THAT(all_->first_failures(), Not(HasSubstr("STALE")));
    for (const auto& name : names_) EXPECT_EQ(all_->miscount(node(name).address()), "");
    EXPECT_EQ(intruders(), "");
    EXPECT_NO_THROW(rentwave::testing::check_sound(journal_url()));
  }

  std::vector<std::string> names_without(const std::string& lost) const {
    auto others = names_;
    std::erase(others, lost);
    return others;
  }

  std::optional<network> network_;
  std::optional<customers> all_;

 private:
  rentwave::testing::node_certificates certificates_;
  steady_clock::time_point cut_at_{};
};

TEST_F(Cut, between_two_nodes_costs_only_what_one_asks_the_other) {
  between_nodes("n1", "n2", direction::both, "n1 and n2 do not hear each other");
  between_nodes("n1", "n2", direction::there, "n2 does not hear n1");
  between_nodes("n1", "n2", direction::back, "n1 does not hear n2");
  EXPECT_THAT(node("n1").log() + node("n2").log(), HasSubstr("lives, but there is no link with"));
  check_all();
}

TEST_F(Cut, between_a_node_and_the_database_gives_its_partitions_to_others) {
  from_database("n3", direction::both, "n3 and the database do not hear each other");
  from_database("n3", direction::there, "the database does not hear n3");
  from_database("n3", direction::back, "n3 does not hear the database");
  EXPECT_THAT(node("n3").log(), HasSubstr("the lease is over, nothing is answered"));
  EXPECT_THAT(node("n1").log() + node("n2").log(), HasSubstr("its lease has ended"));
  check_all();
}

}  // namespace
}  // namespace rentwave::testing_cluster
