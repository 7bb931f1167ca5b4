// What searches ask of an advert beside its words: traits, which it has or has not, and measures,
// of which it has at least so much; the same for every journal.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/offer.hpp"
#include "persistence/geography.hpp"

namespace rentwave {

/// U+E000, for private use: no word of a search has it (`words_of`), so none finds a trait.
inline constexpr std::string_view trait_mark = "\xEE\x80\x80";

/// None of the names begins another's: tokens of different traits are never equal.
enum class trait { city, author, type, make, model, transmission, fuel, amenity };
BOOST_DESCRIBE_ENUM(trait, city, author, type, make, model, transmission, fuel, amenity)

/// The names are columns of the journals.
enum class measure { seats, boot_litres, year, guests, beds, bathrooms };
BOOST_DESCRIBE_ENUM(measure, seats, boot_litres, year, guests, beds, bathrooms)

/// The trait as one token, in which case, diacritics, blanks and punctuation do not count: "Köln"
/// and "KOLN" give the same. It begins with `trait_mark`.
std::string trait_of(trait what, std::string_view value);

/// All traits of an advert.
std::vector<std::string> traits_of(const offer& content);

/// Nothing where the kind has no such measure.
std::optional<int> measure_of(const offer& content, measure what);

/// Where the item is, if its owner said so.
std::optional<coordinates> coordinates_of(const offer& content);

}  // namespace rentwave
