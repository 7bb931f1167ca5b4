// What can be watched over a WebSocket (api.md): an advert, a rental, and for administrators the
// log and the node's figures. Pure.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "actors/domain/entity.hpp"

namespace rentwave::http {

struct topic {
  enum class what { listing, rental, admin_events, admin_stats };

  what of{};
  std::string id{};  ///< of the advert or the rental, in lower case

  bool is_for_admins() const { return of == what::admin_events || of == what::admin_stats; }
  friend auto operator<=>(const topic&, const topic&) = default;
};

/// "listing:0192…", "rental:0192…", "admin:events", "admin:stats"; nullopt for anything else.
std::optional<topic> parse_topic(std::string_view text);
std::string to_string(const topic& one);
/// Of an advert or a rental.
entity_ref entity_of(const topic& one);

}  // namespace rentwave::http
