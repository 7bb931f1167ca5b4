#include "persistence/postgres/term_search.hpp"

#include <algorithm>
#include <functional>
#include <tuple>

#include "persistence/postgres/search_words.hpp"

namespace rentwave::postgres {
namespace {

/// Several entries may be of one advert, so some more are looked at than adverts are counted.
constexpr std::int64_t further_entries = 200;

/// Of the advert of an entry.
std::string of_advert(const std::string& column) {
  return "(SELECT " + column + " FROM listings WHERE listings.id = t.id)";
}

}  // namespace

term_search::term_search(connection& db, const listing_query& wanted, const sought_terms& sought,
                         search_statement& sql)
    : db_(db), wanted_(wanted), sought_(sought), sql_(sql), by_facts_(sql.others().empty()) {}

few_hits term_search::among_few(const std::optional<keyset>& after, int limit) {
  for (const auto& each : sought_.sets)
    if (each.terms.empty()) return {};
  const bool several = sought_.sets.front().terms.size() > 1;
  const auto most = std::to_string(counted_exactly);
  // Entries of one term are of different adverts: no need to look which they are.
  const auto plainly_more =
      "(SELECT term FROM entries LIMIT 1) = (SELECT term FROM entries OFFSET " + most + " LIMIT 1)";
  for (auto entries = counted_exactly + 1 + (several ? further_entries : 0);; entries *= 4) {
    sql_.forget_parameters();
    auto sql = "WITH entries AS MATERIALIZED (SELECT t.term, t.id, " + key() + " AS key";
    sql += " FROM listing_terms t" + probes(0);
    sql += " WHERE t.term " + is_one_of(0);
    // In the order of the index, so that it is gone through, and no further than need be.
    sql += conditions() + " ORDER BY t.term, t.kind, t.added_at LIMIT " + std::to_string(entries) +
           "), found AS MATERIALIZED (SELECT id, ";
    sql += several ? "max(key) AS key" : "key";
    sql += " FROM entries WHERE (" + plainly_more + ") IS NOT TRUE";
    if (several) sql += " GROUP BY id";
    // -1: of so many entries too many were of the same adverts.
    sql += "), counted AS (SELECT CASE WHEN " + plainly_more + " THEN " + most +
           " + 1 WHEN number > " + most + " OR (SELECT count(*) FROM entries) < " +
           std::to_string(entries) +
           " THEN number ELSE -1 END AS total FROM (SELECT count(*) AS number FROM found) c),"
           " page AS (SELECT id, key FROM found, counted WHERE total BETWEEN 0 AND " +
           most;
    sql += sql_.behind("key", after) + sql_.in_order("key", limit);
    sql += ") SELECT " + search_statement::columns() +
           ", key, total FROM counted LEFT JOIN (page JOIN listings USING (id)) ON true";
    auto found = sql_.few_in(execute(sql + sql_.in_order("key", limit)));
    if (found.total >= 0) return found;
  }
}

std::vector<hit> term_search::among_many(std::optional<keyset> after, int limit) {
  if (!by_relevance()) return newest(0, std::nullopt, after, limit);
  sql_.order = order_of(listing_sort::newest);
  auto rank = std::ranges::count(sought_.sets, true, &term_set::ranked);
  if (after) {
    rank = std::clamp<std::int64_t>(after->key >> time_bits, 0, rank);
    after->key &= time_mask;
  }
  std::vector<hit> hits;
  for (;; --rank, after.reset()) {
    for (auto& each : newest_of_rank(rank, after, limit - static_cast<int>(hits.size()))) {
      each.last.order = relevance_list;
      each.last.key += std::int64_t{rank} << time_bits;
      hits.push_back(std::move(each));
    }
    if (rank == 0 || std::ssize(hits) == limit) return hits;
  }
}

std::vector<hit> term_search::newest_of_rank(std::int64_t in_title,
                                             const std::optional<keyset>& after, int limit) {
  if (in_title == 0) return newest(0, in_title, after, limit);
  const bool all = in_title == std::ranges::count(sought_.sets, true, &term_set::ranked);
  std::vector<hit> hits;
  for (std::size_t i = 0; i < sought_.sets.size(); ++i) {
    if (!sought_.sets[i].ranked) continue;
    for (auto& each : newest(i, in_title, after, limit)) hits.push_back(std::move(each));
    if (all) return hits;
  }
  // An advert was found through each word that is in its title.
  const auto place = [](const hit& one) { return std::tie(one.last.key, one.last.id); };
  std::ranges::sort(hits, std::greater{}, place);
  hits.erase(std::ranges::unique(hits, {}, place).begin(), hits.end());
  if (std::ssize(hits) > limit) hits.erase(hits.begin() + limit, hits.end());
  return hits;
}

std::vector<hit> term_search::newest(std::size_t through, std::optional<std::int64_t> in_title,
                                     const std::optional<keyset>& after, int limit) {
  const auto& set = sought_.sets[through];
  const bool by_title = in_title.value_or(0) > 0;
  sql_.forget_parameters();
  array terms;
  for (const auto& each : set.terms) terms.add(by_title ? title_term(each) : each);
  std::string sql = "WITH page AS (SELECT DISTINCT r.key, r.id FROM unnest(";
  sql += sql_.parameter(std::move(terms), "text[]") + ") AS s (term) CROSS JOIN unnest(";
  sql += sql_.parameter(kinds_of(wanted_), "text[]") + ") AS k (kind) CROSS JOIN LATERAL (";
  sql += "SELECT t.added_at AS key, t.id FROM listing_terms t" + probes(through);
  sql += " WHERE t.term = s.term AND t.kind = k.kind" + conditions();
  if (in_title)
    sql += " AND " + rank(through, by_title ? "1" : "t.in_title::integer") + " = " +
           std::to_string(*in_title);
  if (in_title == 0 && set.ranked && set.terms.size() > 1)
    sql += " AND NOT EXISTS (SELECT FROM listing_terms o WHERE o.term " + is_one_of(through) +
           " AND o.kind = t.kind AND o.in_title AND o.added_at = t.added_at AND o.id = t.id)";
  sql += sql_.behind("added_at", after) + sql_.in_order("key", limit) + ") r";
  sql += sql_.in_order("key", limit);
  sql += ") SELECT " + search_statement::columns() + ", key FROM page JOIN listings USING (id)";
  return sql_.hits_in(execute(sql + sql_.in_order("key", limit)));
}

std::string term_search::key() {
  switch (sql_.order.name) {
    case relevance_list:
      return '(' + rank(0, "t.in_title::integer") + "::bigint << " + std::to_string(time_bits) +
             ") + t.added_at";
    case 'r':
    case 't':
      return of_advert(sql_.order.key);
    default:
      return std::string{"t."} + sql_.order.key;
  }
}

std::string term_search::conditions() {
  auto sql = sql_.facts();
  if (sought_.city) sql += " AND city = " + sql_.parameter(*sought_.city, "text");
  if (!by_facts_)
    sql += " AND EXISTS (SELECT FROM listings WHERE listings.id = t.id" + sql_.others() + ')';
  return sql;
}

std::string term_search::probes(std::size_t through) {
  std::string sql;
  for (std::size_t i = 0; i < sought_.sets.size(); ++i) {
    if (i == through) continue;
    sql +=
        " CROSS JOIN LATERAL (SELECT bool_or(o.in_title) AS in_title FROM listing_terms o"
        " WHERE o.term " +
        is_one_of(i) +
        " AND o.kind = t.kind AND o.added_at = t.added_at"
        " AND o.id = t.id HAVING count(*) > 0) w" +
        std::to_string(i);
  }
  return sql;
}

std::string term_search::rank(std::size_t through, const std::string& own) const {
  std::string sum;
  for (std::size_t i = 0; i < sought_.sets.size(); ++i) {
    if (!sought_.sets[i].ranked) continue;
    sum += sum.empty() ? "(" : " + ";
    sum += i == through ? own : 'w' + std::to_string(i) + ".in_title::integer";
  }
  return sum.empty() ? "0" : sum + ')';
}

std::string term_search::is_one_of(std::size_t set) {
  const auto& terms = sought_.sets[set].terms;
  if (terms.size() == 1) return "= " + sql_.parameter(terms.front(), "text");
  array all;
  for (const auto& each : terms) all.add(each);
  return "= ANY (" + sql_.parameter(std::move(all), "text[]") + ')';
}

rows term_search::execute(const std::string& sql) {
  return by_facts_ ? db_.execute(sql, sql_.parameters(), plans::kept)
                   : db_.execute_once(sql, sql_.parameters());
}

}  // namespace rentwave::postgres
