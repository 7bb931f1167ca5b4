#include "http/proxies.hpp"

#include <gtest/gtest.h>

namespace rentwave::http {
namespace {

request from(std::string address, std::vector<std::pair<std::string, std::string>> headers) {
  request asked;
  asked.remote_address = std::move(address);
  asked.headers = std::move(headers);
  return asked;
}

std::string client_of(const proxies& trusted, request asked) {
  trusted.look_through(asked);
  return asked.remote_address;
}

TEST(Proxies, are_trusted_by_address_and_by_network) {
  const proxies trusted{{"10.0.0.0/8", "192.0.2.1", "fd00::/8", "nonsense"}};
  EXPECT_TRUE(trusted.trust("10.255.0.1"));
  EXPECT_TRUE(trusted.trust("::ffff:10.1.2.3"));
  EXPECT_FALSE(trusted.trust("11.0.0.1"));
  EXPECT_TRUE(trusted.trust("192.0.2.1"));
  EXPECT_FALSE(trusted.trust("192.0.2.2"));
  EXPECT_TRUE(trusted.trust("fd12::1"));
  EXPECT_FALSE(trusted.trust("fe80::1"));
  EXPECT_FALSE(trusted.trust(""));
  EXPECT_FALSE(trusted.trust({"10.0.0.1\0.evil", 14}));
}

TEST(Proxies, are_looked_through_to_the_last_address_that_is_none) {
  const proxies trusted{{"10.0.0.0/8"}};
  const auto name = std::string{"x-forwarded-for"};
  EXPECT_EQ(client_of(trusted, from("10.0.0.1", {{name, "198.51.100.7"}})), "198.51.100.7");
  EXPECT_EQ(client_of(trusted, from("10.0.0.1", {{name, "203.0.113.9, 198.51.100.7, 10.0.0.2"}})),
            "198.51.100.7")
      << "what the client wrote itself stands further left";
  EXPECT_EQ(client_of(trusted, from("10.0.0.1", {{name, "203.0.113.9"}, {name, "198.51.100.7"}})),
            "198.51.100.7");
  EXPECT_EQ(client_of(trusted, from("10.0.0.1", {{name, "10.0.0.3, 10.0.0.2"}})), "10.0.0.3");
  EXPECT_EQ(client_of(trusted, from("10.0.0.1", {{name, "somebody"}})), "10.0.0.1");
  EXPECT_EQ(client_of(trusted, from("10.0.0.1", {})), "10.0.0.1");
}

TEST(Proxies, may_write_a_port_behind_an_address) {
  const proxies trusted{{"10.0.0.0/8", "fd00::/8"}};
  const auto seen_for = [&](std::string list) {
    return client_of(trusted, from("10.0.0.1", {{"x-forwarded-for", std::move(list)}}));
  };
  EXPECT_EQ(seen_for("198.51.100.7:567"), "198.51.100.7");
  EXPECT_EQ(seen_for("[2001:db8::7]:567"), "2001:db8::7");
  EXPECT_EQ(seen_for("[2001:db8::7]"), "2001:db8::7");
  EXPECT_EQ(seen_for("2001:db8::7"), "2001:db8::7") << "no port, but a part of the address";
  EXPECT_EQ(seen_for("198.51.100.7:567, 10.0.0.2:81, [fd12::1]:82"), "198.51.100.7");
  for (const auto* wrong : {"198.51.100.7:", "198.51.100.7:x", "[198.51.100.7:567",
                            "[198.51.100.77", "[2001:db8::7]:", "[]:567", "[", "]", ":567",
                            "[2001:db8::7]567", "198.51.100.7:5:6", "[[2001:db8::7]]"})
    EXPECT_EQ(seen_for(wrong), "10.0.0.1") << wrong;
}

TEST(Proxies, of_nobodys_trust_say_nothing) {
  const proxies trusted{{"10.0.0.0/8"}};
  auto asked =
      from("198.51.100.7", {{"x-forwarded-for", "10.0.0.1"}, {"x-forwarded-proto", "https"}});
  trusted.look_through(asked);
  EXPECT_EQ(asked.remote_address, "198.51.100.7");
  EXPECT_FALSE(asked.is_secure);
}

TEST(Proxies, say_whether_the_client_came_by_https) {
  const proxies trusted{{"10.0.0.0/8"}};
  const auto is_secure = [&](std::string protocol) {
    auto asked = from("10.0.0.1", {{"x-forwarded-proto", std::move(protocol)}});
    trusted.look_through(asked);
    return asked.is_secure;
  };
  EXPECT_TRUE(is_secure("https"));
  EXPECT_TRUE(is_secure("http, HTTPS"));
  EXPECT_FALSE(is_secure("http"));
  EXPECT_FALSE(is_secure("https, http"));
}

}  // namespace
}  // namespace rentwave::http
