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
  for (int i = 0; i < tries; ++i) tried += throttle.begin_login(name, address, start) ? 1 : 0;
  return tried;
}

void log_in(login_throttle& throttle, std::string_view name, std::string_view address) {
  const auto attempt = throttle.begin_login(name, address, start);
  ASSERT_TRUE(attempt);
  throttle.login_succeeded(*attempt, start);
}

TEST(LoginThrottle, refuses_a_name_at_an_address_after_so_many_failures) {
  login_throttle throttle{3, 0};
  EXPECT_EQ(failed_logins(throttle, 3, "ada", "192.0.2.1"), 3);
  const auto refused = throttle.begin_login("ada", "192.0.2.1", start);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 429U);
  EXPECT_EQ(refused.error().code, "rate_limited");
  EXPECT_EQ(refused.error().retry_after_s, 20);  // three a minute
  EXPECT_TRUE(throttle.begin_login("ada", "192.0.2.2", start)) << "nobody else locks her out";
  EXPECT_TRUE(throttle.begin_login("bob", "192.0.2.1", start));
  EXPECT_TRUE(throttle.begin_login("ada", "192.0.2.1", start + 20s));
}

TEST(LoginThrottle, forgives_whoever_knows_the_password) {
  login_throttle throttle{3, 0};
  EXPECT_EQ(failed_logins(throttle, 2, "ada", "192.0.2.1"), 2);
  log_in(throttle, "ada", "192.0.2.1");
  EXPECT_EQ(failed_logins(throttle, 5, "ada", "192.0.2.1"), 3);
}

TEST(LoginThrottle, counts_nothing_that_succeeds_or_comes_to_nothing) {
  login_throttle throttle{3, 0};
  for (int i = 0; i < 1000; ++i) {  // more than an address has, and than a name
    const auto attempt = throttle.begin_login("ada", "192.0.2.1", start);
    ASSERT_TRUE(attempt);
    if (i % 2 == 0) {
      throttle.login_succeeded(*attempt, start);
    } else {
      throttle.login_came_to_nothing(*attempt);
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
  EXPECT_FALSE(throttle.begin_login("ada", "192.0.2.1", start));
  EXPECT_TRUE(throttle.begin_login("ada", "192.0.2.2", start));
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
  EXPECT_FALSE(throttle.begin_login("ada", "198.51.100.1", start));
}

TEST(LoginThrottle, lets_nobody_lock_out_who_logged_in_lately) {
  login_throttle throttle{3, 0};
  log_in(throttle, "ada", "2001:db8::1");
  guess_from_everywhere(throttle, 1000);
  EXPECT_FALSE(throttle.begin_login("ada", "198.51.100.1", start)) << "that is the attack";
  log_in(throttle, "ada", "2001:db8::2");  // of the same /64
  EXPECT_EQ(failed_logins(throttle, 1000, "ada", "2001:db8::2"), 3) << "but may not guess there";
  EXPECT_FALSE(throttle.begin_login("ada", "198.51.100.1", start)) << "nothing came back by that";
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
