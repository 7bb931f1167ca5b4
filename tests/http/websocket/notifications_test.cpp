// Notifications over a WebSocket: live, and resumed from a cursor without a gap or a repeat.
#include "tests/http/websocket/socket_scene.hpp"

namespace rentwave::http {
namespace {

class Websocket_notifications : public socket_scene {};

TEST_F(Websocket_notifications, are_told_as_they_come_after_hello) {
  start();
  const auto ada = join("ada");
  const auto whom = account_of(ada);
  notify(whom, 2);
  auto live = open(ada);
  live.send({{"type", "hello"}});
  const auto welcome = live.receive();
  EXPECT_EQ(welcome["cursor"], "2");
  EXPECT_EQ(welcome["session"], get("/api/sessions", ada).json()["items"][0]["id"]);
  notify(whom);
  const auto told = live.receive();
  EXPECT_EQ(told["type"], "notification");
  EXPECT_EQ(told["cursor"], "3");
  EXPECT_EQ(told["notification"]["text"], "Notice 3");
  EXPECT_EQ(told["notification"], get("/api/me/notifications?after=2", ada).json()["items"][0]);
}

TEST_F(Websocket_notifications, are_not_told_without_hello_nor_to_others) {
  start();
  const auto ada = join("ada"), bob = join("bob");
  auto silent = open(ada);
  auto other = greet(bob);
  auto live = greet(ada);
  notify(account_of(ada));
  EXPECT_EQ(receive_cursors(live, 1), numbers(1, 1));
  expect_calm(silent);
  expect_calm(other);
}

TEST_F(Websocket_notifications, resume_from_a_cursor_without_gap_or_repeat) {
  start();
  const auto ada = join("ada");
  const auto whom = account_of(ada);
  auto first = greet(ada);
  notify(whom, 5);
  EXPECT_EQ(receive_cursors(first, 3), numbers(1, 3));
  first.close();
  notify(whom, 250);  // more than two pages
  auto second = greet(ada, "3");
  EXPECT_EQ(receive_cursors(second, 252), numbers(4, 255));
  notify(whom, 2);
  EXPECT_EQ(receive_cursors(second, 2), numbers(256, 257));
  expect_calm(second);
}

TEST_F(Websocket_notifications, miss_nothing_that_comes_while_they_are_resumed) {
  start();
  const auto ada = join("ada");
  const auto whom = account_of(ada);
  std::jthread writer{[&] { notify(whom, 400); }};
  int seen = 0;
  // Again and again cut off in the middle.
  for (int round = 0; round < 8; ++round) {
    auto one = greet(ada, std::to_string(seen));
    for (int i = 0; i < 50; ++i) {
      const auto told = one.receive();
      ASSERT_EQ(told["type"], "notification");
      EXPECT_EQ(told["cursor"], std::to_string(++seen));
    }
  }
}

TEST_F(Websocket_notifications, reach_every_socket_of_a_person) {
  start();
  const auto ada = join("ada");
  auto one = greet(ada), another = greet(ada, 0);
  notify(account_of(ada), 3);
  EXPECT_EQ(receive_cursors(one, 3), numbers(1, 3));
  EXPECT_EQ(receive_cursors(another, 3), numbers(1, 3));
}

TEST_F(Websocket_notifications, wait_for_a_client_that_reads_slowly) {
  limits.socket_queue_bytes = 1024;  // a page is much more
  start();
  const auto ada = join("ada");
  notify(account_of(ada), 120);
  auto slow = greet(ada, "0");
  EXPECT_EQ(receive_cursors(slow, 120), numbers(1, 120));
  expect_calm(slow);
}

TEST_F(Websocket_notifications, begin_with_one_hello_of_a_cursor_that_was) {
  start();
  const auto ada = join("ada");
  auto one = open(ada);
  expect_error(one, {{"type", "hello"}, {"after", "7"}}, "unknown_cursor");
  one.send({{"type", "hello"}, {"after", nullptr}});
  EXPECT_EQ(one.receive()["type"], "welcome");
  expect_error(one, {{"type", "hello"}}, "already_greeted");
}

}  // namespace
}  // namespace rentwave::http
