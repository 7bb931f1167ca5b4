// Searches by words and traits through `listing_terms`: the entries of one set of terms are gone
// through, and whether their adverts have the others is probed.
#pragma once

#include "persistence/postgres/search_statement.hpp"
#include "persistence/postgres/term_sets.hpp"

namespace rentwave::postgres {

class term_search {
 public:
  term_search(connection& db, const listing_query& wanted, const sought_terms& sought,
              search_statement& sql);

  /// What follows `after`, if no more match than are counted.
  few_hits among_few(const std::optional<keyset>& after, int limit);

  /// Whether the lists of terms are in the order that is wanted, for `among_many`.
  bool are_in_order() const { return by_relevance() || sql_.order.name == newest_list; }
  std::vector<hit> among_many(std::optional<keyset> after, int limit);

 private:
  bool by_relevance() const { return sql_.order.name == relevance_list; }
  std::vector<hit> newest_of_rank(std::int64_t in_title, const std::optional<keyset>& after,
                                  int limit);
  /// The newest that the lists of a set give; `in_title`: of just that rank.
  std::vector<hit> newest(std::size_t through, std::optional<std::int64_t> in_title,
                          const std::optional<keyset>& after, int limit);

  std::string key();
  std::string conditions();
  /// For an entry `t` of the set's: that its advert has all the others.
  std::string probes(std::size_t through);
  /// How many ranked words are in its title; `own`: whether the set's is.
  std::string rank(std::size_t through, const std::string& own) const;
  std::string is_one_of(std::size_t set);
  rows execute(const std::string& sql);

  connection& db_;
  const listing_query& wanted_;
  const sought_terms& sought_;
  search_statement& sql_;
  bool by_facts_;  ///< nothing is asked that only the advert itself says
};

}  // namespace rentwave::postgres
