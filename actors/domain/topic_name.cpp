#include "actors/domain/topic_name.hpp"

#include <boost/describe/enum_to_string.hpp>

#include "actors/domain/isbn.hpp"

namespace rentwave {
namespace {

constexpr std::string_view isbn_prefix = "isbn:";
constexpr std::string_view listing_prefix = "listing:";
constexpr std::string_view user_prefix = "user:";

std::string joined(std::string_view prefix, std::string_view rest) {
  return std::string{prefix}.append(rest);
}

template <class Id>
std::optional<Id> id_behind(std::string_view prefix, std::string_view topic) {
  if (!topic.starts_with(prefix)) return std::nullopt;
  return parse_id<Id>(topic.substr(prefix.size()));
}

}  // namespace

std::string topic_of(item_kind kind) {
  return boost::describe::enum_to_string(kind, "unknown");
}
std::string topic_of_isbn(std::string_view isbn) {
  return joined(isbn_prefix, isbn);
}
std::string topic_of(listing_id listing) {
  return joined(listing_prefix, to_string(listing));
}
std::string topic_of(account_id owner) {
  return joined(user_prefix, to_string(owner));
}

std::optional<listing_id> listing_in(std::string_view topic) {
  return id_behind<listing_id>(listing_prefix, topic);
}
std::optional<account_id> owner_in(std::string_view topic) {
  return id_behind<account_id>(user_prefix, topic);
}

std::optional<std::string> normalise_topic(std::string_view text) {
  for (const auto kind : {item_kind::book, item_kind::vehicle, item_kind::room})
    if (auto topic = topic_of(kind); text == topic) return topic;
  if (text.starts_with(isbn_prefix)) {
    const auto isbn = normalise_isbn(text.substr(isbn_prefix.size()));
    return isbn ? std::optional{topic_of_isbn(*isbn)} : std::nullopt;
  }
  if (const auto listing = listing_in(text)) return topic_of(*listing);
  if (const auto owner = owner_in(text)) return topic_of(*owner);
  return std::nullopt;
}

}  // namespace rentwave
