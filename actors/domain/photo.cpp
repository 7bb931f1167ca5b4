#include "actors/domain/photo.hpp"

namespace rentwave {
namespace {

constexpr std::string_view hex = "0123456789abcdef";

}  // namespace

std::string to_string(const photo_id& value) {
  std::string text;
  text.reserve(2 * value.digest.size());
  for (const auto byte : value.digest) {
    text += hex[byte >> 4];
    text += hex[byte & 15];
  }
  return text;
}

template <>
std::optional<photo_id> parse_id<photo_id>(std::string_view text) {
  photo_id value;
  if (text.size() != 2 * value.digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = hex.find(text[i]);
    if (digit == hex.npos) return std::nullopt;
    auto& byte = value.digest[i / 2];
    byte = static_cast<std::uint8_t>(byte * 16u + digit);
  }
  return value;
}

}  // namespace rentwave
