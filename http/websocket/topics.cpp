#include "http/websocket/topics.hpp"

namespace rentwave::http {
namespace {

constexpr std::string_view listing_prefix = "listing:";
constexpr std::string_view rental_prefix = "rental:";

template <class Id>
std::optional<topic> topic_about(topic::what of, std::string_view id) {
  const auto known = parse_id<Id>(id);
  if (!known) return std::nullopt;
  return topic{of, to_string(*known)};
}

}  // namespace

std::optional<topic> parse_topic(std::string_view text) {
  if (text == "admin:events") return topic{topic::what::admin_events};
  if (text == "admin:stats") return topic{topic::what::admin_stats};
  if (text.starts_with(listing_prefix))
    return topic_about<listing_id>(topic::what::listing, text.substr(listing_prefix.size()));
  if (text.starts_with(rental_prefix))
    return topic_about<rental_id>(topic::what::rental, text.substr(rental_prefix.size()));
  return std::nullopt;
}

std::string to_string(const topic& one) {
  switch (one.of) {
    case topic::what::listing:
      return std::string{listing_prefix} + one.id;
    case topic::what::rental:
      return std::string{rental_prefix} + one.id;
    case topic::what::admin_events:
      return "admin:events";
    case topic::what::admin_stats:
      return "admin:stats";
  }
  return {};
}

entity_ref entity_of(const topic& one) {
  return {one.of == topic::what::rental ? entity_kind::rental : entity_kind::listing, one.id};
}

}  // namespace rentwave::http
