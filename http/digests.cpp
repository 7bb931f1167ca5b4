#include "http/digests.hpp"

#include <sodium.h>

namespace rentwave::http {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

digest sha256(std::string_view text) {
  digest hash;
  static_assert(hash.size() == crypto_hash_sha256_BYTES);
  crypto_hash_sha256(hash.data(), bytes_of(text), text.size());
  return hash;
}

std::string to_hex(std::span<const unsigned char> bytes) {
  std::string text(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();  // the terminating zero
  return text;
}

std::string sha256_hex(std::string_view text) {
  return to_hex(sha256(text));
}

std::string random_hex() {
  digest bytes;
  randombytes_buf(bytes.data(), bytes.size());
  return to_hex(bytes);
}

digest hmac_sha256(std::string_view text, std::string_view key) {
  digest code;
  static_assert(code.size() == crypto_auth_hmacsha256_BYTES);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
  crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
  crypto_auth_hmacsha256_final(&state, code.data());
  return code;
}

bool same_digest(const digest& a, std::span<const unsigned char> b) {
  return b.size() == a.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace rentwave::http
