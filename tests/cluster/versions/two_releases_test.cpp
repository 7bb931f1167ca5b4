// This release and the next one (next.patch) behind a proxy and under load: all nodes go from one
// to the other, and no request fails; the way back is open until the next release has written what
// this one cannot read, and is shut then, with a sentence that says so.
#include <gmock/gmock.h>

#include <iostream>
#include <map>
#include <memory>
#include <set>

#include "actors/runtime/routing.hpp"
#include "tests/cluster/processes/customers.hpp"
#include "tests/cluster/processes/proxy.hpp"
#include "tests/cluster/processes/several_nodes.hpp"
#include "tests/postgres/private_server.hpp"
#include "tests/story/soundness.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr auto node_port = "18080";
constexpr const char* next_release = RENTWAVE_NEXT_PROGRAM;
constexpr const char* this_release = RENTWAVE_PROGRAM;
constexpr const char* this_version = RENTWAVE_VERSION;
constexpr const char* next_version = "0.2.0";
/// What only the next release writes and reads.
constexpr const char* new_event = "wallet.come-by";

class TwoReleases : public SeveralNodes {
 protected:
  TwoReleases() {
    for (int i = 1; i <= 3; ++i) {
      addresses_.push_back(own_address(i) + ':' + node_port);
      add(name(i), behind_proxy(i));
    }
    front_ = std::make_unique<proxy>(addresses_, folder());
    await("the proxy", [&] {
      try {
        return http::client{front_->port()}.get("/readyz").status == 200;
      } catch (const std::exception&) {
        return false;
      }
    });
    become_root();
    all_ = std::make_unique<customers>(customers::addresses{front_->port()}, 20);
    all_->begin();
  }
  ~TwoReleases() override {
    all_.reset();
    front_.reset();
  }

  static std::string name(int number) { return "n" + std::to_string(number); }
  static std::vector<std::string> behind_proxy(int number) {
    return {"--http.address=" + own_address(number), std::string{"--http.port="} + node_port,
            "--http.drain-time=500ms"};
  }

  /// One node after the other, as the operations guide says.
  void roll(int number, const char* program) {
    ++restarts_;
    EXPECT_TRUE(all_->all_pay(3, 60s));
    auto& one = node(name(number));
    one.ask_to_stop();
    EXPECT_EQ(one.wait_for_end(), 0);
    one.use_program(program);
    one.start();
    one.wait_until_it_serves();
    await_all_places();
    EXPECT_TRUE(all_->all_pay(3, 60s));
  }

  // --- what an operator sees, through the proxy ---

  void become_root() {
    const json who{{"username", "root"}, {"password", "correct horse battery"}};
    http::client to{front_->port()};
    EXPECT_EQ(to.post("/api/users", who).status, 201U);
    const std::string token = to.post("/api/sessions", who).json().at("access_token");
    root_ = {{"Authorization", "Bearer " + token}};
  }
  json items(const std::string& path) {
    const auto answer = http::client{front_->port()}.get(path, root_);
    return answer.status == 200 ? answer.json().at("items") : json::array();
  }
  std::vector<std::string> releases() {
    std::vector<std::string> all;
    const auto nodes = items("/api/admin/nodes");
    for (const auto& each : nodes) all.push_back(each.at("version"));
    return all;
  }
  /// Each node has its share, and nothing moves any more.
  void await_all_places() {
    await("all partitions at rest", [&] {
      std::map<std::string, int> shares;
      const auto places = items("/api/admin/partitions");
      for (const auto& each : places) {
        if (!each.at("owner").is_string() || !each.at("moves_to").is_null()) return false;
        ++shares[each.at("owner")];
      }
      return shares.size() == 3;
    });
  }
  /// Of the nodes that have the customers' wallets.
  std::set<std::string> owners_of_wallets() {
    std::set<std::string> owners;
    const auto places = items("/api/admin/partitions");
    for (std::size_t i = 0; i < all_->size(); ++i) {
      const entity_ref wallet{entity_kind::wallet, all_->account_of(i)};
      owners.insert(places.at(static_cast<std::size_t>(partition_of(wallet, partitions)))
                        .at("owner")
                        .get<std::string>());
    }
    return owners;
  }

