// What the statements of one search are put together of, and the parameters that they name.
#pragma once

#include <string>
#include <vector>

#include "persistence/cursor.hpp"
#include "persistence/postgres/connection.hpp"
#include "persistence/read_models.hpp"

namespace rentwave::postgres {

inline constexpr char newest_list = 'n';
inline constexpr char relevance_list = 'm';
inline constexpr char distance_list = 'd';

/// How many words are in the title, then newest, as one number: microseconds take 58 bits.
inline constexpr int time_bits = 58;
inline constexpr std::int64_t time_mask = (std::int64_t{1} << time_bits) - 1;

/// How a list is sorted; its key is a column of `listings`, or is made of some.
struct list_order {
  char name = 0;  ///< in cursors
  const char* key = nullptr;
  bool descending = false;
};
list_order order_of(listing_sort sort);

/// An advert found, and where it stands in its list.
struct hit {
  listing_row row;
  keyset last;
};

/// At most one more than are counted, and the page if no more match.
struct few_hits {
  std::int64_t total = 0;
  std::vector<hit> page;
};

class search_statement {
 public:
  search_statement(const listing_query& wanted, list_order order)
      : order(order), near(wanted.near), wanted_(wanted) {}

  /// Further ones are $1, $2 … again.
  void forget_parameters() { parameters_ = values{}; }
  const values& parameters() const { return parameters_; }
  template <class T>
  std::string parameter(T&& value, const char* type) {
    parameters_.add(std::forward<T>(value));
    return '$' + std::to_string(parameters_.texts().size()) + "::" + type;
  }

  // Conditions, each with " AND " before it.
  std::string facts();   ///< what `listing_terms` says as well as `listings`
  std::string others();  ///< what only `listings` says
  std::string behind(const std::string& key, const std::optional<keyset>& after);

  /// The distance of `listings` from the centre, as `distance_m` has it.
  std::string distance();
  /// The end of a statement with the columns `key` and id.
  std::string in_order(const std::string& key, int limit);
  /// What `hit_in` reads of an advert, from the columns of `listings`.
  static std::string columns();
  hit hit_in(const rows& stored, std::int64_t key) const;
  /// All rows of an answer with the columns of `columns` and `key`.
  std::vector<hit> hits_in(rows stored) const;
  /// The same with the column `total`; in a row without an advert the others are NULL.
  few_hits few_in(rows stored) const;

  list_order order;
  std::optional<circle> near;  ///< of the query, or a ring within it

 private:
  std::string is_near();
  std::string is_free(const free_time& free);

  const listing_query& wanted_;
  values parameters_;
};

}  // namespace rentwave::postgres
