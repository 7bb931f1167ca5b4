// What RFC 9110 and 9112 ask of a server, and what every answer of ours has.
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

using namespace std::string_literals;
using nlohmann::json;

class Server : public server_scene {
 protected:
  Server() { serve(); }

  /// The status of the answer to these bytes, after which the server has to close.
  unsigned refusal_of(std::string_view bytes) const {
    auto one = connect();
    one.send_raw(bytes);
    const auto got = one.receive();
    EXPECT_EQ(got.header("connection"), "close") << bytes;
    EXPECT_EQ(got.header("content-type"), "application/problem+json") << bytes;
    EXPECT_TRUE(one.is_closed()) << bytes;
    return got.status;
  }
  unsigned get_with(std::string_view fields, std::string_view version = "1.1") const {
    return refusal_of("GET / HTTP/"s.append(version) + "\r\n" + std::string{fields} + "\r\n");
  }
};

TEST_F(Server, hands_the_request_to_the_handler_of_its_route) {
  auto one = connect();
  const auto got = one.get("/things/a%20b?q=1&q=2").json();
  EXPECT_EQ(got["path"], "/things/a b");
  EXPECT_EQ(got["parameters"], json::parse(R"(["a b"])"));
  EXPECT_EQ(got["query"], json::parse(R"([["q", "1"], ["q", "2"]])"));
  EXPECT_EQ(got["from"], "127.0.0.1");
  EXPECT_EQ(one.post("/things", {{"a", 1}}).json()["body"], R"({"a":1})");
}

