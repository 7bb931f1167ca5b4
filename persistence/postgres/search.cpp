#include <algorithm>

#include "persistence/contradiction.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"
#include "persistence/postgres/search_statement.hpp"
#include "persistence/postgres/search_words.hpp"
#include "persistence/postgres/term_search.hpp"
#include "persistence/search_text.hpp"

namespace rentwave::postgres {
namespace {

constexpr std::int64_t first_ring_m = 1000;

class listing_search {
 public:
  listing_search(connection& db, const listing_query& wanted)
      : db_(db),
        wanted_(wanted),
        words_(words_query(wanted.words, wanted.traits)),
        title_words_(title_queries(wanted.words)),
        sql_(wanted, order_of(effective_sort(wanted, !title_words_.empty()))) {}

  journal_result<listing_page> answer() {
    std::optional<keyset> after;
    if (wanted_.page.cursor) {
      after = from_cursor(*wanted_.page.cursor, sql_.order.name);
      if (!after) return journal_error{journal_errc::bad_cursor, "not a cursor of this list"};
    }
    if (contradicts_itself(wanted_)) return listing_page{};
    const auto limit = std::clamp(wanted_.page.limit, 1, 100);
    std::optional<sought_terms> terms;
    // An owner's adverts, a book's and those of a place are fewer than those with a word.
    if (wanted_.only_active && !wanted_.owner && !wanted_.isbn && !wanted_.near)
      terms = find_terms(db_, wanted_);
    return terms ? by_terms(*terms, after, limit) : by_index(after, limit);
  }

 private:
  journal_result<listing_page> by_terms(const sought_terms& terms,
                                        const std::optional<keyset>& after, int limit) {
    term_search search(db_, wanted_, terms, sql_);
    auto found = search.among_few(after, limit + 1);
    if (found.total > counted_exactly)
      found.page = search.are_in_order() ? search.among_many(after, limit + 1)
                                         : among_many(after, limit + 1);
    return page_of(std::move(found), limit);
  }

  journal_result<listing_page> by_index(const std::optional<keyset>& after, int limit) {
    auto found = among_few(after, limit + 1);
    if (found.total > counted_exactly) found.page = among_many(after, limit + 1);
    return page_of(std::move(found), limit);
  }

  static listing_page page_of(few_hits all, int limit) {
    listing_page found;
    found.total = std::min(all.total, counted_exactly);
    found.total_is_more = all.total > counted_exactly;
    if (std::ssize(all.page) > limit) {
      all.page.pop_back();
      found.next = to_cursor(all.page.back().last);
    }
    for (auto& each : all.page) found.items.push_back(std::move(each.row));
    return found;
  }

  /// `by_index`: the word index may be used.
  std::string conditions(const std::string& words, bool by_index) {
    auto sql = (wanted_.only_active ? " WHERE active" : " WHERE true") + sql_.facts();
    sql += sql_.others();
    if (words.empty()) return sql;
    const auto match = "words @@ " + sql_.parameter(words, "tsquery");
    return sql + " AND " + (by_index ? match : '(' + match + ") IS TRUE");
  }

  std::string rank() {
    std::string in_title;
    for (const auto& word : title_words_)
      in_title += (in_title.empty() ? "" : " + ") +
                  ("(words @@ " + sql_.parameter(word, "tsquery") + ")::integer");
    return "((" + in_title + ")::bigint << " + std::to_string(time_bits) + ") + added_at";
  }

  /// What the list is sorted by.
  std::string key() {
    if (sql_.order.name == distance_list) return sql_.distance();
    return sql_.order.name == relevance_list ? rank() : sql_.order.key;
  }

