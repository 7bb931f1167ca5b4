#include "http/webhooks/public_address.hpp"

#include <gtest/gtest.h>

namespace rentwave::http {
namespace {

bool is_public(const char* text) {
  return http::is_public(boost::asio::ip::make_address(text));
}

// The first and the last of each network of IANA's registries, and their neighbours outside.
TEST(PublicAddress, is_none_of_a_special_network) {
  for (const char* each : {"0.0.0.0",      "0.255.255.255",   "10.0.0.0",   "10.255.255.255",
                           "100.64.0.0",   "100.127.255.255", "127.0.0.1",  "127.255.255.255",
                           "169.254.0.0",  "169.254.169.254", "172.16.0.0", "172.31.255.255",
                           "192.0.0.0",    "192.0.0.255",     "192.0.2.1",  "192.88.99.1",
                           "192.168.0.0",  "192.168.255.255", "198.18.0.0", "198.19.255.255",
                           "198.51.100.7", "203.0.113.255",   "224.0.0.1",  "239.255.255.255",
                           "240.0.0.0",    "255.255.255.255"})
    EXPECT_FALSE(is_public(each)) << each;
  for (const char* each :
       {"1.0.0.0",         "9.255.255.255",  "11.0.0.0",        "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.0",      "169.253.255.255", "169.255.0.0",    "172.15.255.255",
        "172.32.0.0",      "192.0.1.0",      "192.0.3.0",       "192.88.98.255",  "192.167.255.255",
        "192.169.0.0",     "198.17.255.255", "198.20.0.0",      "198.51.99.255",  "203.0.114.0",
        "223.255.255.255", "8.8.8.8"})
    EXPECT_TRUE(is_public(each)) << each;
}

TEST(PublicAddress, of_IPv6_is_global_unicast_and_not_special) {
  for (const char* each : {"::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "fe80::1",
                           "febf::1",
                           "fec0::1",
                           "fc00::1",
                           "fdff::1",
                           "ff02::1",
                           "2001:db8::1",
                           "2001::1",
                           "2001:1ff::1",
                           "2002:7f00:1::",
                           "2002:808:808::",
                           "3fff::1",
                           "3fff:fff::1",
                           "5f00::1",
                           "4000::1",
                           "1fff::1",
                           "100::1",
                           "64:ff9b:1::1"})
    EXPECT_FALSE(is_public(each)) << each;
  for (const char* each : {"2000::1", "2001:200::1", "2001:4860:4860::8888", "2003::1",
                           "2606:4700:4700::1111", "3ffe::1", "3fff:1000::1"})
    EXPECT_TRUE(is_public(each)) << each;
}

TEST(PublicAddress, behind_NAT64_is_as_public_as_what_is_in_it) {
  for (const char* each : {"64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254"})
    EXPECT_FALSE(is_public(each)) << each;
  EXPECT_TRUE(is_public("64:ff9b::8.8.8.8"));
}

TEST(PublicAddress, has_no_zone) {
  EXPECT_FALSE(is_public("2606:4700:4700::1111%1"));
}

}  // namespace
}  // namespace rentwave::http
