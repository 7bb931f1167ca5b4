#include <algorithm>

#include "persistence/cursor.hpp"
#include "persistence/json.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"
#include "persistence/postgres/search_words.hpp"

namespace rentwave::postgres {
namespace {

constexpr char relevance_list = 'm';
/// How many words are in the title, then newest, as one number: microseconds take 58 bits.
constexpr int time_bits = 58;

/// How a list is sorted; its key is a column of `listings`, or the rank.
struct list_order {
  char name = 0;  ///< in cursors
  const char* key = nullptr;
  bool descending = false;
};

list_order order_of(listing_sort sort, bool has_words) {
  switch (sort) {
    case listing_sort::relevance:
      if (has_words) return {relevance_list, "rank", true};
      break;
    case listing_sort::price:
      return {'p', "price", false};
    case listing_sort::price_descending:
      return {'P', "price", true};
    case listing_sort::times_rented:
      return {'t', "times_rented", true};
    case listing_sort::rating:
      return {'r', "rating_rank", true};
    case listing_sort::newest:
      break;
  }
  return {'n', "added_at", true};
}

/// A statement that is put together for one search, with its parameters.
class listing_search {
 public:
  listing_search(connection& db, const listing_query& wanted)
      : db_(db),
        wanted_(wanted),
        words_(words_query(wanted.words)),
        title_words_(title_queries(wanted.words)),
        order_(order_of(wanted.sort, !words_.empty())) {}

  journal_result<listing_page> answer() {
    std::optional<keyset> after;
    if (wanted_.page.cursor) {
      after = from_cursor(*wanted_.page.cursor, order_.name);
      if (!after) return journal_error{journal_errc::bad_cursor, "not a cursor of this list"};
    }
    const auto total = count();
    const auto limit = std::clamp(wanted_.page.limit, 1, 100);
    listing_page found;
    found.total = std::min(total, counted_exactly);
    found.total_is_more = total > counted_exactly;
    auto stored = page_after(after, limit + 1, total <= counted_exactly);
    keyset last;
    while (stored.next()) {
      if (std::ssize(found.items) == limit) {
        found.next = to_cursor(last);
        break;
      }
      last = read(stored, found.items.emplace_back());
    }
    return found;
  }

 private:
  template <class T>
  std::string parameter(const T& value, const char* type) {
    parameters_.add(value);
    return '$' + std::to_string(parameters_.texts().size()) + "::" + type;
  }

  /// `by_index`: the word index may be used.
  std::string conditions(bool by_index) {
    std::string sql = wanted_.only_active ? " WHERE active" : " WHERE true";
    if (wanted_.kind) sql += " AND kind = " + parameter(*wanted_.kind, "text");
    if (wanted_.min_price) sql += " AND price >= " + parameter(*wanted_.min_price, "bigint");
    if (wanted_.max_price) sql += " AND price <= " + parameter(*wanted_.max_price, "bigint");
    if (wanted_.owner) sql += " AND owner = " + parameter(*wanted_.owner, "uuid");
    if (wanted_.min_rating_hundredths)
      sql += " AND rating_rank >= " +
             parameter(rating_total::lowest_rank(*wanted_.min_rating_hundredths), "bigint");
    if (wanted_.isbn) sql += " AND isbn = " + parameter(*wanted_.isbn, "text");
    if (words_.empty()) return sql;
    const auto match = "words @@ " + parameter(words_, "tsquery");
    return sql + " AND " + (by_index ? match : '(' + match + ") IS TRUE");
  }

  std::string rank() {
    std::string in_title;
    for (const auto& word : title_words_)
      in_title += (in_title.empty() ? "" : " + ") +
                  ("(words @@ " + parameter(word, "tsquery") + ")::integer");
    return "((" + in_title + ")::bigint << " + std::to_string(time_bits) + ") + added_at";
  }

  std::int64_t count() {
    parameters_ = values{};
    const std::string sql = "SELECT count(*) FROM (SELECT FROM listings" + conditions(true) +
                            " LIMIT " + std::to_string(counted_exactly + 1) + ") AS counted";
    std::int64_t total = 0;
    auto counted = db_.execute_once(sql, parameters_);
    if (counted.next()) counted.read(total);
    return total;
  }

  /// `few` adverts match: they are found by what they have, then sorted. Otherwise the list is
  /// walked in its order, by its index, until a page is full: matches are not far from each other.
  /// We know which it is, as they were counted; the planner only has statistics, if it has.
  rows page_after(const std::optional<keyset>& after, int limit, bool few) {
    parameters_ = values{};
    const bool ranked = order_.name == relevance_list;
    const std::string columns =
        std::string{
            "SELECT id, owner, active, revision, times_rented, added_at, content,"
            " rating_stars, rating_count, "} +
        order_.key + " AS key FROM ";
    std::string sql;
    if (few || ranked) {
      sql = "WITH found AS MATERIALIZED (SELECT *";
      if (ranked) sql += ", " + rank() + " AS rank";
      sql += " FROM listings" + conditions(true) + ") " + columns + "found WHERE true";
    } else {
      sql = columns + "listings" + conditions(false);
    }
    if (after) {
      sql += std::string{" AND ("} + order_.key + ", id) " + (order_.descending ? '<' : '>') + " (";
      sql += parameter(after->key, "bigint");
      sql += ", " + parameter(after->id, "uuid") + ')';
    }
    const std::string direction = order_.descending ? " DESC" : "";
    sql += std::string{" ORDER BY "} + order_.key + direction + ", id" + direction + " LIMIT " +
           parameter(limit, "bigint");
    return db_.execute_once(sql, parameters_);
  }

  keyset read(const rows& from, listing_row& row) const {
    std::string content;
    from.read(row.id, row.owner, row.active, row.revision, row.times_rented, row.added_at, content,
              row.rating.stars, row.rating.count);
    const auto json = nlohmann::json::parse(content, nullptr, false);
    if (json.is_discarded() || !from_json_value(json, row.content))
      throw damaged("the content of advert " + to_string(row.id));
    keyset last{order_.name, 0, row.id.value};
    from.read_from(9, last.key);
    return last;
  }

  connection& db_;
  const listing_query& wanted_;
  std::string words_;
  std::vector<std::string> title_words_;
  list_order order_;
  values parameters_;
};

}  // namespace

journal_result<listing_page> postgres_journal::search(const listing_query& wanted) {
  return guarded(purpose::reading, [&]() -> journal_result<listing_page> {
    return listing_search(db_, wanted).answer();
  });
}

}  // namespace rentwave::postgres