  /// Where few adverts match they are found by what they have, counted, and sorted. Otherwise the
  /// list is walked in its order, by its index, until a page is full: matches are not far from each
  /// other. So we know which it is; the planner only has statistics, if it has.
  few_hits among_few(const std::optional<keyset>& after, int limit) {
    sql_.forget_parameters();
    const auto most = std::to_string(counted_exactly);
    std::string sql = "WITH found AS MATERIALIZED (SELECT id, " + key() + " AS key FROM listings" +
                      conditions(words_, true) + " LIMIT " + most +
                      " + 1), counted AS (SELECT count(*) AS total FROM found),"
                      " page AS (SELECT id, key FROM found, counted WHERE total <= " +
                      most;
    sql += sql_.behind("key", after) + sql_.in_order("key", limit);
    sql += ") SELECT " + sql_.columns() +
           ", key, total FROM counted LEFT JOIN (page JOIN listings USING (id)) ON true";
    auto stored = db_.execute_once(sql + sql_.in_order("key", limit), sql_.parameters());
    return sql_.few_in(std::move(stored));
  }

  std::vector<hit> among_many(const std::optional<keyset>& after, int limit) {
    if (sql_.order.name == distance_list) return nearest_after(after, limit);
    if (sql_.order.name == relevance_list) return best_after(after, limit);
    return walked(words_, after, limit);
  }

  /// What follows `after` of all that match, sorted by `key`.
  std::vector<hit> sorted(const std::string& key, const std::string& words,
                          const std::optional<keyset>& after, int limit) {
    std::string sql = "WITH found AS MATERIALIZED (SELECT id, " + key + " AS key FROM listings" +
                      conditions(words, true) + "), page AS (SELECT id, key FROM found WHERE true";
    sql += sql_.behind("key", after) + sql_.in_order("key", limit);
    sql += ") SELECT " + sql_.columns() + ", key FROM page JOIN listings USING (id)";
    return read(sql + sql_.in_order("key", limit));
  }

  /// The same without looking at all: in the order of the index of the list.
  std::vector<hit> walked(const std::string& words, const std::optional<keyset>& after, int limit) {
    sql_.forget_parameters();
    const std::string key = sql_.order.key;
    std::string sql =
        "SELECT " + sql_.columns() + ", " + key + " FROM listings" + conditions(words, false);
    sql += sql_.behind(key, after);
    return read(sql + sql_.in_order(key, limit));
  }

  /// First the newest with most of the words in the title, then with one less, and so on. Those
  /// with none are many, or others would have filled the page.
  std::vector<hit> best_after(std::optional<keyset> after, int limit) {
    sql_.order = order_of(listing_sort::newest);
    const auto most = std::ssize(title_words_);
    auto count = most;
    if (after) {
      count = std::clamp<std::int64_t>(after->key >> time_bits, 0, most);
      after->key &= time_mask;
    }
    std::vector<hit> hits;
    for (;; --count, after.reset()) {
      auto words = words_;
      if (count > 0) words += " & (" + some_of(count, title_words_, " & ", " | ") + ')';
      if (count < most) words += " & !(" + some_of(count + 1, title_words_, " & ", " | ") + ')';
      const auto missing = limit - static_cast<int>(hits.size());
      sql_.forget_parameters();
      auto more =
          count > 0 ? sorted(sql_.order.key, words, after, missing) : walked(words, after, missing);
      for (auto& each : more) {
        each.last.order = relevance_list;
        each.last.key += count << time_bits;
        hits.push_back(std::move(each));
      }
      if (count == 0 || std::ssize(hits) == limit) return hits;
    }
  }

  /// Where many are near: in rings that double until the page is full.
  std::vector<hit> nearest_after(const std::optional<keyset>& after, int limit) {
    const auto farthest = wanted_.near->radius_m;
    for (auto reach = std::max(first_ring_m, after ? after->key : 0);; reach *= 2) {
      sql_.near->radius_m = reach = std::min(reach, farthest);
      sql_.forget_parameters();
      auto hits = sorted(sql_.distance(), words_, after, limit);
      if (std::ssize(hits) == limit || reach == farthest) return hits;
    }
  }

  std::vector<hit> read(const std::string& sql) {
    return sql_.hits_in(db_.execute_once(sql, sql_.parameters()));
  }

  connection& db_;
  const listing_query& wanted_;
  std::string words_;
  std::vector<std::string> title_words_;
  search_statement sql_;
};

}  // namespace

journal_result<listing_page> postgres_journal::search(const listing_query& wanted) {
  return guarded(purpose::reading, [&]() -> journal_result<listing_page> {
    return listing_search(db_, wanted).answer();
  });
}

}  // namespace rentwave::postgres
