// How a receiver knows that a POST is ours, in the form of the Standard Webhooks specification
// (standardwebhooks.com, "symmetric"): the secret is 32 bytes, shown as `whsec_` and base64. Pure
// but for the secret's making.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rentwave::http {

/// Nobody can guess it.
std::string make_webhook_secret();

/// The field `webhook-signature`: `v1,` and the base64 of the HMAC-SHA-256 over
/// "<id>.<timestamp>.<body>". Nothing: that is none of our secrets.
std::optional<std::string> webhook_signature(std::string_view secret, std::string_view id,
                                             std::int64_t timestamp_s, std::string_view body);

}  // namespace rentwave::http
