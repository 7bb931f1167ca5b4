// What operators can do, over a real server and a whole node whose inboxes fail on demand.
#include <algorithm>
#include <atomic>
#include <set>

#include "tests/http/node_scene.hpp"
#include "tests/runtime/failing_machine.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

std::vector<effect> tell_of_top_ups(const stored_event& event) {
  if (event.type != wallet::topped_up::type) return {};
  const auto whose = *parse_id<account_id>(event.entity.id);
  inbox::notice notice;
  notice.type = event.type;
  notice.time = event.time;
  return {{"owner", inbox_ref(whose), inbox::command{inbox::deliver{whose, notice}}}};
}

class Admin : public node_scene {
 protected:
  Admin() {
    node_options options;
    options.restarts.failures = 2;
    options.restarts.backoff = std::chrono::milliseconds{1};
    options.subscriptions = {{"teller", tell_of_top_ups}};
    options.machines = [fail = inboxes_fail](const entity_ref& entity) -> std::unique_ptr<machine> {
      if (entity.kind != entity_kind::inbox) return make_machine(entity);
      return std::make_unique<testing::failing_machine>(
          make_machine(entity), [fail](const any_command&) { return fail->load(); });
    };
    start(std::move(options));
  }

  std::shared_ptr<std::atomic<bool>> inboxes_fail = std::make_shared<std::atomic<bool>>(false);
};

TEST_F(Admin, calls_are_for_administrators_only) {
  const auto ann = join("ann");
  for (const char* path :
       {"/api/admin/stats", "/api/admin/quarantine", "/api/admin/dead-letters", "/api/admin/events",
        "/api/admin/nodes", "/api/admin/partitions", "/api/admin/entities/login/ann"}) {
    EXPECT_EQ(get(path, {}).status, 401U) << path;
    EXPECT_EQ(get(path, ann).status, 403U) << path;
    EXPECT_EQ(get(path, ann).code(), "not_admin") << path;
  }
  const auto root = join("root");
  const auto stats = get("/api/admin/stats", root);
  EXPECT_EQ(stats.status, 200U);
  EXPECT_EQ(stats.header("cache-control"), "no-store");
  EXPECT_EQ(stats.json().at("partitions").at("total"), 4);
  EXPECT_EQ(stats.json().at("entities").at("login"), 2);
}

TEST_F(Admin, names_are_registered_with_the_set_up_token_only) {
  json who{{"username", "Boss"}, {"password", "correct horse"}};
  EXPECT_EQ(post("/api/users", {}, who).code(), "setup_token_required");
  who["setup_token"] = "the-tokem";
  EXPECT_EQ(post("/api/users", {}, who).status, 403U);
  who["setup_token"] = "the-token";
  EXPECT_EQ(post("/api/users", {}, who).status, 201U);
  who.erase("setup_token");
  EXPECT_EQ(post("/api/users", {}, who).code(), "username_taken") << "as everybody's";
}

TEST_F(Admin, sees_what_keeps_failing_releases_it_and_has_it_made_good) {
  const auto root = join("root");
  *inboxes_fail = true;
  EXPECT_EQ(post("/api/me/wallet/top-ups", root, {{"amount", 500}}).status, 201U);
  const auto quarantined = items("/api/admin/quarantine", root, 1);
  ASSERT_EQ(quarantined.size(), 1U);
  EXPECT_EQ(quarantined[0].at("entity").at("kind"), "inbox");
  EXPECT_EQ(get("/api/admin/quarantine", root).json().at("total"), 1);
  const auto letters = items("/api/admin/dead-letters", root, 1);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].at("subscription"), "teller");
  EXPECT_EQ(letters[0].at("entity").at("kind"), "wallet");
  EXPECT_FALSE(letters[0].at("parked"));
  EXPECT_EQ(get("/api/admin/stats", root).json().at("quarantined"), 1);
  const auto text = get("/metrics", {}).body;
  EXPECT_EQ(metric(text, "rentwave_entities_quarantined"), 1);
  EXPECT_GE(metric(text, "rentwave_entity_restarts_total"), 3) << "two are tried again";
  EXPECT_EQ(metric(text, R"(rentwave_dead_letters{subscription="teller"})"), 1);
  EXPECT_EQ(get("/api/me/notifications", root).status, 503U);  // for this inbox alone
  EXPECT_EQ(get("/api/me/wallet", root).status, 200U);

  const std::string letter = letters[0].at("id");
  EXPECT_EQ(post("/api/admin/dead-letters/" + letter + "/replay", root).code(), "replay_failed");
  *inboxes_fail = false;
  const std::string inbox = quarantined[0].at("entity").at("id");
  const auto seen = get("/api/admin/entities/inbox/" + inbox, root).json();
  EXPECT_EQ(seen.at("version"), 0) << "nothing ever happened to it";
  EXPECT_EQ(seen.at("quarantine").at("reason"), quarantined[0].at("reason"));
  const auto release = "/api/admin/quarantine/inbox/" + inbox + "/release";
  EXPECT_EQ(post(release, root).status, 204U);
  EXPECT_EQ(post(release, root).status, 404U);
  EXPECT_EQ(post("/api/admin/quarantine/nothing/1/release", root).status, 404U);
  EXPECT_EQ(post("/api/admin/dead-letters/" + letter + "/replay", root).status, 204U);
  EXPECT_EQ(items("/api/admin/dead-letters", root, 0).size(), 0U);
  EXPECT_EQ(post("/api/admin/dead-letters/" + letter + "/replay", root).status, 404U);
  EXPECT_EQ(get("/api/me/notifications", root).json().at("items").size(), 1U);
  EXPECT_EQ(metric(get("/metrics", {}).body, R"(rentwave_dead_letters{subscription="teller"})"), 0);
}

