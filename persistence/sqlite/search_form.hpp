// A search as SQL: which rows are looked at, by which index, and in what order. The planner knows
// nothing of our numbers, so each statement says its index. There are thousands of texts, of a
// few dozen parts; all else is parameters.
#pragma once

#include <string>

#include "persistence/cursor.hpp"
#include "persistence/read_models.hpp"

namespace rentwave::sqlite {

/// Both statements give the columns number, key and tie, and take the same parameters:
///   ?1 words and traits · ?2 kind · ?3, ?4 price from, to · ?5 owner · ?6 ISBN · ?7, ?8 the
///   cursor's key and tie · ?9 to ?12 south, north, west, east · ?13, ?14 the centre · ?15 how far
///   from it · ?16 to ?21 the least of each measure · ?22 times rented · ?23, ?24 free from, to
///   · ?25 now · ?26 lowest rank of a rating · ?27 limit
struct search_form {
  std::string gather;     ///< what matches, by the index that is likely to find the least
  bool in_order = false;  ///< `gather` already has the list's order
  std::string page;       ///< what follows the cursor, in the list's order
  keyset start;           ///< before the first row
};

/// The list by relevance has the number of words in the title where others have an id, and the
/// greatest come first. Its `page` gives the newest of those that have the same number.
inline constexpr char relevance_list = 'm';
boost::uuids::uuid to_tie(std::int64_t count);
std::int64_t count_in(const boost::uuids::uuid& tie);

/// Whether `a` stands before `b` in their list.
bool precedes(const keyset& a, const keyset& b);

/// `by_words`: words or traits are sought, in the word index.
search_form form_of(const listing_query& wanted, listing_sort sort, bool by_words);

}  // namespace rentwave::sqlite
