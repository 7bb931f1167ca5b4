// How WebSockets end: with the session, with the server, with a client that does not read.
#include <future>

#include "tests/http/websocket/socket_scene.hpp"

namespace rentwave::http {
namespace {

using std::chrono::milliseconds;

class Websocket_closing : public socket_scene {
 protected:
  client::fields log_in_again(const std::string& name) {
    client to{site->port()};
    const auto made = to.post("/api/sessions", {{"username", name}, {"password", "correct horse"}});
    return {{"Authorization", "Bearer " + made.json().at("access_token").get<std::string>()},
            {"Content-Type", "application/json"}};
  }
  /// Much to read for whoever watches the log.
  void make_noise(const client::fields& as, const std::function<bool()>& enough) {
    const auto listing = post_advert(as);
    for (int i = 0; !enough(); ++i) {
      const auto words =
          std::to_string(i) + std::string(4000, 'x');  // the same would change nothing
      auto headers = as;
      client to{site->port()};
      const auto now = to.get("/api/listings/" + listing);
      headers.emplace_back("If-Match", now.header("etag"));
      to.send("PATCH", "/api/listings/" + listing, headers, json{{"description", words}}.dump());
    }
  }
};

TEST_F(Websocket_closing, comes_with_the_end_of_its_session) {
  start();
  const auto ada = join("ada"), elsewhere = log_in_again("ada");
  auto one = greet(ada), another = greet(elsewhere);
  client to{site->port()};
  EXPECT_EQ(to.send("DELETE", "/api/sessions/current", ada).status, 204U);
  EXPECT_EQ(one.close_code(), 4401U);
  expect_calm(another);
  EXPECT_EQ(closed(ending::session_ended), 1U);
  EXPECT_EQ(socket_client{site->port()}.open(ada), 401U);
}

TEST_F(Websocket_closing, comes_with_a_new_password_for_the_other_sessions) {
  start();
  const auto ada = join("ada"), elsewhere = log_in_again("ada");
  auto here = greet(ada), there = greet(elsewhere);
  const auto changed = post("/api/me/password", ada,
                            {{"current_password", "correct horse"}, {"password", "better horse"}});
  ASSERT_LT(changed.status, 300U) << changed.body;
  EXPECT_EQ(there.close_code(), 4401U);
  expect_calm(here);
}

TEST_F(Websocket_closing, comes_with_the_end_of_its_token) {
  waiting.token_lifetime = std::chrono::seconds{4};
  start();
  auto one = open(join("ada"));
  EXPECT_EQ(one.close_code(), 4401U);
}

TEST_F(Websocket_closing, is_in_order_when_the_server_stops) {
  start();
  const auto ada = join("ada");
  auto one = greet(ada), another = open(ada);
  auto stopped = std::async(std::launch::async, [&] { site->stop(std::chrono::seconds{20}); });
  EXPECT_EQ(one.close_code(), 1001U);
  EXPECT_EQ(another.close_code(), 1001U);
  stopped.get();
  EXPECT_EQ(closed(ending::stopping), 2U);
  EXPECT_EQ(api->counted().websockets, 0U);
}

TEST_F(Websocket_closing, does_not_hold_up_a_server_that_stops) {
  limits.socket_close_patience = milliseconds{50};
  start();
  auto deaf = open(join("ada"));  // never reads again
  site->stop(std::chrono::seconds{20});
  EXPECT_EQ(api->counted().websockets, 0U);
}

TEST_F(Websocket_closing, comes_for_a_client_that_reads_too_slowly) {
  limits.socket_queue_bytes = 64 * 1024;
  limits.socket_close_patience = std::chrono::seconds{20};
  start();
  const auto root = join("root"), ada = join("ada");
  socket_client slow{site->port()};
  slow.keep_little(8 * 1024);
  ASSERT_EQ(slow.open(root), 101U);
  watch(slow, "admin:events");
  make_noise(ada, [&] { return closed(ending::too_slow) == 1; });
  EXPECT_EQ(slow.close_code(), 1013U) << "and it is told";
}

TEST_F(Websocket_closing, comes_for_a_client_that_never_reads) {
  limits.write_timeout = milliseconds{100};
  limits.socket_ping = milliseconds{200};
  limits.socket_close_patience = milliseconds{100};
  start();
  const auto root = join("root"), ada = join("ada");
  socket_client deaf{site->port()};
  deaf.keep_little(8 * 1024);
  ASSERT_EQ(deaf.open(root), 101U);
  watch(deaf, "admin:events");
  make_noise(ada, [&] { return api->counted().websockets == 0; });
  EXPECT_EQ(closed(ending::too_slow) + closed(ending::silent), 1U);
}

TEST_F(Websocket_closing, comes_for_a_client_that_is_silent) {
  limits.socket_ping = milliseconds{20};
  start();
  auto dead = open(join("ada"));  // whose library answers no ping, as it does not read
  EXPECT_TRUE(comes_true([&] { return closed(ending::silent) == 1; }));
  EXPECT_EQ(dead.close_code(), 1006U);
}

TEST_F(Websocket_closing, is_counted_by_how_it_came) {
  start();
  const auto ada = join("ada");
  auto one = greet(ada);
  one.close();
  { auto gone = open(ada); }
  EXPECT_TRUE(comes_true([&] { return closed(ending::client) == 1 && closed(ending::lost) == 1; }));
  const auto text = get("/metrics", {}).body;
  EXPECT_EQ(metric(text, "rentwave_websocket_connections"), 0);
  EXPECT_EQ(metric(text, "rentwave_websocket_messages_sent_total"), 1);
  EXPECT_EQ(metric(text, R"(rentwave_websocket_closed_total{reason="client"})"), 1);
  EXPECT_EQ(metric(text, R"(rentwave_websocket_closed_total{reason="lost"})"), 1);
  EXPECT_EQ(metric(text, R"(rentwave_websocket_closed_total{reason="too_slow"})"), 0);
}

}  // namespace
}  // namespace rentwave::http
