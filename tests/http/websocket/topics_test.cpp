// What is told of adverts and rentals, and to whom.
#include "persistence/timestamp.hpp"
#include "tests/http/websocket/socket_scene.hpp"

namespace rentwave::http {
namespace {

class Websocket_topics : public socket_scene {
 protected:
  std::string post_hidden(const client::fields& as, const client::fields& root) {
    const auto listing = post_advert(as);
    EXPECT_EQ(post("/api/admin/listings/" + listing + "/hide", root, {{"reason", "x"}}).status,
              200U);
    return listing;
  }
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

TEST_F(Websocket_topics, of_an_advert_say_when_its_owner_keeps_it_and_not_why) {
  start();
  const auto ada = join("ada"), eve = join("eve");
  const auto listing = post_advert(ada);
  auto watching = open(eve);
  watch(watching, "listing:" + listing);
  const auto tomorrow = running->clock().now() + one_day;
  const json soon{{"starts_at", format_instant(tomorrow)},
                  {"ends_at", format_instant(tomorrow + one_day)},
                  {"note", "a secret"}};
  const auto made = post("/api/listings/" + listing + "/blocks", ada, soon);
  ASSERT_EQ(made.status, 201U) << made.body;
  const auto blocked = watching.receive()["event"];
  EXPECT_EQ(blocked["type"], "listing.block");
  EXPECT_EQ(blocked["data"], json({{"start", soon["starts_at"]}, {"end", soon["ends_at"]}}));
  EXPECT_TRUE(blocked["actor"].is_null());
  client to{site->port()};
  ASSERT_EQ(to.send("DELETE", made.header("location"), ada).status, 204U);
  const auto unblocked = watching.receive()["event"];
  EXPECT_EQ(unblocked["type"], "listing.unblock");
  EXPECT_EQ(unblocked["data"], json::object());
}

TEST_F(Websocket_topics, of_an_advert_say_how_it_was_rated_and_not_by_whom) {
  start();
  const auto ada = join("ada"), bob = join("bob"), eve = join("eve");
  const auto listing = post_advert(ada);
  const auto rental = "/api/rentals/" + rent(bob, listing);
  ASSERT_EQ(post(rental + "/return", bob).status, 200U);
  ASSERT_EQ(post(rental + "/complete", ada).status, 200U);
  auto watching = open(eve);
  watch(watching, "listing:" + listing);
  const json review{{"rating", 4}, {"text", "Quiet."}};
  ASSERT_EQ(post(rental + "/reviews", bob, review).status, 201U);
  const auto rated = watching.receive()["event"];
  EXPECT_EQ(rated["type"], "listing.rate");
  EXPECT_EQ(rated["data"], json({{"rating", {{"average", 4.0}, {"count", 1}}}}));
}

TEST_F(Websocket_topics, of_an_advert_that_is_hidden_are_silent_until_it_is_back) {
  start();
  const auto ada = join("ada"), eve = join("eve"), root = join("root");
  const auto listing = post_advert(ada);
  const auto topic = "listing:" + listing;
  const auto hiding = "/api/admin/listings/" + listing + "/hide";
  auto watching = open(eve);
  watch(watching, topic);
  ASSERT_EQ(post(hiding, root, {{"reason", "a secret"}}).status, 200U);
  const auto hidden = watching.receive()["event"];
  EXPECT_EQ(hidden["type"], "listing.hide");
  EXPECT_EQ(hidden["data"], json({{"active", false}, {"revision", 1}}));
  EXPECT_TRUE(hidden["actor"].is_null());
  expect_error(watching, {{"type", "watch"}, {"topic", "listing:" + post_hidden(ada, root)}},
               "not_found");

  auto edit = ada;
  edit.emplace_back("If-Match", "*");
  client to{site->port()};
  const auto edited =
      to.send("PATCH", "/api/listings/" + listing, edit, json{{"title", "Cellar"}}.dump());
  ASSERT_EQ(edited.status, 200U) << edited.body;
  ASSERT_EQ(post(hiding, root, {{"lift", true}}).status, 200U);
  const auto shown = watching.receive()["event"];
  EXPECT_EQ(shown["type"], "listing.show") << "and not that it was edited";
  EXPECT_EQ(shown["data"]["active"], true);
  EXPECT_EQ(shown["data"]["revision"], 2);
  EXPECT_EQ(shown["data"]["content"]["title"], "Cellar");
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