TEST_F(Server, keeps_the_connection_and_answers_in_order) {
  auto one = connect();
  one.send_raw(
      "GET /things/1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /things HTTP/1.1\r\nHost: a\r\n"
      "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
      "GET /things/3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(one.receive().json()["path"], "/things/1");
  EXPECT_EQ(one.receive().json()["body"], "abcde");
  EXPECT_EQ(one.receive().json()["path"], "/things/3");
  EXPECT_TRUE(one.is_closed());
}

TEST_F(Server, outlives_a_chunked_body_that_stops_anywhere) {
  const std::string sent =
      "POST /things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r";
  for (std::size_t size = sent.size() - 4; size <= sent.size(); ++size) {
    auto one = connect();
    one.send_raw(std::string_view{sent}.substr(0, size));
  }
  EXPECT_EQ(connect().get("/").status, 200U);
}

TEST_F(Server, accepts_a_target_in_absolute_form) {
  EXPECT_EQ(say("GET http://a/things/7?x=y HTTP/1.1\r\nHost: b\r\n\r\n").json()["path"],
            "/things/7");
}

TEST_F(Server, wants_one_valid_host) {
  EXPECT_EQ(get_with(""), 400U);
  EXPECT_EQ(get_with("Host: a\r\nHost: a\r\n"), 400U);
  EXPECT_EQ(get_with("Host: a b\r\n"), 400U);
  EXPECT_EQ(get_with("Host:\r\n"), 400U);
  EXPECT_EQ(say("GET / HTTP/1.0\r\n\r\n").status, 200U);
}

TEST_F(Server, closes_on_framing_that_two_readers_could_read_in_two_ways) {
  const auto post = [this](std::string_view fields, std::string_view version = "1.1") {
    return refusal_of("POST /things HTTP/"s.append(version) + "\r\nHost: a\r\n" +
                      std::string{fields} + "\r\n0\r\n\r\n");
  };
  EXPECT_EQ(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400U);
  EXPECT_EQ(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400U);
  EXPECT_EQ(post("Transfer-Encoding: chunked\r\n", "1.0"), 400U);
  EXPECT_EQ(post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400U);
  EXPECT_EQ(post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400U);
  EXPECT_EQ(post("Content-Length: +5\r\n"), 400U);
  EXPECT_EQ(post("Content-Length: 5, 5\r\n"), 400U);
  EXPECT_EQ(post("Transfer-Encoding: chunked, gzip\r\n"), 400U);
  EXPECT_EQ(post("Transfer-Encoding: gzip, chunked\r\n"), 501U);
  EXPECT_EQ(post("Transfer-Encoding: xchunked\r\n"), 400U);
  EXPECT_EQ(post("Content-Length : 5\r\n"), 400U);
}

TEST_F(Server, refuses_what_is_no_request) {
  EXPECT_EQ(refusal_of("nonsense\r\n\r\n"), 400U);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n"), 400U);
  EXPECT_EQ(refusal_of("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"), 400U);
  EXPECT_EQ(refusal_of("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"), 400U);
  EXPECT_EQ(refusal_of("GET * HTTP/1.1\r\nHost: a\r\n\r\n"), 400U);
  EXPECT_EQ(refusal_of("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), 501U);
  EXPECT_EQ(refusal_of("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"), 501U);
  EXPECT_EQ(
      refusal_of("POST /things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
      400U);
  EXPECT_EQ(get_with("Host: a\r\nExpect: a miracle\r\n"), 417U);
}

TEST_F(Server, knows_a_wrong_method_from_a_wrong_path) {
  auto one = connect();
  EXPECT_EQ(one.get("/nowhere").status, 404U);
  EXPECT_EQ(one.get("/nowhere").code(), "not_found");
  const auto wrong = one.send("DELETE", "/things");
  EXPECT_EQ(wrong.status, 405U);
  EXPECT_EQ(wrong.header("allow"), "POST, GET, HEAD, OPTIONS");
  const auto options = one.send("OPTIONS", "/things");
  EXPECT_EQ(options.status, 204U);
  EXPECT_EQ(options.header("allow"), "POST, GET, HEAD, OPTIONS");
  EXPECT_EQ(one.send("OPTIONS", "*").status, 204U);
  EXPECT_EQ(one.get("/empty").status, 204U);
}

TEST_F(Server, answers_head_like_get_without_the_body) {
  auto one = connect();
  const auto got = one.get("/things/1");
  const auto head = one.send("HEAD", "/things/1");
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.header("content-length"), got.header("content-length"));
  EXPECT_EQ(one.send("HEAD", "/nowhere").status, 404U);
  EXPECT_EQ(one.get("/things/2").status, 200U);  // nothing was left between them
}

TEST_F(Server, tells_who_expects_it_to_go_on) {
  auto one = connect();
  const std::string rest =
      " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
  one.send_raw("POST /things" + rest);
  EXPECT_EQ(one.receive().status, 100U);
  one.send_raw("abc");
  EXPECT_EQ(one.receive().json()["body"], "abc");
  one.send_raw("POST /nowhere" + rest);
  EXPECT_EQ(one.receive().status, 404U);  // without the body
}

TEST_F(Server, tells_http_1_0_that_the_connection_stays) {
  auto one = connect();
  one.send_raw("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(one.receive().header("connection"), "keep-alive");
  one.send_raw("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(one.receive().header("connection"), "close");
  EXPECT_TRUE(one.is_closed());
}

TEST_F(Server, wants_a_session_where_the_route_does) {
  auto one = connect();
  const auto anonymous = one.get("/mine");
  EXPECT_EQ(anonymous.status, 401U);
  EXPECT_EQ(anonymous.code(), "unauthenticated");
  EXPECT_EQ(anonymous.header("www-authenticate"), "Bearer");
  EXPECT_EQ(one.get("/mine", {{"Authorization", "Bearer bad"}}).status, 401U);
  EXPECT_EQ(one.get("/mine", {{"Authorization", "Bearer foreign"}}).status, 403U);
  const auto mine = one.get("/mine", {{"Authorization", "Bearer good"}});
  EXPECT_EQ(mine.json()["who"], "ada");
  EXPECT_EQ(mine.header("cache-control"), "no-store");
}

TEST_F(Server, takes_a_bad_token_for_none_where_anyone_may_ask) {
  auto one = connect();
  const auto post = [&](const char* token) {
    return one.post("/things", {}, {{"Authorization", token}});
  };
  EXPECT_EQ(post("Bearer bad").json()["who"], "");
  EXPECT_EQ(post("Bearer good").json()["who"], "ada");
  EXPECT_EQ(post("Bearer foreign").status, 403U);
}

TEST_F(Server, looks_at_no_token_where_anyone_may_read) {
  auto one = connect();
  for (const auto* token : {"Bearer good", "Bearer bad", "Bearer foreign"}) {
    EXPECT_EQ(one.get("/", {{"Authorization", token}}).json()["who"], "");
    EXPECT_EQ(one.send("HEAD", "/", {{"Authorization", token}}).status, 200U);
  }
  EXPECT_EQ(guard.times_asked, 0);
}

/// What is logged while it lives.
class log_capture {
 public:
  log_capture() {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", std::move(sink)));
  }
  ~log_capture() { spdlog::set_default_logger(before_); }
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

TEST_F(Server, logs_no_line_that_a_client_made_up) {
  const log_capture log;
  EXPECT_EQ(connect().get("/broken%0AEverything%20is%20fine").status, 404U);
  EXPECT_EQ(connect().get("/broken/a%0AEverything%20is%20fine").status, 500U);
  running->stop(std::chrono::seconds{20});
  EXPECT_NE(log.text().find("/broken/a%0AEverything%20is%20fine"), std::string::npos) << log.text();
  EXPECT_EQ(log.text().find("\nEverything"), std::string::npos) << log.text();
}

TEST_F(Server, turns_an_exception_into_500_and_says_nothing_about_it) {
  auto one = connect();
  const auto got = one.get("/broken");
  EXPECT_EQ(got.status, 500U);
  EXPECT_EQ(got.code(), "internal_error");
  EXPECT_EQ(got.body.find("secret"), std::string::npos);
  EXPECT_EQ(one.get("/").status, 200U);
}

TEST_F(Server, carries_the_trace_on) {
  auto one = connect();
  const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto got = one.get("/nowhere", {{"traceparent", parent}});
  EXPECT_EQ(got.json()["trace_id"], "4bf92f35-77b3-4da6-a3ce-929d0e0e4736");
  EXPECT_EQ(got.header("traceparent").substr(0, 35), parent.substr(0, 35));
  EXPECT_NE(got.header("traceparent"), parent);
  EXPECT_NE(one.get("/", {{"traceparent", "nonsense"}}).header("traceparent"), "");
}

TEST_F(Server, sends_the_fields_that_every_answer_has) {
  auto one = connect();
  const auto got = one.get("/injecting");
  EXPECT_EQ(got.header("server"), "RentWave");
  EXPECT_EQ(got.header("date").size(), 29U);  // "Sun, 06 Nov 1994 08:49:37 GMT"
  EXPECT_EQ(got.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(got.header("x-good"), "b");
  EXPECT_EQ(got.header("x-evil"), "");  // would have become a field of its own
  EXPECT_EQ(got.header("set-cookie"), "");
}

}  // namespace
}  // namespace rentwave::http
