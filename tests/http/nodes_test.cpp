// Nodes and what draining one moves, as operators see them: of a node that is alone, and of one
// that is told of a cluster by the test.
#include "tests/http/node_scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

constexpr auto drain_east = "/api/admin/nodes/east/drain";

class Nodes : public node_scene {
 protected:
  void begin() {
    node_options options;
    options.name = "east/7";
    start(std::move(options));
    root = join("root");
  }
  /// Three nodes, of which "east" is this one; it has all partitions but one.
  void begin_with_others() {
    cluster_state seen;
    seen.may_answer = true;
    seen.unreachable = 1;
    for (const auto* name : {"east", "north", "west"}) {
      auto& one = seen.nodes.emplace_back();
      one.name = name;
      one.incarnation = std::ssize(seen.nodes);
      one.address = "10.0.0.1:4711";
      one.version = "1.2.3";
    }
    seen.nodes[0].here = true;
    seen.nodes[0].owned = 3;
    seen.nodes[1].coming = 1;
    seen.nodes[1].standing = node_standing::unsure;
    seen.nodes[1].has_partitions = false;
    seen.nodes[2].standing = node_standing::ended;
    for (int i = 0; i < 4; ++i) seen.places.push_back({"east", std::nullopt, true});
    seen.places[1].next = "north";
    seen.places[3] = {"west", std::nullopt, false};
    office.emplace();
    office->state = [this, seen] {
      auto now = seen;
      now.nodes[0].draining = drains;
      return now;
    };
    office->plan_drain = [](std::string_view node) -> std::optional<std::vector<planned_move>> {
      if (node != "east") return std::nullopt;
      return std::vector<planned_move>{{0, "east", "north"}, {2, "east", std::nullopt}};
    };
    office->set_draining = [this](const std::string& node, bool draining, const auto& done) {
      if (away) return done(journal_error{journal_errc::unavailable, "it is away"});
      if (node != "east") return done(journal_error{journal_errc::not_found, ""});
      drains = draining;
      done({});
    };
    begin();
  }

  client::fields root;
  std::atomic<bool> drains = false;
  std::atomic<bool> away = false;
};

TEST_F(Nodes, of_a_journal_for_one_are_this_one) {
  begin();
  const auto nodes = get("/api/admin/nodes", root).json().at("items");
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes[0].at("name"), "east");
  EXPECT_TRUE(nodes[0].at("life").is_null());
  EXPECT_TRUE(nodes[0].at("here"));
  EXPECT_EQ(nodes[0].at("state"), "alive");
  EXPECT_EQ(nodes[0].at("partitions"), 4);
}

TEST_F(Nodes, cannot_be_drained_where_there_is_one) {
  begin();
  EXPECT_EQ(get(drain_east, root).code(), "only_node");
  EXPECT_EQ(post(drain_east, root).code(), "only_node");
  EXPECT_EQ(get("/api/admin/nodes/west/drain", root).status, 404U);
  EXPECT_EQ(post("/api/admin/nodes/west/drain", root).status, 404U);
}

TEST_F(Nodes, are_drained_by_administrators_only) {
  begin();
  const auto ann = join("ann");
  EXPECT_EQ(get(drain_east, {}).status, 401U);
  EXPECT_EQ(post(drain_east, {}).status, 401U);
  EXPECT_EQ(get(drain_east, ann).code(), "not_admin");
  EXPECT_EQ(post(drain_east, ann).code(), "not_admin");
}

TEST_F(Nodes, of_a_cluster_are_all_that_belong_to_it) {
  begin_with_others();
  const auto nodes = get("/api/admin/nodes", root).json().at("items");
  ASSERT_EQ(nodes.size(), 3U);
  EXPECT_EQ(nodes[0].at("life"), 1);
  EXPECT_EQ(nodes[0].at("address"), "10.0.0.1:4711");
  EXPECT_EQ(nodes[0].at("roles"), (json{"gateway", "partitions"}));
  EXPECT_EQ(nodes[0].at("state"), "alive");
  EXPECT_TRUE(nodes[0].at("here"));
  EXPECT_TRUE(nodes[0].at("ready"));
  EXPECT_EQ(nodes[0].at("partitions"), 3);
  EXPECT_EQ(nodes[1].at("state"), "unsure");
  EXPECT_EQ(nodes[1].at("roles"), json::array({"gateway"}));
  EXPECT_FALSE(nodes[1].at("here"));
  EXPECT_TRUE(nodes[1].at("ready").is_null());
  EXPECT_EQ(nodes[1].at("incoming"), 1);
  EXPECT_EQ(nodes[2].at("state"), "ended");
}