/// More than a page has, of another subscription, before the one that is looked for.
TEST_F(Admin, finds_every_dead_letter_however_many_there_are) {
  constexpr int many = 1'000;
  const auto root = join("root");
  const auto in = std::move(*store->connect());
  // Between two appends of the node's own.
  ASSERT_TRUE(comes_true([&] {
    const auto first = in->partitions()->front();
    partition_append planted{first.partition, first.epoch, first.position, {}, {}};
    for (int n = 1; n <= many; ++n)
      planted.given_up.push_back(
          {{"another", n}, first.partition, rental_ref(rental_id{}), "planted", instant{}});
    const auto written = in->append({planted});
    return written && !written->front().fenced;
  }));
  *inboxes_fail = true;
  EXPECT_EQ(post("/api/me/wallet/top-ups", root, {{"amount", 500}}).status, 201U);
  ASSERT_TRUE(comes_true([&] { return in->dead_letters({}, {}, many + 2)->size() == many + 1; }));

  std::vector<std::string> ids;
  std::string further;
  for (json next = ""; !next.is_null();) {
    const auto page = get("/api/admin/dead-letters?limit=100" + further, root).json();
    ASSERT_FALSE(page.at("items").empty());
    for (const auto& one : page.at("items")) ids.push_back(one.at("id"));
    next = page.at("next");
    if (!next.is_null()) further = "&cursor=" + next.get<std::string>();
  }
  EXPECT_EQ(std::set(ids.begin(), ids.end()).size(), many + 1U);
  EXPECT_EQ(ids.size(), many + 1U);
  const auto real =
      std::ranges::find_if(ids, [](const auto& id) { return id.ends_with("teller"); });
  ASSERT_NE(real, ids.end());
  EXPECT_EQ(post("/api/admin/dead-letters/" + *real + "/replay", root).code(), "replay_failed");
  for (const auto* id : {"0", "0-1", "0-1-", "x-1-teller", "0-01-another", "0-1000000-another"})
    EXPECT_EQ(post(std::string{"/api/admin/dead-letters/"} + id + "/replay", root).status, 404U)
        << id;
  EXPECT_EQ(get("/api/admin/dead-letters?cursor=7", root).code(), "invalid");
}

TEST_F(Admin, looks_at_what_is_in_quarantine) {
  auto root = join("root");
  root.emplace_back("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_EQ(post("/api/me/wallet/top-ups", root, {{"amount", 500}}).status, 201U);
  EXPECT_TRUE(comes_true(
      [&] { return get("/api/me/notifications", root).json().at("items").size() == 1; }));
  *inboxes_fail = true;
  EXPECT_EQ(post("/api/me/wallet/top-ups", root, {{"amount", 500}}).status, 201U);
  const auto quarantined = items("/api/admin/quarantine", root, 1);
  ASSERT_EQ(quarantined.size(), 1U);
  const std::string id = quarantined[0].at("entity").at("id");
  const std::string reason = quarantined[0].at("reason");
  EXPECT_NE(reason.find("trace 0af76519-16cd-43dd-8448-eb211c80319c"), reason.npos) << reason;
  const auto seen = get("/api/admin/entities/inbox/" + id, root).json();
  EXPECT_EQ(seen.at("quarantine").at("reason"), quarantined[0].at("reason"));
  EXPECT_EQ(seen.at("quarantine").at("since"), quarantined[0].at("since"));
  EXPECT_EQ(seen.at("version"), 1);
  EXPECT_EQ(seen.at("state").at("last"), 1);
  EXPECT_FALSE(seen.at("awake"));
}

TEST_F(Admin, reads_the_log_in_pages) {
  const auto root = join("root");
  const auto page = get("/api/admin/events?limit=1", root).json();
  EXPECT_EQ(page.at("items").size(), 1U);
  EXPECT_FALSE(page.at("caught_up"));
  EXPECT_TRUE(get("/api/admin/events?limit=100&type=none", root).json().at("caught_up"));
  const std::string next = page.at("next");
  EXPECT_NE(get("/api/admin/events?limit=1&cursor=" + next, root).json().at("items"),
            page.at("items"));
}

TEST_F(Admin, is_told_which_filter_of_the_log_is_wrong) {
  const auto root = join("root");
  for (const char* wrong : {"entity=nothing", "trace=0af7", "from=now", "to=2026-03-01", "at=1"})
    EXPECT_EQ(get("/api/admin/events?" + std::string{wrong}, root).status, 422U) << wrong;
}

}  // namespace
}  // namespace rentwave::http
