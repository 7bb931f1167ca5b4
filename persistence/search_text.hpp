// What of an advert can be found by words, and what the words of a query are; the same for every
// journal, so that each of them finds the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/offer.hpp"

namespace rentwave {

/// The texts of an advert, by how much they say about it.
struct search_text {
  std::string title;
  std::string details;  ///< the item's own texts, city and country
  std::string description;
};
search_text text_of(const offer& content);

/// Further words of a query are ignored.
inline constexpr std::size_t max_search_words = 16;

/// An advert is the more relevant the more of this many first words of a query are in its title;
/// among its equals the newest comes first.
inline constexpr int title_words = 4;

/// An expression for at least `count` of the first `title_words` terms, in a language with these
/// two operators.
std::string some_of(std::int64_t count, const std::vector<std::string>& terms,
                    std::string_view conjunction, std::string_view disjunction);

/// The words of a text: runs of ASCII letters and digits and of what is not ASCII, but for common
/// punctuation. Nothing in them means anything to a query language. At most `most`.
std::vector<std::string_view> words_of(std::string_view text, std::size_t most);

/// Whether the last word of a query is taken as a prefix. A single character is not: it begins so
/// many words that looking for them all would take longer than anything else.
bool is_prefix(std::string_view last_word);

}  // namespace rentwave
