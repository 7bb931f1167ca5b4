#include "persistence/postgres/term_sets.hpp"

#include <algorithm>
#include <utility>

#include "persistence/fold.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/search_words.hpp"
#include "persistence/search_text.hpp"
#include "persistence/traits.hpp"

namespace rentwave::postgres {
namespace {

constexpr std::int64_t most_begun = 16;

/// A row a term: the number of its set in $1, the term, and since when 100 adverts of one of the
/// kinds $5 have come with it, if so many have: the earlier, the rarer is the term. $2 is a prefix
/// that stands for set $3.
constexpr const char* terms_and_ages =
    "WITH RECURSIVE begun (term) AS ("
    "(SELECT term FROM listing_terms WHERE term >= $2::text ORDER BY term LIMIT 1)"
    " UNION ALL"
    " SELECT (SELECT l.term FROM listing_terms l WHERE l.term > b.term ORDER BY l.term LIMIT 1)"
    " FROM begun b WHERE starts_with(b.term, $2::text)),"
    " sought (n, term) AS ("
    "SELECT n, term FROM unnest($1::text[]) WITH ORDINALITY AS e (term, n)"
    " WHERE n IS DISTINCT FROM $3::bigint"
    " UNION ALL"
    " (SELECT $3::bigint, term FROM begun WHERE starts_with(term, $2::text) LIMIT $4::bigint))"
    " SELECT n, term,"
    " CASE WHEN cardinality($1::text[]) > 1 THEN"
    " (SELECT max(r.added_at) FROM unnest($5::text[]) AS k (kind) CROSS JOIN LATERAL"
    " (SELECT t.added_at FROM listing_terms t WHERE t.term = s.term AND t.kind = k.kind"
    " ORDER BY t.added_at DESC OFFSET 100 LIMIT 1) r) END"
    " FROM sought s";

struct aged_set {
  term_set set;
  std::optional<std::int64_t> age;  ///< that of its most frequent term
};

}  // namespace

array kinds_of(const listing_query& wanted) {
  array kinds;
  for (const auto each : {item_kind::book, item_kind::vehicle, item_kind::room})
    if (wanted.kind.value_or(each) == each) kinds.add(each);
  return kinds;
}

std::optional<sought_terms> find_terms(connection& on, const listing_query& wanted) {
  std::vector<std::string> all;
  for (auto& word : folded_words(wanted.words, max_search_words))
    if (!word.empty()) all.push_back(term_of(std::move(word)));
  const auto words = all.size();
  std::optional<std::string> prefix;
  if (words > 0 && is_prefix(all.back())) prefix = all.back();

  sought_terms sought;
  const auto city = trait_of(trait::city, {});
  for (const auto& each : wanted.traits) {
    if (!sought.city && each.starts_with(city))
      sought.city = term_of(each);
    else
      all.push_back(term_of(each));
  }
  if (all.empty() && sought.city) all.push_back(*std::exchange(sought.city, std::nullopt));
  if (all.empty()) return std::nullopt;

  std::vector<aged_set> sets(all.size());
  for (std::size_t i = 0; i < std::min<std::size_t>(words, title_words); ++i)
    sets[i].set.ranked = true;
  if (all.size() == 1 && !prefix) {
    sets[0].set.terms = std::move(all);
  } else {
    array exact;
    for (const auto& each : all) exact.add(each);
    const auto prefixed = prefix ? std::optional{words} : std::nullopt;
    auto stored = on.execute(
        terms_and_ages,
        values{std::move(exact), prefix, prefixed, most_begun + 1, kinds_of(wanted)}, plans::kept);
    for (std::int64_t number = 0; stored.next();) {
      std::string term;
      std::optional<std::int64_t> age;
      stored.read(number, term, age);
      if (number < 1 || number > std::ssize(sets)) throw damaged("a term of no set");
      auto& [set, since] = sets[static_cast<std::size_t>(number) - 1];
      set.terms.push_back(std::move(term));
      since = std::max(since, age);
    }
    if (prefix && std::ssize(sets[words - 1].set.terms) > most_begun) return std::nullopt;
  }
  std::ranges::stable_sort(sets, {}, &aged_set::age);
  for (auto& each : sets) sought.sets.push_back(std::move(each.set));
  return sought;
}

}  // namespace rentwave::postgres
