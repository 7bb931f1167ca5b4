#include "persistence/cursor.hpp"

#include <algorithm>
#include <array>

namespace rentwave {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// order (1), key (8), id (16), checksum (4): little endian, written by hand so that cursors outlive
// a node in a mixed cluster.
constexpr std::size_t body_size = 25;
constexpr std::size_t whole_size = body_size + 4;
constexpr std::size_t text_size = (whole_size * 8 + 5) / 6;
using packed = std::array<std::uint8_t, whole_size>;

template <class T>
void put(std::uint8_t* to, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t checksum(const packed& bytes) {
  std::uint32_t hash = 0x811c9dc5;  // FNV-1a
  for (std::size_t i = 0; i < body_size; ++i) hash = (hash ^ bytes[i]) * 0x01000193;
  return hash;
}

packed pack(const keyset& last) {
  packed bytes{};
  bytes[0] = static_cast<std::uint8_t>(last.order);
  put(&bytes[1], static_cast<std::uint64_t>(last.key));
  std::copy(last.id.begin(), last.id.end(), &bytes[9]);
  put(&bytes[body_size], checksum(bytes));
  return bytes;
}

keyset unpack(const packed& bytes) {
  keyset last;
  last.order = static_cast<char>(bytes[0]);
  std::uint64_t key = 0;
  for (std::size_t i = 8; i > 0; --i) key = key << 8 | bytes[i];
  last.key = static_cast<std::int64_t>(key);
  std::copy_n(&bytes[9], last.id.size(), last.id.begin());
  return last;
}

}  // namespace

std::string to_cursor(const keyset& last) {
  const auto bytes = pack(last);
  std::string text;
  text.reserve(text_size);
  std::uint32_t bits = 0;
  int held = 0;
  for (const auto byte : bytes) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6) text += digits[bits >> (held - 6) & 63];
  }
  text += digits[bits << (6 - held) & 63];
  return text;
}

std::optional<keyset> from_cursor(std::string_view text, char order) {
  if (text.size() != text_size) return std::nullopt;
  packed bytes{};
  std::size_t filled = 0;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[filled++] = static_cast<std::uint8_t>(bits >> held);
    }
  }
  const auto last = unpack(bytes);
  // Packing again also finds a wrong checksum and bits left over at the end.
  if (last.order != order || to_cursor(last) != text) return std::nullopt;
  return last;
}

}  // namespace rentwave
