// Adverts as clients see them (api.md), written straight to JSON text: a list has up to a hundred
// of them, and building a tree of each would cost more than finding it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/listing.hpp"
#include "persistence/read_models.hpp"

namespace rentwave::http {

/// "image/jpeg" …
std::string media_type_of(photo_type type);
/// Where its bytes are.
std::string photo_path(const photo_id& id);
/// {"id", "url", "type", "width", "height"}
std::string photo_text(const photo& one);

/// With `next_free`: from when on it can be had for the shortest duration that the owner allows;
/// null while the advert is off. `hidden` is {"reason"} when an administrator has hidden it.
std::string advert_text(const listing::state& advert, instant now, std::string_view currency);

/// As lists show it: without these two.
std::string advert_text(const listing_row& advert, std::string_view currency);

/// As its owner's list shows it, with `hidden`. Of one whose row says "not active", which may be
/// hidden or off, the state as well; else null.
std::string advert_text(const listing_row& advert, const listing::state* inactive,
                        std::string_view currency);

/// {"items", "next", and `further`: members that start with a comma, or nothing}
std::string list_text(const std::vector<std::string>& items, const std::optional<std::string>& next,
                      std::string_view further = {});

}  // namespace rentwave::http
