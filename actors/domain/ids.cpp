#include "actors/domain/ids.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>

namespace rentwave {
namespace {

void stamp(boost::uuids::uuid& value, std::uint8_t version) {
  value.data[6] = static_cast<std::uint8_t>((value.data[6] & 0x0F) | (version << 4));
  value.data[8] = static_cast<std::uint8_t>((value.data[8] & 0x3F) | 0x80);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_string(const boost::uuids::uuid& value) {
  return boost::uuids::to_string(value);
}

std::optional<boost::uuids::uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  boost::uuids::uuid value{};
  std::size_t at = 0;
  for (auto& byte : value.data) {
    if (at == 8 || at == 13 || at == 18 || at == 23) {
      if (text[at] != '-') return std::nullopt;
      ++at;
    }
    const int high = hex_digit(text[at]);
    const int low = hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<std::uint8_t>(high * 16 + low);
    at += 2;
  }
  return value;
}

boost::uuids::uuid uuid_v7(instant now, const std::array<std::uint8_t, 10>& random) {
  boost::uuids::uuid value{};
  const auto since_epoch = now.time_since_epoch();
  auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
  for (int byte = 5; byte >= 0; --byte, millis >>= 8)
    value.data[byte] = static_cast<std::uint8_t>(millis & 0xFF);
  std::copy(random.begin(), random.end(), value.data + 6);
  stamp(value, 7);
  return value;
}

boost::uuids::uuid uuid_v8(const boost::uuids::uuid& space, std::string_view name) {
  auto value = boost::uuids::name_generator_sha1{space}(name.data(), name.size());
  stamp(value, 8);
  return value;
}

}  // namespace rentwave
