// What a search by words and traits looks for in `listing_terms`: a set of terms for each word or
// trait, of which an advert has to have one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "persistence/postgres/connection.hpp"
#include "persistence/read_models.hpp"

namespace rentwave::postgres {

struct term_set {
  std::vector<std::string> terms;  ///< more than one where a prefix begins several
  bool ranked = false;             ///< one of the words that are counted in the title
};

struct sought_terms {
  std::vector<term_set> sets;         ///< the rarest first
  std::optional<std::string> city{};  ///< not among the sets, but a fact of every entry
};

/// The kinds that may be found.
array kinds_of(const listing_query& wanted);

/// Asks which terms a prefix begins and which set is the rarest. nullopt: no set can be gone
/// through, since nothing is sought, or the prefix begins too many terms.
std::optional<sought_terms> find_terms(connection& on, const listing_query& wanted);

}  // namespace rentwave::postgres
