// How a WebSocket is opened, and why not.
#include "http/websocket/handshake.hpp"

#include "http/tls_context.hpp"
#include "tests/http/own_certificate.hpp"
#include "tests/http/websocket/socket_scene.hpp"

namespace rentwave::http {
namespace {

class Websocket_handshake : public socket_scene {
 protected:
  client::fields by_cookie(const client::fields& bearer) {
    return {{"Cookie", "auth=" + bearer.front().second.substr(std::string{"Bearer "}.size())}};
  }
  std::string our_origin() { return "http://127.0.0.1:" + std::to_string(site->port()); }
  unsigned status_with(client::fields headers, const std::string& origin) {
    if (!origin.empty()) headers.emplace_back("Origin", origin);
    return socket_client{site->port()}.open(headers);
  }
  /// A handshake by hand, with one line of it changed.
  client_response handshake(const client::fields& as, const std::string& from = {},
                            const std::string& to = {}) {
    std::string head =
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n"
        "Authorization: " +
        as.front().second + "\r\n\r\n";
    if (!from.empty()) head.replace(head.find(from), from.size(), to);
    client one{site->port()};
    one.send_raw(head);
    return one.receive(head.starts_with("HEAD"));
  }
};

TEST_F(Websocket_handshake, needs_a_session) {
  start();
  EXPECT_EQ(status_with({}, our_origin()), 401U);
  EXPECT_EQ(status_with({{"Authorization", "Bearer nonsense"}}, ""), 401U);
  EXPECT_EQ(closed(ending::client), 0U);
}

TEST_F(Websocket_handshake, needs_the_scope_read_of_a_program) {
  start();
  const auto ada = join("ada");
  EXPECT_EQ(status_with(program_of(ada, {"profile", "wallet", "inbox"}), ""), 403U);
  const auto reader = program_of(ada, {"read"});
  auto one = greet(reader);
  notify(account_of(ada));
  EXPECT_EQ(one.receive()["type"], "notification");
  const auto sessions = get("/api/sessions", ada).json().at("items");
  for (const auto& each : sessions) {
    if (each.at("current") == true) continue;
    client to{site->port()};
    to.send("DELETE", "/api/sessions/" + each.at("id").get<std::string>(), ada);
  }
  EXPECT_EQ(one.close_code(), 4401U);
}

TEST_F(Websocket_handshake, needs_our_origin_with_a_cookie_and_none_with_a_token) {
  start();
  const auto ada = join("ada");
  EXPECT_EQ(status_with(by_cookie(ada), our_origin()), 101U);
  EXPECT_EQ(status_with(by_cookie(ada), ""), 403U);
  EXPECT_EQ(status_with(by_cookie(ada), "http://evil.example"), 403U);
  EXPECT_EQ(status_with(by_cookie(ada), "null"), 403U);
  EXPECT_EQ(status_with(ada, ""), 101U);
  EXPECT_EQ(status_with(ada, "http://evil.example"), 101U);
}

TEST_F(Websocket_handshake, is_not_smuggled_past_the_origin_in_a_list) {
  start();
  const auto ada = join("ada");
  client one{site->port()};
  one.send_raw(
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: h2c, websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n"
      "Origin: http://evil.example\r\nCookie: " +
      by_cookie(ada).front().second + "\r\n\r\n");
  EXPECT_EQ(one.receive().status, 403U);
}

TEST_F(Websocket_handshake, answers_as_rfc_6455_says) {
  start();
  const auto ada = join("ada");
  const auto good = handshake(ada);
  EXPECT_EQ(good.status, 101U);
  EXPECT_EQ(good.header("sec-websocket-accept"), "C/0nmHhBztSRGR1CwL6Tf4ZjwpY=");
  EXPECT_EQ(good.header("sec-websocket-extensions"), "");
  EXPECT_EQ(good.header("server"), "RentWave");
}

TEST_F(Websocket_handshake, refuses_what_is_none) {
  start();
  const auto ada = join("ada");
  const auto plain = get("/ws", ada);
  EXPECT_EQ(plain.status, 426U);
  EXPECT_EQ(plain.code(), "upgrade_required");
  EXPECT_EQ(plain.header("upgrade"), "websocket");
  EXPECT_EQ(handshake(ada, "Upgrade: websocket\r\n", "").status, 426U);
  EXPECT_EQ(handshake(ada, "Connection: Upgrade", "Connection: keep-alive").status, 426U);
  const auto old = handshake(ada, "Version: 13", "Version: 8");
  EXPECT_EQ(old.status, 426U);
  EXPECT_EQ(old.header("sec-websocket-version"), "13");
  EXPECT_EQ(handshake(ada, "HTTP/1.1", "HTTP/1.0").status, 426U);
  EXPECT_EQ(handshake(ada, "GET", "HEAD").status, 426U);
  EXPECT_EQ(handshake(ada, "GET", "POST").status, 405U);
}

TEST_F(Websocket_handshake, refuses_a_wrong_key_a_body_and_frames_that_come_too_soon) {
  start();
  const auto ada = join("ada");
  const std::string key = "AQIDBAUGBwgJCgsMDQ4PEA==";
  for (const std::string wrong : {"", "AQIDBAUGBwgJCgsMDQ4PEA",
                                  "AQIDBAUGBwgJCgsMDQ4PEB==", "AQIDBAUGBwgJCgsMDQ4P*A==", "AQID"})
    EXPECT_EQ(handshake(ada, key, wrong).status, 400U) << wrong;
  EXPECT_EQ(handshake(ada, "Host", "Sec-WebSocket-Key: " + key + "\r\nHost").status, 400U);
  EXPECT_EQ(handshake(ada, "\r\n\r\n", "\r\nContent-Length: 1\r\n\r\nx").status, 400U);
  EXPECT_EQ(handshake(ada, "\r\n\r\n", std::string{"\r\n\r\n\x89\x80"} + "1234").status, 400U);
}

TEST_F(Websocket_handshake, lets_one_person_and_the_server_have_only_so_many) {
  limits.sockets = 3;
  limits.sockets_per_account = 2;
  start();
  const auto ada = join("ada"), bob = join("bob");
  auto first = open(ada), second = open(ada);
  EXPECT_EQ(status_with(ada, ""), 429U);
  auto third = open(bob);
  EXPECT_EQ(status_with(bob, ""), 503U);
  EXPECT_EQ(metric(get("/metrics", {}).body, "rentwave_websocket_connections"), 3);
  second.close();
  EXPECT_TRUE(comes_true([&] { return status_with(ada, "") == 101U; })) << "there is room again";
}

TEST_F(Websocket_handshake, works_by_tls) {
  const own_certificate pair;
  start();
  const auto ada = join("ada");
  const auto whom = account_of(ada);
  site->use(*tls_context::load(pair.certificate(), pair.key()));
  socket_client one{site->port(), &pair};
  ASSERT_EQ(one.open(ada), 101U);
  one.send({{"type", "hello"}});
  EXPECT_EQ(one.receive()["type"], "welcome");
  notify(whom, 3);
  EXPECT_EQ(receive_cursors(one, 3), numbers(1, 3));
  one.close();
  EXPECT_TRUE(comes_true([&] { return closed(ending::client) == 1; }));
}

}  // namespace
}  // namespace rentwave::http