TEST_F(Nodes, say_what_draining_one_would_move_before_anything_does) {
  begin_with_others();
  EXPECT_EQ(get(drain_east, root).json(),
            (json{{"node", "east"},
                  {"draining", false},
                  {"moves",
                   {{{"partition", 0}, {"from", "east"}, {"to", "north"}},
                    {{"partition", 2}, {"from", "east"}, {"to", nullptr}}}}}));
  EXPECT_FALSE(drains);
  EXPECT_EQ(get("/api/admin/nodes/south/drain", root).status, 404U);
  EXPECT_EQ(get("/api/admin/nodes/west/drain", root).status, 404U) << "it went meanwhile";
}

TEST_F(Nodes, drain_and_take_partitions_again) {
  begin_with_others();
  const auto begun = post(drain_east, root).json();
  EXPECT_TRUE(begun.at("draining"));
  EXPECT_EQ(begun.at("moves").size(), 2U);
  EXPECT_TRUE(drains);
  EXPECT_TRUE(get(drain_east, root).json().at("draining"));
  const auto ended = post(drain_east, root, {{"lift", true}}).json();
  EXPECT_FALSE(ended.at("draining"));
  EXPECT_TRUE(ended.at("moves").empty());
  EXPECT_FALSE(drains);
  client without_a_body{site->port()};
  EXPECT_EQ(without_a_body.send("POST", drain_east, root).status, 200U);
}

TEST_F(Nodes, are_not_drained_by_what_makes_no_sense_or_comes_at_the_wrong_time) {
  begin_with_others();
  const auto wrong = post(drain_east, root, {{"lift", "yes"}});
  EXPECT_EQ(wrong.status, 422U);
  EXPECT_EQ(wrong.json().at("errors").at(0).at("field"), "lift");
  EXPECT_EQ(post("/api/admin/nodes/south/drain", root).status, 404U);
  away = true;
  EXPECT_EQ(post(drain_east, root).code(), "unavailable");
  EXPECT_FALSE(drains);
}

TEST_F(Nodes, have_the_partitions_that_the_cluster_gives_them) {
  begin_with_others();
  const auto all = get("/api/admin/partitions", root).json().at("items");
  EXPECT_EQ(all.at(0).at("owner"), "east");
  EXPECT_TRUE(all.at(0).at("moves_to").is_null());
  EXPECT_EQ(all.at(1).at("moves_to"), "north");
  EXPECT_EQ(all.at(3).at("owner"), "west");
}

TEST_F(Nodes, count_only_what_is_theirs) {
  begin_with_others();
  EXPECT_EQ(get("/api/admin/stats", root).json().at("partitions").at("total"), 3);
  const auto text = get("/metrics", {}).body;
  EXPECT_EQ(metric(text, "rentwave_partitions"), 3);
  EXPECT_EQ(metric(text, "rentwave_cluster_nodes{state=\"alive\"}"), 1);
  EXPECT_EQ(metric(text, "rentwave_cluster_nodes{state=\"unsure\"}"), 1);
  EXPECT_EQ(metric(text, "rentwave_cluster_nodes{state=\"ended\"}"), 1);
  EXPECT_EQ(metric(text, "rentwave_cluster_partitions_moving"), 1);
  EXPECT_EQ(metric(text, "rentwave_cluster_partitions_ownerless"), 0);
  EXPECT_EQ(metric(text, "rentwave_cluster_nodes_unreachable"), 1);
  EXPECT_EQ(metric(text, "rentwave_cluster_lease"), 1);
}

}  // namespace
}  // namespace rentwave::http
