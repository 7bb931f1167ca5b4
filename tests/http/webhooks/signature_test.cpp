#include "http/webhooks/signature.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rentwave::http {
namespace {

// The example that the libraries of Standard Webhooks are tested with.
TEST(WebhookSignature, is_that_of_Standard_Webhooks) {
  EXPECT_EQ(
      webhook_signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        1614265330, R"({"test": 2432232314})"),
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, depends_on_all_that_it_signs) {
  const auto one = make_webhook_secret();
  const auto made = [&](std::string_view id, std::int64_t at, std::string_view body) {
    return *webhook_signature(one, id, at, body);
  };
  const std::set<std::string> all{made("a", 1, "{}"), made("b", 1, "{}"), made("a", 2, "{}"),
                                  made("a", 1, "{ }"),
                                  *webhook_signature(make_webhook_secret(), "a", 1, "{}")};
  EXPECT_EQ(all.size(), 5U);
  EXPECT_TRUE(all.contains(made("a", 1, "{}")));
}

TEST(WebhookSignature, has_a_secret_of_32_bytes) {
  const auto secret = make_webhook_secret();
  // 32 bytes are 43 digits and one to fill up.
  EXPECT_EQ(secret.size(), std::string{"whsec_"}.size() + 44);
  EXPECT_NE(secret, make_webhook_secret());
}

TEST(WebhookSignature, needs_a_secret) {
  for (const char* each : {"", "whsec_", "x", "whsec_?", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    EXPECT_FALSE(webhook_signature(each, "a", 1, "{}")) << each;
  EXPECT_FALSE(webhook_signature("whsec_" + std::string(100, 'A'), "a", 1, "{}"));
}

}  // namespace
}  // namespace rentwave::http
