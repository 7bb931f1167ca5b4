#include "http/webhooks/signature.hpp"

#include <sodium.h>

#include <array>
#include <span>

#include "http/digests.hpp"

namespace rentwave::http {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr int base64_form = sodium_base64_VARIANT_ORIGINAL;
/// By the specification; ours have 32.
constexpr std::size_t longest_key = 64;

std::string base64(std::span<const unsigned char> bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), base64_form), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), base64_form);
  text.pop_back();  // the terminating zero
  return text;
}

}  // namespace

std::string make_webhook_secret() {
  digest bytes;
  randombytes_buf(bytes.data(), bytes.size());
  return std::string{prefix} + base64(bytes);
}

std::optional<std::string> webhook_signature(std::string_view secret, std::string_view id,
                                             std::int64_t timestamp_s, std::string_view body) {
  if (!secret.starts_with(prefix)) return std::nullopt;
  secret.remove_prefix(prefix.size());
  std::array<char, longest_key> key;
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), secret.data(),
                        secret.size(), nullptr, &size, nullptr, base64_form) != 0 ||
      size == 0)
    return std::nullopt;
  std::string text{id};
  text.append(1, '.').append(std::to_string(timestamp_s)).append(1, '.').append(body);
  return "v1," + base64(hmac_sha256(text, {key.data(), size}));
}

}  // namespace rentwave::http
