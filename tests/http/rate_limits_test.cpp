// How often a client may ask, and what one is told that asks too often.
#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

using RateLimits = server_scene;

TEST_F(RateLimits, of_an_address_are_429_and_keep_the_connection) {
  options.limits.requests_per_address_s = 0.4;  // two at once
  serve();
  auto client = connect();
  EXPECT_EQ(client.get("/things").status, 200U);
  EXPECT_EQ(client.get("/things").status, 200U);
  const auto refused = client.get("/things");
  EXPECT_EQ(refused.status, 429U);
  EXPECT_EQ(refused.code(), "rate_limited");
  EXPECT_EQ(refused.header("retry-after"), "3");  // 2.5 s, less what has passed
  EXPECT_TRUE(refused.keep_alive);
  EXPECT_EQ(client.get("/probe").status, 200U);
  EXPECT_EQ(connect().get("/things").status, 429U) << "another connection is no other address";
}

TEST_F(RateLimits, of_an_account_are_429) {
  options.limits.requests_per_account_s = 0.2;  // one at once
  serve();
  auto client = connect();
  const client::fields ada{{"Authorization", "Bearer good"}};
  EXPECT_EQ(client.get("/mine", ada).status, 200U);
  EXPECT_EQ(client.get("/mine", ada).status, 429U);
  EXPECT_EQ(client.get("/things").status, 200U);
}

TEST_F(RateLimits, count_the_clients_of_a_trusted_proxy_apart) {
  options.limits.requests_per_address_s = 0.2;
  options.trusted_proxies = {"127.0.0.0/8"};
  serve();
  auto proxy = connect();
  const auto ask_for = [&](std::string address) {
    return proxy.get("/things", {{"X-Forwarded-For", std::move(address)}});
  };
  EXPECT_EQ(ask_for("192.0.2.1").json()["from"], "192.0.2.1");
  EXPECT_EQ(ask_for("192.0.2.1").status, 429U);
  EXPECT_EQ(ask_for("192.0.2.2").status, 200U);
}

class SpentLimit : public RateLimits {
 protected:
  SpentLimit() {
    options.limits.requests_per_address_s = 0.01;  // one at once, and the next after 100 s
    serve();
    EXPECT_EQ(connect().get("/things").status, 200U);
  }
  /// It is refused by what has come so far, and told that nothing more is read.
  void expect_end(std::string_view rest_of_header) {
    auto one = connect();
    one.send_raw("POST /things HTTP/1.1\r\nHost: a\r\n" + std::string{rest_of_header});
    const auto refused = one.receive();
    EXPECT_EQ(refused.status, 429U) << rest_of_header;
    EXPECT_EQ(refused.header("connection"), "close") << rest_of_header;
    EXPECT_TRUE(one.ends_in_order()) << rest_of_header;
  }
};

TEST_F(SpentLimit, asks_nobody_for_a_body_and_waits_for_none) {
  expect_end("Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  expect_end("Content-Length: 900000\r\n\r\nabc");
  expect_end("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
}

TEST_F(SpentLimit, keeps_the_connection_when_the_body_has_come_whole) {
  auto one = connect();
  for (int i = 0; i < 2; ++i) {
    one.send_raw("POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    const auto refused = one.receive();
    EXPECT_EQ(refused.status, 429U);
    EXPECT_TRUE(refused.keep_alive);
  }
}

TEST_F(SpentLimit, is_spent_for_paths_that_are_not_there_too) {
  EXPECT_EQ(connect().get("/nowhere").status, 429U);
  expect_end("Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
}

}  // namespace
}  // namespace rentwave::http
