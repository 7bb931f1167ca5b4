// What one request caused, found by its trace id: over all entities of a saga, and nothing else.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "tests/http/market/postings.hpp"
#include "tests/http/node_scene.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;
using testing::IsSupersetOf;

const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string traceparent = "00-" + trace + "-b7ad6b7169203331-01";

class Trace : public node_scene {
 protected:
  Trace() {
    start();
    root = join("root");
  }

  json log(const std::string& query) {
    return get("/api/admin/events?limit=100&" + query, root).json();
  }
  /// Everything that has happened has had its effects.
  bool is_quiet() {
    const auto stats = get("/api/admin/stats", root).json();
    return std::ranges::all_of(stats.at("subscriptions"),
                               [](const auto& one) { return one.at("lag") == 0; });
  }
  /// A rental of ann's book by bob, begun by one POST with our trace id; its id.
  std::string rent() {
    const auto ann = join("ann");
    bob = join("bob");
    const auto advert = post("/api/listings", ann, posting(item_kind::book));
    EXPECT_EQ(advert.status, 201U) << advert.body;
    EXPECT_EQ(post("/api/me/wallet/top-ups", bob, {{"amount", 100'000}}).status, 201U);
    EXPECT_TRUE(comes_true([this] { return is_quiet(); }));
    before = log("").at("next");
    auto traced = bob;
    traced.emplace_back("traceparent", traceparent);
    const auto rental = post("/api/rentals", traced,
                             {{"listing_id", advert.json().at("id")}, {"duration", "PT2H"}});
    EXPECT_EQ(rental.status, 201U) << rental.body;
    EXPECT_TRUE(rental.header("traceparent").starts_with("00-" + trace));
    return rental.json().at("id");
  }
  static std::set<std::string> texts(const json& events, const json::json_pointer& at) {
    std::set<std::string> found;
    for (const auto& event : events) found.insert(event.at(at).get<std::string>());
    return found;
  }
  static std::set<std::string> kinds(const json& events) {
    return texts(events, json::json_pointer{"/entity/kind"});
  }

  client::fields root, bob;
  std::string before;  ///< where the log ended when the request came
};

TEST_F(Trace, finds_the_events_of_the_whole_saga_and_no_others) {
  const auto rental = rent();
  // The notice to the owner is the last thing that the request causes.
  EXPECT_TRUE(comes_true(
      [&] { return kinds(log("trace=" + trace).at("items")).contains("inbox") && is_quiet(); }));
  const auto caused = log("trace=" + trace).at("items");
  const auto since = log("cursor=" + before).at("items");
  EXPECT_EQ(kinds(caused), (std::set<std::string>{"rental", "listing", "wallet", "inbox"}));
  EXPECT_THAT(texts(caused, json::json_pointer{"/type"}),
              IsSupersetOf({"rent.request", "rent.reserve", "rent.book", "rent.start"}));
  EXPECT_EQ(caused, since) << "nothing else has happened since";

  EXPECT_EQ(post("/api/me/wallet/top-ups", bob, {{"amount", 500}}).status, 201U);
  EXPECT_EQ(log("trace=" + trace).at("items"), caused) << "that is another request's";
  EXPECT_EQ(log("trace=" + trace + "&entity=rental/" + rental).at("items"),
            log("entity=rental/" + rental).at("items"));
}

TEST_F(Trace, is_also_found_as_the_log_writes_it_and_within_a_time) {
  rent();
  const auto found = [&](const std::string& query) { return log(query).at("items").size(); };
  const auto asked = log("trace=" + trace + "&type=rent.request").at("items");
  ASSERT_EQ(asked.size(), 1U);
  const std::string id = asked[0].at("trace_id"), time = asked[0].at("time");
  EXPECT_EQ(found("trace=" + id + "&type=rent.request"), 1U);
  EXPECT_EQ(found("trace=" + trace + "&type=rent.request&from=" + time), 1U);
  EXPECT_EQ(found("trace=" + trace + "&type=rent.request&to=" + time), 0U);
  EXPECT_EQ(found("trace=" + std::string(31, '0') + "1"), 0U);
}

}  // namespace
}  // namespace rentwave::http
