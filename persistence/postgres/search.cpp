#include <algorithm>

#include "persistence/cursor.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"
#include "persistence/postgres/listings.hpp"
#include "persistence/postgres/search_words.hpp"
#include "persistence/search_text.hpp"

namespace rentwave::postgres {
namespace {

constexpr char relevance_list = 'm';
constexpr char distance_list = 'd';
constexpr std::int64_t first_ring_m = 1000;
/// How many words are in the title, then newest, as one number: microseconds take 58 bits.
constexpr int time_bits = 58;
constexpr std::int64_t time_mask = (std::int64_t{1} << time_bits) - 1;

/// How a list is sorted; its key is a column of `listings`, or the rank.
struct list_order {
  char name = 0;  ///< in cursors
  const char* key = nullptr;
  bool descending = false;
};

list_order order_of(listing_sort sort) {
  switch (sort) {
    case listing_sort::relevance:
      return {relevance_list, "rank", true};
    case listing_sort::price:
      return {'p', "price", false};
    case listing_sort::price_descending:
      return {'P', "price", true};
    case listing_sort::times_rented:
      return {'t', "times_rented", true};
    case listing_sort::rating:
      return {'r', "rating_rank", true};
    case listing_sort::distance:
      return {distance_list, "distance", false};
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
        near_(wanted.near),
        words_(words_query(wanted.words, wanted.traits)),
        title_words_(title_queries(wanted.words)),
        order_(order_of(effective_sort(wanted, !title_words_.empty()))) {}

  journal_result<listing_page> answer() {
    std::optional<keyset> after;
    if (wanted_.page.cursor) {
      after = from_cursor(*wanted_.page.cursor, order_.name);
      if (!after) return journal_error{journal_errc::bad_cursor, "not a cursor of this list"};
    }
    const auto limit = std::clamp(wanted_.page.limit, 1, 100);
    auto [total, hits] = among_few(after, limit + 1);
    listing_page found;
    found.total = std::min(total, counted_exactly);
    found.total_is_more = total > counted_exactly;
    if (found.total_is_more) hits = among_many(after, limit + 1);
    if (std::ssize(hits) > limit) {
      hits.pop_back();
      found.next = to_cursor(hits.back().last);
    }
    for (auto& hit : hits) found.items.push_back(std::move(hit.row));
    return found;
  }

 private:
  struct hit {
    listing_row row;
    keyset last;
  };

  template <class T>
  std::string parameter(const T& value, const char* type) {
    parameters_.add(value);
    return '$' + std::to_string(parameters_.texts().size()) + "::" + type;
  }

  /// `by_index`: the word index may be used.
  std::string conditions(const std::string& words, bool by_index) {
    std::string sql = wanted_.only_active ? " WHERE active" : " WHERE true";
    if (wanted_.kind) sql += " AND kind = " + parameter(*wanted_.kind, "text");
    if (wanted_.min_price) sql += " AND price >= " + parameter(*wanted_.min_price, "bigint");
    if (wanted_.max_price) sql += " AND price <= " + parameter(*wanted_.max_price, "bigint");
    if (wanted_.owner) sql += " AND owner = " + parameter(*wanted_.owner, "uuid");
    if (wanted_.min_rating_hundredths)
      sql += " AND rating_rank >= " +
             parameter(rating_total::lowest_rank(*wanted_.min_rating_hundredths), "bigint");
    if (wanted_.isbn) sql += " AND isbn = " + parameter(*wanted_.isbn, "text");
    if (wanted_.min_times_rented > 0)
      sql += " AND times_rented >= " + parameter(wanted_.min_times_rented, "bigint");
    for (const auto& each : wanted_.least)
      sql += std::string{" AND "} + json_form::enum_name(each.what) +
             " >= " + parameter(each.count, "integer");
    if (near_) sql += is_near(*near_);
    if (wanted_.free) sql += is_free(*wanted_.free);
    if (words.empty()) return sql;
    const auto match = "words @@ " + parameter(words, "tsquery");
    return sql + " AND " + (by_index ? match : '(' + match + ") IS TRUE");
  }

  std::string is_near(const circle& near) {
    const auto around = box_around(near);
    const auto west = parameter(around.west, "float8"), east = parameter(around.east, "float8");
    return " AND latitude >= " + parameter(around.south, "float8") +
           " AND latitude <= " + parameter(around.north, "float8") + " AND (longitude >= " + west +
           (around.west <= around.east ? " AND " : " OR ") + "longitude <= " + east + ") AND " +
           distance(near.center) + " <= " + parameter(near.radius_m, "bigint");
  }

  /// As `distance_m` has it.
  std::string distance(const coordinates& from) {
    const auto lat = parameter(from.lat, "float8"), lon = parameter(from.lon, "float8");
    const auto half_sine_squared = [](const std::string& degrees) {
      return "power(sin(radians(" + degrees + ") / 2), 2)";
    };
    return "round(2 * " + parameter(earth_radius_m, "float8") + " * asin(sqrt(least(1, " +
           half_sine_squared("latitude - " + lat) + " + cos(radians(latitude)) * cos(radians(" +
           lat + ")) * " + half_sine_squared("longitude - " + lon) + "))))::bigint";
  }

  /// What is out occupies the present, too (`listing::is_free`).
  std::string is_free(const free_time& free) {
    const auto from = parameter(free.when.start, "bigint");
    return " AND NOT EXISTS (SELECT FROM reservations r WHERE r.listing = listings.id"
           " AND r.starts_at < " +
           parameter(free.when.end, "bigint") + " AND (r.ends_at > " + from + " OR (r.out AND " +
           from + " <= " + parameter(free.now, "bigint") + ")))";
  }

  std::string rank() {
    std::string in_title;
    for (const auto& word : title_words_)
      in_title += (in_title.empty() ? "" : " + ") +
                  ("(words @@ " + parameter(word, "tsquery") + ")::integer");
    return "((" + in_title + ")::bigint << " + std::to_string(time_bits) + ") + added_at";
  }

  struct few {
    std::int64_t total = 0;  ///< at most one more than are counted
    std::vector<hit> page;   ///< if no more match
  };

  /// Where few adverts match they are found by what they have, counted, and sorted. Otherwise the
  /// list is walked in its order, by its index, until a page is full: matches are not far from each
  /// other. So we know which it is; the planner only has statistics, if it has.
  few among_few(const std::optional<keyset>& after, int limit) {
    parameters_ = values{};
    const auto most = std::to_string(counted_exactly);
    std::string sql = "WITH found AS MATERIALIZED (SELECT id, " + key() + " AS key FROM listings" +
                      conditions(words_, true) + " LIMIT " + most +
                      " + 1), counted AS (SELECT count(*) AS total FROM found),"
                      " page AS (SELECT id, key FROM found, counted WHERE total <= " +
                      most;
    sql += behind("key", after) + in_order("key", limit);
    sql += ") SELECT " + columns() +
           ", key, total FROM counted LEFT JOIN (page JOIN listings USING (id)) ON true";
    auto stored = db_.execute_once(sql + in_order("key", limit), parameters_);
    few found;
    std::optional<std::int64_t> key;
    while (stored.next()) {
      stored.read_from(listing_columns_count + 1, key, found.total);
      if (key) found.page.push_back(hit_in(stored, *key));
    }
    return found;
  }

  std::vector<hit> among_many(const std::optional<keyset>& after, int limit) {
    if (order_.name == distance_list) return nearest_after(after, limit);
    if (order_.name == relevance_list) return best_after(after, limit);
    return walked(words_, after, limit);
  }

  /// What `hit_in` reads of an advert.
  static std::string columns() {
    return std::string{listing_columns} + ", (" + photos_of_listing + ")";
  }

  /// What the list is sorted by.
  std::string key() {
    if (order_.name == distance_list) return distance(near_->center);
    return order_.name == relevance_list ? rank() : order_.key;
  }

  /// What follows `after` of all that match, sorted by `key`.
  std::vector<hit> sorted(const std::string& key, const std::string& words,
                          const std::optional<keyset>& after, int limit) {
    std::string sql = "WITH found AS MATERIALIZED (SELECT id, " + key + " AS key FROM listings" +
                      conditions(words, true) + "), page AS (SELECT id, key FROM found WHERE true";
    sql += behind("key", after) + in_order("key", limit);
    sql += ") SELECT " + columns() + ", key FROM page JOIN listings USING (id)";
    return read(sql + in_order("key", limit));
  }

  /// The same without looking at all: in the order of the index of the list.
  std::vector<hit> walked(const std::string& words, const std::optional<keyset>& after, int limit) {
    parameters_ = values{};
    const std::string key = order_.key;
    std::string sql =
        "SELECT " + columns() + ", " + key + " FROM listings" + conditions(words, false);
    sql += behind(key, after);
    return read(sql + in_order(key, limit));
  }

  /// First the newest with most of the words in the title, then with one less, and so on. Those
  /// with none are many, or others would have filled the page.
  std::vector<hit> best_after(std::optional<keyset> after, int limit) {
    order_ = order_of(listing_sort::newest);
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
      parameters_ = values{};
      auto more =
          count > 0 ? sorted(order_.key, words, after, missing) : walked(words, after, missing);
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
    const auto farthest = near_->radius_m;
    for (auto reach = std::max(first_ring_m, after ? after->key : 0);; reach *= 2) {
      near_->radius_m = reach = std::min(reach, farthest);
      parameters_ = values{};
      auto hits = sorted(distance(near_->center), words_, after, limit);
      if (std::ssize(hits) == limit || reach == farthest) return hits;
    }
  }

  std::string behind(const std::string& key, const std::optional<keyset>& after) {
    if (!after) return {};
    return " AND (" + key + ", id) " + (order_.descending ? '<' : '>') + " (" +
           parameter(after->key, "bigint") + ", " + parameter(after->id, "uuid") + ')';
  }

  std::string in_order(const std::string& key, int limit) {
    const std::string direction = order_.descending ? " DESC" : "";
    return " ORDER BY " + key + direction + ", id" + direction + " LIMIT " +
           parameter(limit, "bigint");
  }

  std::vector<hit> read(const std::string& sql) {
    std::vector<hit> hits;
    auto stored = db_.execute_once(sql, parameters_);
    std::int64_t key = 0;
    while (stored.next()) {
      stored.read_from(listing_columns_count + 1, key);
      hits.push_back(hit_in(stored, key));
    }
    return hits;
  }

  hit hit_in(const rows& stored, std::int64_t key) const {
    hit found;
    read_listing(stored, found.row);
    std::optional<std::string> photos;
    stored.read_from(listing_columns_count, photos);
    if (photos) read_photos(*photos, found.row);
    found.last = {order_.name, key, found.row.id.value};
    return found;
  }

  connection& db_;
  const listing_query& wanted_;
  std::optional<circle> near_;  ///< of the query, or a ring within it
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
