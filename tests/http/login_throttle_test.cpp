#include "http/login_throttle.hpp"

#include <gtest/gtest.h>

namespace rentwave::http {
namespace {

using namespace std::chrono_literals;
const login_throttle::clock::time_point start{};

TEST(LoginThrottle, refuses_a_name_at_an_address_after_so_many_failures) {
  login_throttle throttle{3, 0};
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(throttle.why_no_login("ada", "192.0.2.1", start));
    throttle.login_failed("ada", "192.0.2.1", start);
  }
  const auto why = throttle.why_no_login("ada", "192.0.2.1", start);
  ASSERT_TRUE(why);
  EXPECT_EQ(why->status, 429U);
  EXPECT_EQ(why->code, "rate_limited");
  EXPECT_EQ(why->retry_after_s, 20);  // three a minute
  EXPECT_FALSE(throttle.why_no_login("ada", "192.0.2.2", start)) << "nobody else locks her out";
  EXPECT_FALSE(throttle.why_no_login("bob", "192.0.2.1", start));
  EXPECT_FALSE(throttle.why_no_login("ada", "192.0.2.1", start + 20s));
}

TEST(LoginThrottle, forgives_whoever_knows_the_password) {
  login_throttle throttle{3, 0};
  for (int i = 0; i < 2; ++i) throttle.login_failed("ada", "192.0.2.1", start);
  throttle.login_succeeded("ada", "192.0.2.1");
  for (int i = 0; i < 2; ++i) throttle.login_failed("ada", "192.0.2.1", start);
  EXPECT_FALSE(throttle.why_no_login("ada", "192.0.2.1", start));
}

TEST(LoginThrottle, refuses_an_address_that_tries_many_names) {
  login_throttle throttle{3, 0};
  for (int i = 0; i < 30; ++i)
    throttle.login_failed("name" + std::to_string(i), "192.0.2.1", start);
  EXPECT_TRUE(throttle.why_no_login("ada", "192.0.2.1", start));
  EXPECT_FALSE(throttle.why_no_login("ada", "192.0.2.2", start));
}

TEST(LoginThrottle, refuses_a_name_that_very_many_addresses_try) {
  login_throttle throttle{3, 0};
  for (int i = 0; i < 300; ++i)
    throttle.login_failed("ada", "192.0." + std::to_string(i / 200) + '.' + std::to_string(i % 200),
                          start);
  EXPECT_TRUE(throttle.why_no_login("ada", "198.51.100.1", start));
}

TEST(LoginThrottle, bounds_the_accounts_made_from_an_address) {
  login_throttle throttle{0, 2};
  EXPECT_FALSE(throttle.why_no_registration("192.0.2.1", start));
  EXPECT_FALSE(throttle.why_no_registration("192.0.2.1", start));
  EXPECT_TRUE(throttle.why_no_registration("192.0.2.1", start));
  EXPECT_FALSE(throttle.why_no_registration("192.0.2.1", start + 30s));
}

TEST(LoginThrottle, can_be_off) {
  login_throttle throttle{0, 0};
  for (int i = 0; i < 1000; ++i) {
    throttle.login_failed("ada", "192.0.2.1", start);
    EXPECT_FALSE(throttle.why_no_login("ada", "192.0.2.1", start));
    EXPECT_FALSE(throttle.why_no_registration("192.0.2.1", start));
  }
}

}  // namespace
}  // namespace rentwave::http
