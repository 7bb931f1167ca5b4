// A rental's whole life, each step of it through the next node: whatever is asked of any of them
// is done, and seen by all at once.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/cluster/processes/several_nodes.hpp"
#include "tests/http/sample_photos.hpp"

namespace rentwave::testing_cluster {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

class AnyNode : public SeveralNodes {
 protected:
  static constexpr int nodes = 3;

  AnyNode() {
    usual_options_[0] = "--node.lease=5s";  // as operators have it: nobody is late for that
    add_all({"n1", "n2", "n3"});
    await_rest(node("n1"), {"n1", "n2", "n3"});
  }

  /// Somebody who asks another node each time.
  struct person {
    AnyNode* scene = nullptr;
    std::string id;
    http::client::fields fields{{"Content-Type", "application/json"}};

    http::client_response send(const std::string& method, const std::string& path,
                               const std::string& body = {}) const {
      http::client to{scene->ports()[static_cast<std::size_t>(scene->turn_++ % nodes)]};
      to.sends_cookies = false;
      return to.send(method, path, fields, body);
    }
    json get(const std::string& path) const {
      const auto answer = send("GET", path);
      EXPECT_EQ(answer.status, 200U) << path << ": " << answer.body;
      return answer.status == 200 ? answer.json() : json::object();
    }
    json post(const std::string& path, const json& body, unsigned status = 201) const {
      const auto answer = send("POST", path, body.dump());
      EXPECT_EQ(answer.status, status) << path << ": " << answer.body;
      return answer.status == status && !answer.body.empty() ? answer.json() : json::object();
    }
    /// The same, as every node has it.
    std::vector<json> get_everywhere(const std::string& path) const {
      std::vector<json> all;
      for (int i = 0; i < nodes; ++i) all.push_back(get(path));
      return all;
    }
  };

  person join(const std::string& name) {
    person made{this, {}};
    const json who{{"username", name}, {"password", "correct horse battery"}};
    made.id = made.post("/api/users", who).value("id", "");
    const std::string token = made.post("/api/sessions", who).value("access_token", "");
    made.fields.emplace_back("Authorization", "Bearer " + token);
    return made;
  }

  static std::vector<std::string> all_of(const json& page, const std::string& member) {
    std::vector<std::string> found;
    for (const auto& one : page.at("items")) found.push_back(one.at(member));
    return found;
  }

 private:
  int turn_ = 0;
};

TEST_F(AnyNode, takes_each_step_of_a_rental) {
  const auto owner = join("owner");
  const auto renter = join("renter");
  renter.post("/api/me/wallet/top-ups", {{"amount", 10'000}});
  EXPECT_EQ(renter.send("PUT", "/api/me/follows/room").status, 204U);

  const json room{
      {"kind", "room"},
      {"title", "Sunny loft"},
      {"description", ""},
      {"price", {{"amount", 100}, {"per", "hour"}}},
      {"late_fee", {{"amount", 30}, {"per", "hour"}}},
      {"deposit", 500},
      {"min_duration", "PT1H"},
      {"max_duration", "P14D"},
      {"place", {{"city", "Kyiv"}, {"country", "UA"}}},
      {"room", {{"guests", 2}, {"beds", 1}, {"bathrooms", 1}, {"amenities", {"desk"}}}}};
  const std::string advert = owner.post("/api/listings", room).value("id", "");
  const auto shown =
      owner.send("POST", "/api/listings/" + advert + "/photos", http::sample::jpeg(64, 48));
  ASSERT_EQ(shown.status, 201U) << shown.body;
  const std::string photo = shown.json().at("url");
  for (int i = 0; i < nodes; ++i) {
    EXPECT_EQ(renter.send("GET", photo).header("content-type"), "image/jpeg");
    EXPECT_THAT(all_of(renter.get("/api/listings?q=loft&kind=room"), "id"), Contains(advert));
  }

  const std::string rental =
      renter.post("/api/rentals", {{"listing_id", advert}, {"duration", "PT2H"}}).value("id", "");
  const auto path = "/api/rentals/" + rental;
  for (const auto& each : renter.get_everywhere(path)) EXPECT_EQ(each.at("status"), "active");
  renter.post(path + "/return", json::object(), 200);
  owner.post(path + "/complete", json::object(), 200);
  renter.post(path + "/reviews", {{"rating", 5}, {"text", "As promised."}});
  owner.post(path + "/reviews", {{"rating", 4}, {"text", "On time."}});
  for (const auto& each : owner.get_everywhere(path)) EXPECT_EQ(each.at("status"), "completed");
  for (const auto& each : owner.get_everywhere("/api/me/wallet"))
    EXPECT_EQ(each.at("balance").at("amount"), 200);
  for (const auto& each : renter.get_everywhere("/api/me/wallet"))
    EXPECT_EQ(each.at("balance").at("amount"), 9'800);
  for (const auto& each : renter.get_everywhere("/api/listings/" + advert + "/reviews"))
    EXPECT_THAT(all_of(each, "text"), Contains("As promised."));

  for (const auto& [who, expected] :
       {std::pair{&owner, std::vector<std::string>{"rent.book", "rent.return"}},
        std::pair{&renter, std::vector<std::string>{"room.add", "rent.complete"}}})
    await("what people are told", [&, whom = who, types = &expected] {
      const auto all = whom->get_everywhere("/api/me/notifications");
      return std::ranges::all_of(all, [&](const auto& each) {
        return ::testing::Value(all_of(each, "type"), IsSupersetOf(*types));
      });
    });

  // And an operator sees each entity through each node.
  for (const auto* name : {"n1", "n2", "n3"})
    for (const auto& which : {"rental/" + rental, "listing/" + advert, "wallet/" + owner.id}) {
      const auto seen = get(node(name), "/api/admin/entities/" + which);
      ASSERT_EQ(seen.status, 200U) << seen.body;
      EXPECT_GT(seen.json().at("version"), 0);
    }
}

}  // namespace
}  // namespace rentwave::testing_cluster
