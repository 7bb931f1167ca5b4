// Nodes that come, go and answer for each other, with nobody the worse for it.
#include <gmock/gmock.h>

#include <algorithm>

#include "actors/runtime/routing.hpp"
#include "tests/cluster/processes/customers.hpp"
#include "tests/cluster/processes/several_nodes.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// How many partitions have another owner.
std::size_t moved(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < before.size(); ++i) count += before[i] != after[i] ? 1 : 0;
  return count;
}

TEST_F(SeveralNodes, answer_any_request_through_any_of_them) {
  add_all({"n1", "n2", "n3"});
  await_rest(node("n1"), {"n1", "n2", "n3"});
  const auto places = owners(node("n2"));
  EXPECT_EQ(owners(node("n1")), places) << "all see the same";

  constexpr int people = 12;
  customers all(ports(), people);
  std::size_t asked = 0;
  std::size_t elsewhere = 0;
  for (std::size_t i = 0; i < people; ++i)
    for (const auto* name : {"n1", "n2", "n3"}) {
      http::client from{node(name).port()};
      const auto paid = from.post("/api/me/wallet/top-ups", {{"amount", 100}}, all.fields_of(i));
      EXPECT_EQ(paid.status, 201U) << paid.body;
      EXPECT_EQ(from.get("/api/me", all.fields_of(i)).status, 200U);
      const entity_ref wallet{entity_kind::wallet, all.account_of(i)};
      ++asked;
      elsewhere += places[static_cast<std::size_t>(partition_of(wallet, partitions))] != name;
    }
  EXPECT_EQ(asked, people * 3U);
  EXPECT_EQ(elsewhere * 3, asked * 2) << "each wallet is on one of three that were asked";
  for (std::size_t i = 0; i < people; ++i) {
    http::client any{ports()[i % 3]};
    EXPECT_EQ(any.get("/api/me/wallet", all.fields_of(i)).json().at("balance").at("amount"), 300);
  }
}

TEST_F(SeveralNodes, share_with_one_that_comes_and_take_back_what_it_leaves) {
  add_all({"n1", "n2", "n3"});
  await_rest(node("n1"), {"n1", "n2", "n3"});
  const auto before = owners(node("n1"));
  customers all(ports(), 6);
  all.begin();
  EXPECT_TRUE(all.all_pay(5, 60s));

  auto& fourth = add("n4");
  all.use(ports());
  await_rest(node("n1"), {"n1", "n2", "n3", "n4"});
  const auto with_fourth = owners(node("n1"));
  EXPECT_EQ(moved(before, with_fourth), partitions / 4U);
  EXPECT_EQ(std::ranges::count(with_fourth, "n4"), partitions / 4);
  EXPECT_TRUE(all.all_pay(5, 60s));

  // As a proxy does, which sees that it is not ready any more.
  all.use({node("n1").port(), node("n2").port(), node("n3").port()});
  EXPECT_TRUE(all.all_pay(5, 60s));
  fourth.ask_to_stop();
  EXPECT_EQ(fourth.wait_for_end(), 0);
  await_rest(node("n1"), {"n1", "n2", "n3"});
  EXPECT_EQ(moved(with_fourth, owners(node("n1"))), partitions / 4U) << "only what it had";
  EXPECT_TRUE(all.all_pay(5, 60s));

  all.end();
  EXPECT_EQ(all.failures(), 0) << all.first_failures();
  EXPECT_EQ(all.miscount(node("n2").port()), "");
  std::cout << all.requests() << " requests, none failed\n";
}

TEST_F(SeveralNodes, drain_one_as_was_planned) {
  add_all({"n1", "n2", "n3"});
  await_rest(node("n1"), {"n1", "n2", "n3"});
  const auto before = owners(node("n1"));
  const auto plan = get(node("n1"), "/api/admin/nodes/n2/drain").json();
  EXPECT_EQ(plan.at("moves").size(), static_cast<std::size_t>(std::ranges::count(before, "n2")));
  EXPECT_EQ(owners(node("n1")), before) << "nothing moves by looking";

  EXPECT_TRUE(post(node("n3"), "/api/admin/nodes/n2/drain").json().at("draining"));
  await_rest(node("n1"), {"n1", "n3"});
  auto wanted = before;
  for (const auto& one : plan.at("moves"))
    wanted[one.at("partition").get<std::size_t>()] = one.at("to");
  EXPECT_EQ(owners(node("n1")), wanted);
  EXPECT_EQ(get(node("n2"), "/api/me").status, 200U) << "it goes on as a gateway";
  EXPECT_EQ(get(node("n2"), "/readyz").status, 200U);

  EXPECT_FALSE(
      post(node("n1"), "/api/admin/nodes/n2/drain", {{"lift", true}}).json().at("draining"));
  await_rest(node("n1"), {"n1", "n2", "n3"});
}

TEST_F(SeveralNodes, may_each_have_one_role) {
  add("store", {"--node.roles=partitions"});
  auto& front = add("front", {"--node.roles=gateway"});
  await_rest(front, {"store"});
  http::client to_store{node("store").port()};
  EXPECT_EQ(to_store.get("/readyz").status, 200U);
  to_store.is_of_the_api = false;
  EXPECT_EQ(to_store.get("/api/meta").status, 404U) << "it is not for clients";
  customers all({front.port()}, 2);
  all.begin();
  EXPECT_TRUE(all.all_pay(5, 60s));
  all.end();
  EXPECT_EQ(all.failures(), 0) << all.first_failures();
}

}  // namespace
}  // namespace rentwave::testing_cluster
