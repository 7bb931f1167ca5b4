// Nodes, partitions and single entities, as operators see them.
#include <gmock/gmock.h>

#include "tests/http/node_scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class Places : public node_scene {
 protected:
  void begin(std::optional<std::size_t> silent = {}, std::size_t at_rest = 1000) {
    node_options options;
    options.name = "east/7";
    options.entities_at_rest = at_rest;
    waiting.report_patience = std::chrono::milliseconds{silent ? 50 : 5000};
    start(std::move(options), silent);
    root = join("root");
  }
  json partition(std::size_t id) {
    return get("/api/admin/partitions", root).json().at("items").at(id);
  }
  client_response entity(const std::string& kind, const std::string& id) {
    return get("/api/admin/entities/" + kind + '/' + id, root);
  }
  std::string account_of(const client::fields& who) { return get("/api/me", who).json().at("id"); }

  client::fields root;
};

TEST_F(Places, of_a_node_are_its_partitions) {
  begin();
  const auto nodes = get("/api/admin/nodes", root).json().at("items");
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes[0].at("name"), "east");
  EXPECT_EQ(nodes[0].at("version"), "1.2.3");
  EXPECT_EQ(nodes[0].at("partitions"), 4);
  EXPECT_TRUE(nodes[0].at("ready"));
  EXPECT_THAT(nodes[0].at("started_at").get<std::string>(), HasSubstr("T"));
}

TEST_F(Places, of_partitions_say_how_far_they_are) {
  begin();
  const auto all = get("/api/admin/partitions", root).json().at("items");
  ASSERT_EQ(all.size(), 4U);
  std::int64_t events = 0;
  for (const auto& one : all) {
    EXPECT_EQ(one.at("state"), "open");
    EXPECT_EQ(one.at("owner"), "east");
    EXPECT_EQ(one.at("epoch"), 1);
    EXPECT_EQ(one.at("subscriptions").at(0).at("name"), "notifier");
    EXPECT_EQ(one.at("alarms").at("lag_us"), 0);
    events += one.at("next_position").get<std::int64_t>() - 1;
  }
  EXPECT_EQ(std::size_t(events),
            get("/api/admin/events?limit=100", root).json().at("items").size());
  EXPECT_TRUE(comes_true([this] {
    for (std::size_t i = 0; i < 4; ++i)
      if (partition(i).at("lag") != 0) return false;
    return true;
  }));
}

TEST_F(Places, of_a_partition_that_another_node_took_is_there) {
  begin();
  ASSERT_TRUE((*store->connect())->take_over(3, "west/1"));
  EXPECT_EQ(partition(3).at("state"), "elsewhere");
  EXPECT_EQ(partition(3).at("owner"), "west");
  EXPECT_EQ(partition(3).at("epoch"), 2);
  EXPECT_EQ(get("/api/admin/nodes", root).json().at("items").at(0).at("partitions"), 3);
}

TEST_F(Places, of_a_silent_partition_are_what_the_journal_knows) {
  begin(2);
  EXPECT_EQ(partition(2).at("state"), "silent");
  EXPECT_EQ(partition(2).at("owner"), "east");
  EXPECT_TRUE(partition(2).at("lag").is_null());
  EXPECT_EQ(partition(1).at("state"), "open");
}

TEST_F(Places, of_an_entity_come_with_its_state) {
  begin();
  const auto ann = join("ann");
  EXPECT_EQ(post("/api/me/wallet/top-ups", ann, {{"amount", 500}}).status, 201U);
  const auto id = account_of(ann);
  const auto seen = entity("wallet", id);
  EXPECT_EQ(seen.status, 200U);
  EXPECT_EQ(seen.header("cache-control"), "no-store");
  const auto wallet = seen.json();
  EXPECT_EQ(wallet.at("entity"), (json{{"kind", "wallet"}, {"id", id}}));
  EXPECT_EQ(wallet.at("version"), 2);
  EXPECT_EQ(wallet.at("node"), "east");
  EXPECT_EQ(wallet.at("partition"), partition_of({entity_kind::wallet, id}, 4));
  EXPECT_TRUE(wallet.at("awake"));
  EXPECT_TRUE(wallet.at("quarantine").is_null());
  EXPECT_EQ(wallet.at("state").at("balance"), (json{{"amount", 500}, {"currency", "EUR"}}));
}

TEST_F(Places, of_an_entity_do_not_show_what_belongs_to_a_person) {
  begin();
  client to{site->port()};
  EXPECT_EQ(to.post("/api/users", {{"username", "ann"},
                                   {"password", "correct horse"},
                                   {"display_name", "Ann Secret"},
                                   {"email", "ann@secret.example"}})
                .status,
            201U);
  const auto ann = client::fields{
      {"Authorization",
       "Bearer " + to.post("/api/sessions", {{"username", "ann"}, {"password", "correct horse"}})
                       .json()
                       .at("access_token")
                       .get<std::string>()}};
  const auto account = entity("account", account_of(ann));
  EXPECT_EQ(account.json().at("state").at("username"), "ann");
  const auto login = entity("login", "ann");
  EXPECT_EQ(login.json().at("state").at("account"), account_of(ann));
  for (const auto* seen : {&account, &login}) {
    EXPECT_EQ(seen->status, 200U);
    EXPECT_THAT(seen->body, Not(HasSubstr("ecret")));
    EXPECT_THAT(seen->body, Not(HasSubstr("argon2")));
  }
}

TEST_F(Places, of_an_entity_are_looked_at_without_waking_it) {
  begin({}, 0);  // whoever is idle for a second sleeps
  const auto ann = join("ann");
  const auto id = account_of(ann);
  EXPECT_TRUE(comes_true([&] { return entity("account", id).json().at("awake") == false; }));
  EXPECT_EQ(entity("account", id).json().at("awake"), false);
  EXPECT_EQ(entity("account", id).json().at("state").at("username"), "ann");
}

TEST_F(Places, of_what_is_not_there_are_not_found) {
  begin();
  const std::string nobody = "0192a3b4-c5d6-7e8f-9011-223344556677";
  EXPECT_EQ(entity("wallet", nobody).status, 404U);
  EXPECT_EQ(entity("nothing", nobody).status, 404U);
  EXPECT_EQ(entity("payment", nobody).status, 404U);
  EXPECT_EQ(entity("login", "nobody").status, 404U);
}

}  // namespace
}  // namespace rentwave::http
