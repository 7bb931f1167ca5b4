// RFC 6455 to the letter, and what is no message.
#include "tests/http/websocket/socket_scene.hpp"

namespace rentwave::http {
namespace {

class Websocket_protocol : public socket_scene {
 protected:
  socket_client ready() {
    start();
    return open(join("ada"));
  }
};

TEST_F(Websocket_protocol, answers_a_ping_and_takes_a_pong) {
  auto one = ready();
  one.send({{"type", "pong"}});
  one.send({{"type", "ping"}, {"later", "versions may say more"}});
  EXPECT_EQ(one.receive(), json({{"type", "pong"}}));
}

TEST_F(Websocket_protocol, pings_those_who_are_silent) {
  limits.socket_ping = std::chrono::milliseconds{400};
  auto one = ready();
  // More than may stay unanswered: the client's library answers while it reads.
  for (int i = 0; i < 5; ++i) EXPECT_EQ(one.receive_any(), json({{"type", "ping"}}));
}

TEST_F(Websocket_protocol, says_what_it_did_not_understand) {
  auto one = ready();
  const std::pair<const char*, const char*> wrong[] = {
      {"", "malformed_json"},
      {"{", "malformed_json"},
      {R"({"type":"ping","type":"pong"})", "malformed_json"},
      {"[]", "type"},
      {"7", "type"},
      {"{}", "required"},
      {R"({"type":7})", "type"},
      {R"({"type":"shout"})", "unknown_value"},
      {R"({"type":"hello","after":"x"})", "format"},
      {R"({"type":"hello","after":-1})", "format"},
      {R"({"type":"hello","after":99999999999999999999})", "format"},
      {R"({"type":"watch"})", "required"},
      {R"({"type":"watch","topic":[]})", "type"},
      {R"({"type":"watch","topic":"wallet:1"})", "unknown_value"},
      {R"({"type":"unwatch","topic":"listing:1"})", "unknown_value"},
  };
  for (const auto& [text, code] : wrong) {
    one.send_text(text);
    const auto answer = one.receive();
    EXPECT_EQ(answer["type"], "error") << text;
    EXPECT_EQ(answer["code"], code) << text << answer;
    expect_calm(one);  // which is understood: they are not in a row
  }
}

TEST_F(Websocket_protocol, closes_when_it_does_not_understand_three_times_in_a_row) {
  auto one = ready();
  for (int i = 0; i < 2; ++i) expect_error(one, {{"type", "what"}}, "unknown_value");
  expect_calm(one);
  for (int i = 0; i < 3; ++i) expect_error(one, {{"type", "what"}}, "unknown_value");
  EXPECT_EQ(one.close_code(), 1008U);
  EXPECT_EQ(closed(ending::not_understood), 1U);
}

TEST_F(Websocket_protocol, counts_messages_among_an_accounts_requests) {
  limits.requests_per_account_s = 0.2;  // and one at once
  start();
  const auto ada = join("ada");
  socket_client one{site->port()};
  ASSERT_EQ(one.open(ada), 101U);  // the one
  for (int i = 0; i < 3; ++i) expect_error(one, {{"type", "ping"}}, "rate_limited");
  EXPECT_EQ(one.close_code(), 1008U);
}

TEST_F(Websocket_protocol, counts_messages_among_an_addresss_requests) {
  limits.requests_per_address_s = 2;  // and ten at once
  start();
  socket_client one{site->port()};
  ASSERT_EQ(one.open(join("ada")), 101U);
  auto last = json::object();
  for (int i = 0; i < 20 && last.value("type", "") != "error"; ++i) {
    one.send({{"type", "ping"}});
    last = one.receive();
  }
  EXPECT_EQ(last.value("code", ""), "rate_limited") << last;
}

TEST_F(Websocket_protocol, puts_fragments_together) {
  auto one = ready();
  one.send_part(R"({"ty)", false);
  one.send_part("", false);
  one.send_part(R"(pe":"pi)", false);
  one.send_part(R"(ng"})", true);
  EXPECT_EQ(one.receive()["type"], "pong");
  // A character may be cut in two.
  one.send_part("{\"type\":\"ping\",\"x\":\"\xC3", false);
  one.send_part("\xA9\"}", true);
  EXPECT_EQ(one.receive()["type"], "pong");
}

TEST_F(Websocket_protocol, closes_what_is_no_text) {
  auto one = ready();
  one.send_binary(R"({"type":"ping"})");
  EXPECT_EQ(one.close_code(), 1003U);
}

TEST_F(Websocket_protocol, closes_bad_utf8_wherever_it_ends) {
  start();
  const auto ada = join("ada");
  auto whole = open(ada);
  whole.send_text("\"\xC3\"");
  EXPECT_EQ(whole.close_code(), 1007U);
  auto cut = open(ada);
  cut.send_text("\"\xC3");
  EXPECT_EQ(cut.close_code(), 1007U);
  auto fragments = open(ada);
  fragments.send_part("\"\xC3", false);
  fragments.send_part("", true);
  EXPECT_EQ(fragments.close_code(), 1007U);
  EXPECT_TRUE(comes_true([&] { return closed(ending::broken) == 3; }));
}

TEST_F(Websocket_protocol, closes_what_is_too_long) {
  limits.socket_message_bytes = 100;
  start();
  const auto ada = join("ada");
  auto one = open(ada);
  one.send_text(R"({"type":"ping"})" + std::string(85, ' '));
  EXPECT_EQ(one.receive()["type"], "pong");
  one.send_text(R"({"type":"ping"})" + std::string(86, ' '));
  EXPECT_EQ(one.close_code(), 1009U);
  auto another = open(ada);
  for (int i = 0; i < 11; ++i) another.send_part("          ", false);
  EXPECT_EQ(another.close_code(), 1009U);
}

/// A frame by hand that breaks the protocol, and is answered by a close with 1002.
struct broken_frame {
  const char* how;
  std::string bytes;

  friend std::ostream& operator<<(std::ostream& out, const broken_frame& one) {
    return out << one.how;
  }
};

class Websocket_frames : public Websocket_protocol,
                         public ::testing::WithParamInterface<broken_frame> {};

TEST_P(Websocket_frames, that_break_the_protocol_close_it) {
  start();
  const auto ada = join("ada");
  client one{site->port()};
  one.send_raw(
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n"
      "Authorization: " +
      ada.front().second + "\r\n\r\n");
  ASSERT_EQ(one.receive().status, 101U);
  one.send_raw(GetParam().bytes);
  EXPECT_EQ(one.receive_raw(4), "\x88\x02\x03\xEA") << "a close frame with 1002";
  log_message("close", 1002);
}

std::string masked(const std::string& head, const std::string& payload = {}) {
  return head + std::string(4, '\0') + payload;  // a mask of nothing
}

INSTANTIATE_TEST_SUITE_P(
    By, Websocket_frames,
    ::testing::Values(broken_frame{"no_mask", "\x81\x02{}"},
                      broken_frame{"a_reserved_bit", masked("\xC1\x82", "{}")},
                      broken_frame{"a_reserved_opcode", masked("\x83\x80")},
                      broken_frame{"going_on_with_nothing", masked("\x80\x80")},
                      broken_frame{"a_control_frame_in_parts", masked("\x09\x80")},
                      broken_frame{"a_long_control_frame",
                                   std::string("\x89\xFE\x01\x00", 4) + masked("")},
                      broken_frame{"half_a_close_code", masked("\x88\x81", "x")}),
    ::testing::PrintToStringParamName());

}  // namespace
}  // namespace rentwave::http
