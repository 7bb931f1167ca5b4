#include "http/login_throttle.hpp"

#include <gtest/gtest.h>

namespace rentwave::http {
namespace {

using namespace std::chrono_literals;
const login_throttle::clock::time_point start{};

/// So many logins that fail, unless they are refused; how many were not.
int failed_logins(login_throttle& throttle, int tries, std::string_view name,
                  std::string_view address) {
  int tried = 0;
  for (int i = 0; i < tries; ++i) tried += throttle.why_no_login(name, address, start) ? 0 : 1;
  return tried;
}

TEST(LoginThrottle, refuses_a_name_at_an_address_after_so_many_failures) {
  login_throttle throttle{3, 0};
  EXPECT_EQ(failed_logins(throttle, 3, "ada", "192.0.2.1"), 3);
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
  EXPECT_EQ(failed_logins(throttle, 2, "ada", "192.0.2.1"), 2);
  EXPECT_FALSE(throttle.why_no_login("ada", "192.0.2.1", start));
  throttle.login_succeeded("ada", "192.0.2.1");
  EXPECT_EQ(failed_logins(throttle, 5, "ada", "192.0.2.1"), 3);
}

TEST(LoginThrottle, counts_nothing_that_succeeds_or_comes_to_nothing) {
  login_throttle throttle{3, 0};
  for (int i = 0; i < 1000; ++i) {  // more than an address has, and than a name
    ASSERT_FALSE(throttle.why_no_login("ada", "192.0.2.1", start));
    if (i % 2 == 0) {
      throttle.login_succeeded("ada", "192.0.2.1");
    } else {
      throttle.login_came_to_nothing("ada", "192.0.2.1");
    }
  }
}

TEST(LoginThrottle, counts_nothing_that_it_refuses) {
  login_throttle throttle{3, 0};
  failed_logins(throttle, 1000, "ada", "192.0.2.1");
  EXPECT_EQ(failed_logins(throttle, 1000, "bob", "192.0.2.1"), 3) << "the address has 27 left";
  EXPECT_EQ(failed_logins(throttle, 1000, "ada", "192.0.2.2"), 3) << "the name has 297 left";
}

TEST(LoginThrottle, refuses_an_address_that_tries_many_names) {
  login_throttle throttle{3, 0};
  for (int i = 0; i < 30; ++i) failed_logins(throttle, 1, "name" + std::to_string(i), "192.0.2.1");
  EXPECT_TRUE(throttle.why_no_login("ada", "192.0.2.1", start));
  EXPECT_FALSE(throttle.why_no_login("ada", "192.0.2.2", start));
}

/// So many places guess at her password.
void guess_from_everywhere(login_throttle& throttle, int guesses) {
  for (int i = 0; i < guesses; ++i)
    failed_logins(throttle, 1, "ada",
                  "192.0." + std::to_string(i / 200) + '.' + std::to_string(i % 200));
}

TEST(LoginThrottle, refuses_a_name_that_very_many_addresses_try) {
  login_throttle throttle{3, 0};
  guess_from_everywhere(throttle, 300);
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
  EXPECT_EQ(failed_logins(throttle, 1000, "ada", "192.0.2.1"), 1000);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(throttle.why_no_registration("192.0.2.1", start));
}

}  // namespace
}  // namespace rentwave::http
