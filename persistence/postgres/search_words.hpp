// The words of adverts and of queries as PostgreSQL's text search takes them. They are cut and
// folded by our own code, so that no dictionary, locale or extension of a server has a say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/offer.hpp"

namespace rentwave::postgres {

/// A tsvector: title A, details B, description C; traits, and the title's words once more under a
/// mark, without a position: the index knows no weights, and would find all that have the word.
std::string words_vector(const offer& content);

/// A word or trait as the index has it: of at most so many bytes, and UTF-8.
std::string term_of(std::string word);

/// A term as it stands among the words of a title once more.
std::string title_term(const std::string& term);

/// A tsquery that wants every word, the last as a prefix where `is_prefix` says so, and every
/// trait; empty: any advert will do.
std::string words_query(std::string_view words, const std::vector<std::string>& traits = {});

/// A tsquery for each of the first `title_words` that wants it in the title, the last likewise.
std::vector<std::string> title_queries(std::string_view words);

}  // namespace rentwave::postgres
