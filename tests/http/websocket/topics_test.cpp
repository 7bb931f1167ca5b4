// What is told of adverts and rentals, and to whom.
#include "tests/http/websocket/socket_scene.hpp"

namespace rentwave::http {
namespace {

class Websocket_topics : public socket_scene {
 protected:
  std::string switch_off(const client::fields& as, const std::string& listing) {
    auto headers = as;
    client to{site->port()};
    const auto tag = get("/api/listings/" + listing, {}).header("etag");
    headers.emplace_back("If-Match", tag);
    const auto done =
        to.send("PATCH", "/api/listings/" + listing, headers, json{{"active", false}}.dump());
    EXPECT_EQ(done.status, 200U) << done.body;
    return tag;
  }
};

TEST_F(Websocket_topics, tell_anybody_how_an_advert_changes) {
  start();
  const auto ada = join("ada"), eve = join("eve");
  const auto listing = post_advert(ada);
  const auto topic = "listing:" + listing;
  auto watching = open(eve);
  watch(watching, topic);
  switch_off(ada, listing);
  const auto told = watching.receive();
  EXPECT_EQ(told["type"], "event");
  EXPECT_EQ(told["topic"], topic);
  const auto& event = told["event"];
  EXPECT_EQ(event["type"], "room.update");
  EXPECT_EQ(event["entity"], json({{"kind", "listing"}, {"id", listing}}));
  EXPECT_EQ(event["version"], 2);
  EXPECT_EQ(event["data"]["active"], false);
  EXPECT_EQ(event["data"]["content"]["title"], "Attic");
  EXPECT_FALSE(event["time"].get<std::string>().empty());
}

TEST_F(Websocket_topics, of_an_advert_say_nothing_of_who_rents) {
  start();
  const auto ada = join("ada"), bob = join("bob"), eve = join("eve");
  const auto listing = post_advert(ada);
  auto watching = open(eve);
  watch(watching, "listing:" + listing);
  const auto rental = rent(bob, listing);
  const auto told = watching.receive();
  EXPECT_EQ(told["event"]["type"], "listing.reserve");
  EXPECT_TRUE(told["event"]["data"].contains("start"));
  EXPECT_TRUE(told["event"]["data"].contains("end"));
  EXPECT_TRUE(told["event"]["actor"].is_null());
  const auto handed_over = watching.receive();
  EXPECT_EQ(handed_over["event"]["type"], "listing.hand-over");
  for (const auto& text : {told.dump(), handed_over.dump()}) {
    EXPECT_EQ(text.find(to_string(account_of(bob))), text.npos);
    EXPECT_EQ(text.find(rental), text.npos);
  }
}

TEST_F(Websocket_topics, of_a_rental_are_for_its_parties_only) {
  start();
  const auto ada = join("ada"), bob = join("bob"), eve = join("eve");
  const auto rental = rent(bob, post_advert(ada));
  const auto topic = "rental:" + rental;
  auto owner = open(ada), renter = open(bob), other = open(eve);
  watch(owner, topic);
  watch(renter, topic);
  expect_error(other, {{"type", "watch"}, {"topic", topic}}, "not_found");
  EXPECT_EQ(post("/api/rentals/" + rental + "/return", bob).status, 200U);
  for (auto* each : {&owner, &renter}) {
    json told;
    do {
      told = each->receive();
      ASSERT_EQ(told.value("type", ""), "event");
    } while (told["event"]["type"] != "rent.return");
    EXPECT_EQ(told["topic"], topic);
    const auto history = get("/api/rentals/" + rental + "/history", bob).json()["items"];
    EXPECT_NE(std::find(history.begin(), history.end(), told["event"]), history.end());
  }
  expect_calm(other);
}

TEST_F(Websocket_topics, are_told_once_each_and_in_order) {
  start();
  const auto ada = join("ada"), eve = join("eve");
  const auto listing = post_advert(ada);
  auto first = open(ada);
  watch(first, "listing:" + listing);
  watch(first, "listing:" + listing);  // changes nothing
  std::jthread changing{[&] {
    for (int i = 0; i < 30; ++i) {
      auto headers = ada;
      client to{site->port()};
      headers.emplace_back("If-Match", get("/api/listings/" + listing, {}).header("etag"));
      to.send("PATCH", "/api/listings/" + listing, headers, json{{"active", i % 2 == 1}}.dump());
    }
  }};
  // Those in between say that it is free again, and not to whoever watches.
  int last = 1;
  for (int changes = 0; changes < 30; ++changes) {
    const int version = first.receive()["event"]["version"];
    ASSERT_GT(version, last);
    last = version;
  }
  // Who comes later is told of what comes later.
  auto late = open(eve);
  watch(late, "listing:" + listing);
  changing.join();
  expect_calm(late);
}

TEST_F(Websocket_topics, end_with_unwatch) {
  start();
  const auto ada = join("ada");
  const auto listing = post_advert(ada), another = post_advert(ada);
  auto one = open(ada);
  watch(one, "listing:" + listing);
  watch(one, "listing:" + another);
  one.send({{"type", "unwatch"}, {"topic", "listing:" + listing}});
  one.send({{"type", "unwatch"}, {"topic", "listing:" + listing}});  // changes nothing
  expect_calm(one);
  switch_off(ada, listing);
  switch_off(ada, another);
  EXPECT_EQ(one.receive()["topic"], "listing:" + another);
}

TEST_F(Websocket_topics, have_to_exist_and_to_be_few) {
  limits.watches_per_socket = 2;
  start();
  const auto ada = join("ada");
  auto one = open(ada);
  const std::string nowhere = "listing:0192aaaa-0000-7000-8000-000000000000";
  for (int i = 0; i < 5; ++i)  // it is understood, if refused
    expect_error(one, {{"type", "watch"}, {"topic", nowhere}}, "not_found");
  watch(one, "listing:" + post_advert(ada));
  watch(one, "listing:" + post_advert(ada));
  expect_error(one, {{"type", "watch"}, {"topic", "listing:" + post_advert(ada)}},
               "too_many_watches");
}

}  // namespace
}  // namespace rentwave::http
