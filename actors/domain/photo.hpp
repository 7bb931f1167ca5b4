// A photo of an advert, known by its bytes, which are in the journal under its id; here is what an
// advert has to say of them.
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/domain/ids.hpp"

namespace rentwave {

/// The SHA-256 of the bytes as they are stored, so that the same photo has one id everywhere.
struct photo_id {
  std::array<std::uint8_t, 32> digest{};

  friend bool operator==(const photo_id&, const photo_id&) = default;
  friend auto operator<=>(const photo_id&, const photo_id&) = default;
};

/// 64 hex digits, lower case.
std::string to_string(const photo_id& value);
/// That form only: a photo has one address.
template <>
std::optional<photo_id> parse_id<photo_id>(std::string_view text);

enum class photo_type { jpeg, png, webp };
BOOST_DESCRIBE_ENUM(photo_type, jpeg, png, webp)

struct photo {
  photo_id id;
  photo_type type{};
  int width = 0;           ///< pixels
  int height = 0;          ///< pixels
  std::int64_t bytes = 0;  ///< as stored

  friend bool operator==(const photo&, const photo&) = default;
};
BOOST_DESCRIBE_STRUCT(photo, (), (id, type, width, height, bytes))

}  // namespace rentwave
