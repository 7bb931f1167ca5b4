// What administrators watch: the log, and the node's figures.
#include "tests/http/websocket/socket_scene.hpp"

namespace rentwave::http {
namespace {

class Websocket_admin : public socket_scene {};

TEST_F(Websocket_admin, watches_the_whole_log) {
  start();
  const auto root = join("root"), ada = join("ada");
  auto one = open(root);
  watch(one, "admin:events");
  const auto listing = post_advert(ada);
  json told;
  do {
    told = one.receive();
    ASSERT_EQ(told["type"], "event");
    EXPECT_EQ(told["topic"], "admin:events");
  } while (told["event"]["type"] != "room.add");
  EXPECT_EQ(told["event"]["entity"]["id"], listing);
  EXPECT_FALSE(told["event"]["trace_id"].get<std::string>().empty());
  const auto log = get("/api/admin/events?type=room.add", root).json()["items"];
  EXPECT_EQ(log[0], told["event"]);
}

TEST_F(Websocket_admin, sees_every_event_once) {
  start();
  const auto root = join("root"), ada = join("ada");
  auto one = open(root);
  watch(one, "admin:events");
  const auto whom = account_of(ada);
  notify(whom, 150);
  for (int i = 1; i <= 150;) {
    const auto told = one.receive();
    ASSERT_EQ(told.value("type", ""), "event");
    const auto& event = told["event"];
    if (event["type"] != "inbox.deliver") continue;
    ASSERT_EQ(event["data"]["cursor"], i++);
  }
}

TEST_F(Websocket_admin, watches_figures) {
  start();
  const auto root = join("root");
  auto one = open(root);
  one.send({{"type", "watch"}, {"topic", "admin:stats"}});
  const auto told = one.receive();
  EXPECT_EQ(told["topic"], "admin:stats");
  EXPECT_EQ(told["event"]["type"], "stats");
  EXPECT_EQ(told["event"]["data"]["partitions"]["total"], 4);
}

TEST_F(Websocket_admin, is_for_administrators) {
  start();
  const auto ada = join("ada");
  auto one = open(ada);
  expect_error(one, {{"type", "watch"}, {"topic", "admin:events"}}, "not_admin");
  expect_error(one, {{"type", "watch"}, {"topic", "admin:stats"}}, "not_admin");
  post_advert(ada);
  expect_calm(one);
}

TEST_F(Websocket_admin, is_for_none_of_their_programs) {
  start();
  const auto root = join("root");
  auto one = open(program_of(root, {"read"}));
  expect_error(one, {{"type", "watch"}, {"topic", "admin:events"}}, "not_admin");
  expect_error(one, {{"type", "watch"}, {"topic", "admin:stats"}}, "not_admin");
  watch(one, "listing:" + post_advert(root));
}

}  // namespace
}  // namespace rentwave::http
