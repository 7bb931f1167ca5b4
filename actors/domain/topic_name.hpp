// What can be followed, by its name: "book", "vehicle", "room", "isbn:9780306406157",
// "listing:<id>" or "user:<id>". The names are part of the storage format.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "actors/domain/ids.hpp"
#include "actors/domain/offer.hpp"

namespace rentwave {

/// The one form that we keep: ISBN-13, ids in lower case; nullopt when it is no topic.
std::optional<std::string> normalise_topic(std::string_view text);

/// Every new advert of this kind.
std::string topic_of(item_kind kind);
/// Every new advert of this book; `isbn` is an ISBN-13.
std::string topic_of_isbn(std::string_view isbn);
/// The advert is free again.
std::string topic_of(listing_id listing);
/// Every new advert of this owner.
std::string topic_of(account_id owner);

/// The advert or the owner that a normalised topic is about, if it is about one.
std::optional<listing_id> listing_in(std::string_view topic);
std::optional<account_id> owner_in(std::string_view topic);

}  // namespace rentwave