  // --- what is in the database ---

  std::string run(const std::string& sql) {
    return testing_postgres::private_server::get().run(journal_url(), sql);
  }
  std::string count_new_events(const std::string& where = "true") {
    return run("SELECT count(*) FROM rentwave.events WHERE type = '" + std::string{new_event} +
               "' AND " + where);
  }

  std::unique_ptr<proxy> front_;
  std::unique_ptr<customers> all_;
  http::client::fields root_;
  int restarts_ = 0;

 private:
  std::vector<std::string> addresses_;
};

TEST_F(TwoReleases, run_side_by_side_and_one_replaces_the_other_without_a_failed_request) {
  EXPECT_THAT(releases(), UnorderedElementsAre(this_version, this_version, this_version));

  roll(1, next_release);
  EXPECT_THAT(releases(), UnorderedElementsAre(this_version, this_version, next_version));
  // Every customer asks through all three: the next release's entities by this one's gateways, and
  // the other way round.
  EXPECT_THAT(owners_of_wallets(), AllOf(Contains("n1"), Contains(AnyOf("n2", "n3"))));
  EXPECT_TRUE(all_->all_pay(10, 60s));
  EXPECT_EQ(count_new_events(), "0") << "two nodes could not read it";
  EXPECT_THAT(node("n1").log(), HasSubstr("another node cannot read: wallet.come-by"));
  EXPECT_EQ(run("SELECT count(*) FROM rentwave.wallet_entries WHERE gateway <> ''"), "0");

  // Ten times two nodes go on to the next release, and back: this one finds a later schema, which
  // says that it may use it. The third begins anew, too, while another keeps the way back open.
  for (int round = 0; round < 10; ++round) {
    if (round > 0) roll(1, next_release);
    roll(3, this_release);
    roll(2, next_release);
    EXPECT_THAT(releases(), UnorderedElementsAre(this_version, next_version, next_version));
    EXPECT_EQ(count_new_events(), "0") << "one node could not read it";
    roll(2, this_release);
    roll(1, this_release);
    EXPECT_THAT(releases(), UnorderedElementsAre(this_version, this_version, this_version));
  }
  EXPECT_NO_THROW(rentwave::testing::check_sound(journal_url()));

  for (int number = 1; number <= 3; ++number) roll(number, next_release);
  EXPECT_THAT(releases(), UnorderedElementsAre(next_version, next_version, next_version));
  await("events of the new type", [&] { return count_new_events() != "0"; });
  EXPECT_TRUE(all_->all_pay(10, 60s));
  // The message's new field comes through to another node, and into the new column.
  EXPECT_NE(
      run("SELECT count(*) FROM rentwave.events e JOIN rentwave.placements p USING (partition)"
          " WHERE e.type = '" +
          std::string{new_event} + "' AND e.data::jsonb ->> 'gateway' <> p.owner"),
      "0");
  EXPECT_NE(run("SELECT count(*) FROM rentwave.wallet_entries WHERE gateway <> ''"), "0");

  all_->end();
  EXPECT_EQ(all_->failures(), 0) << all_->first_failures();
  EXPECT_EQ(all_->miscount(front_->port()), "") << "what was paid is there";
  std::cout << all_->requests() << " requests through " << restarts_ << " restarts\n";

  // The way back is shut, for good.
  node_process older("n4", journal_url(), usual_options_, folder());
  older.start();
  EXPECT_EQ(older.wait_for_end(), 1);
  EXPECT_THAT(older.log(),
              AllOf(HasSubstr("this node cannot join: the journal has events of the type"),
                    HasSubstr(new_event), HasSubstr("this release cannot read")));
}

}  // namespace
}  // namespace rentwave::testing_cluster
