// Identities. Every id is a type of its own around 16 bytes, so that one kind never passes for
// another. Random ids are UUID version 7, ids derived from a name are version 8 (RFC 9562); both
// are made from arguments only, so that the same inputs give the same id everywhere.
#pragma once

#include <boost/uuid/uuid.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "actors/domain/time.hpp"

namespace rentwave {

/// 16 bytes under a tag. Ordered by bytes, which for version 7 is the order of creation.
template <class Tag>
struct id {
  boost::uuids::uuid value{};

  friend bool operator==(const id&, const id&) = default;
  friend auto operator<=>(const id& a, const id& b) {
    return std::memcmp(a.value.data, b.value.data, sizeof a.value.data) <=> 0;
  }
};

using account_id = id<struct account_tag>;
using session_id = id<struct session_tag>;
using listing_id = id<struct listing_tag>;
using block_id = id<struct block_tag>;
using rental_id = id<struct rental_tag>;
using payment_id = id<struct payment_tag>;
using transfer_id = id<struct transfer_tag>;
using webhook_id = id<struct webhook_tag>;
using command_id = id<struct command_tag>;
using trace_id = id<struct trace_tag>;

/// The canonical 36 character form, lower case.
std::string to_string(const boost::uuids::uuid& value);
template <class Tag>
std::string to_string(const id<Tag>& value) {
  return to_string(value.value);
}

/// Accepts the 36 character form only, either case; anything else is nullopt.
std::optional<boost::uuids::uuid> parse_uuid(std::string_view text);
template <class Id>
std::optional<Id> parse_id(std::string_view text) {
  if (auto value = parse_uuid(text)) return Id{*value};
  return std::nullopt;
}

/// UUID version 7: 48 bits of milliseconds, 74 random bits (RFC 9562 section 5.7).
boost::uuids::uuid uuid_v7(instant now, const std::array<std::uint8_t, 10>& random);

/// UUID version 8 out of a SHA-1 of the name within a space: deterministic (RFC 9562 section 5.8).
boost::uuids::uuid uuid_v8(const boost::uuids::uuid& space, std::string_view name);
template <class Id, class Tag>
Id derive_id(const id<Tag>& space, std::string_view name) {
  return Id{uuid_v8(space.value, name)};
}

}  // namespace rentwave

template <class Tag>
struct std::hash<rentwave::id<Tag>> {
  std::size_t operator()(const rentwave::id<Tag>& key) const noexcept {
    // Version 7 and 8 ids are random in their last eight bytes.
    std::size_t tail = 0;
    std::memcpy(&tail, key.value.data + 8, sizeof tail);
    return tail;
  }
};
