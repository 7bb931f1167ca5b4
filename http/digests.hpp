// SHA-256, HMAC-SHA-256 and their text, by libsodium. Pure; safe from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace rentwave::http {

using digest = std::array<unsigned char, 32>;

digest sha256(std::string_view text);
/// Lower case.
std::string to_hex(std::span<const unsigned char> bytes);
/// 64 hex digits.
std::string sha256_hex(std::string_view text);
/// 64 hex digits that nobody can guess.
std::string random_hex();

digest hmac_sha256(std::string_view text, std::string_view key);
/// Takes as long wherever they differ.
bool same_digest(const digest& a, std::span<const unsigned char> b);

}  // namespace rentwave::http
