#include "http/webhooks/receiver_url.hpp"

#include <gtest/gtest.h>

namespace rentwave::http {
namespace {

std::string code_of(std::string_view url, receiver_rules rules = {}) {
  const auto parsed = parse_receiver_url(url, rules);
  return parsed ? "" : parsed.error().code;
}

TEST(ReceiverUrl, has_its_parts) {
  const auto parsed = parse_receiver_url("HTTPS://Hooks.Example.org/In/x?Key=%41", {});
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->is_secure);
  EXPECT_EQ(parsed->host, "hooks.example.org");
  EXPECT_EQ(parsed->port, 443);
  EXPECT_EQ(parsed->authority, "hooks.example.org");
  EXPECT_EQ(parsed->target, "/In/x?Key=%41");
}

TEST(ReceiverUrl, may_have_a_port_an_address_or_no_path) {
  const auto by_name = parse_receiver_url("https://example.org:8443?x", {});
  ASSERT_TRUE(by_name);
  EXPECT_EQ(by_name->port, 8443);
  EXPECT_EQ(by_name->authority, "example.org:8443");
  EXPECT_EQ(by_name->target, "/?x");
  const auto by_address = parse_receiver_url("https://[2606:4700:4700::1111]:8443", {});
  ASSERT_TRUE(by_address);
  EXPECT_EQ(by_address->host, "2606:4700:4700::1111");
  EXPECT_EQ(by_address->port, 8443);
  EXPECT_EQ(by_address->authority, "[2606:4700:4700::1111]:8443");
  EXPECT_EQ(by_address->target, "/");
  EXPECT_EQ(parse_receiver_url("http://8.8.8.8", {.plain_http = true})->port, 80);
}

TEST(ReceiverUrl, is_absolute_and_of_visible_ASCII) {
  for (const char* each : {"",
                           "x",
                           "example.org",
                           "//example.org/",
                           "/in",
                           "https:",
                           "https:/example.org/",
                           "https://",
                           "https:///in",
                           "https://?x",
                           "https://:8443/",
                           "mailto:a@example.org",
                           "ftp://example.org/",
                           "javascript:alert(1)",
                           "https://exa mple.org/",
                           "https://example.org/ x",
                           "https://example.org/\r\nX: y",
                           "https://example.org/\xc3\xa4",
                           "https://m\xc3\xbcnchen.de/",
                           "https://example.org/<x>",
                           "https://example.org\\@10.0.0.1/",
                           "https://example.org/#x",
                           "https://example.org#x",
                           "https://[::1",
                           "https://[fe80::1%25eth0]/",
                           "https://[zz]/"})
    EXPECT_EQ(code_of(each), "format") << each;
}

TEST(ReceiverUrl, has_no_user) {
  for (const char* each : {"https://ada@example.org/", "https://ada:secret@example.org/",
                           "https://@example.org/", "https://example.org:443@10.0.0.1/"})
    EXPECT_EQ(code_of(each), "format") << each;
  EXPECT_EQ(code_of("https://example.org/@ada"), "");
}

TEST(ReceiverUrl, has_a_port_of_the_web_or_a_free_one) {
  for (const char* each : {"https://example.org:/", "https://example.org:0/",
                           "https://example.org:65536/", "https://example.org:x/"})
    EXPECT_EQ(code_of(each), "format") << each;
  for (const char* each :
       {"https://example.org:22/", "https://example.org:25/", "https://example.org:1023/"})
    EXPECT_EQ(code_of(each), "not_allowed") << each;
  for (const char* each : {"https://example.org:80/", "https://example.org:443/",
                           "https://example.org:1024/", "https://example.org:65535/"})
    EXPECT_EQ(code_of(each), "") << each;
}

TEST(ReceiverUrl, is_one_of_https_unless_others_are_allowed) {
  EXPECT_EQ(code_of("http://example.org/"), "not_allowed");
  const auto plain = parse_receiver_url("http://example.org/", {.plain_http = true});
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->is_secure);
  EXPECT_EQ(plain->port, 80);
}

TEST(ReceiverUrl, names_no_private_address_unless_that_is_allowed) {
  for (const char* each : {"https://127.0.0.1/", "https://10.1.2.3:8443/", "https://[::1]/",
                           "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/latest"}) {
    EXPECT_EQ(code_of(each), "not_allowed") << each;
    EXPECT_EQ(code_of(each, {.private_addresses = true}), "") << each;
  }
  // What only a resolver takes for an address is checked when it is looked up.
  EXPECT_EQ(code_of("https://2130706433/"), "");
  EXPECT_EQ(code_of("https://localhost/"), "");
}

TEST(ReceiverUrl, is_not_too_long) {
  const std::string base = "https://example.org/";
  EXPECT_EQ(code_of(base + std::string(max_receiver_url - base.size(), 'x')), "");
  EXPECT_EQ(code_of(base + std::string(max_receiver_url - base.size() + 1, 'x')), "too_long");
}

}  // namespace
}  // namespace rentwave::http
