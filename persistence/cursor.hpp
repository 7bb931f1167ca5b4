// Where a page ended, as the opaque text that clients hand back: a keyset, so that paging neither
// repeats nor skips rows while others are written.
#pragma once

#include <boost/uuid/uuid.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rentwave {

struct keyset {
  char order = 0;           ///< which list in which order; a cursor of another one is refused
  std::int64_t key = 0;     ///< what the list is sorted by
  boost::uuids::uuid id{};  ///< decides between equal keys

  friend bool operator==(const keyset&, const keyset&) = default;
};

/// base64url (RFC 4648 section 5) without padding, with a checksum.
std::string to_cursor(const keyset& last);

/// nullopt for what `to_cursor` did not make for this order.
std::optional<keyset> from_cursor(std::string_view text, char order);

}  // namespace rentwave
