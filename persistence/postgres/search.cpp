#include <algorithm>

#include "persistence/cursor.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"
#include "persistence/postgres/listings.hpp"
#include "persistence/postgres/search_words.hpp"

namespace rentwave::postgres {
namespace {

constexpr char relevance_list = 'm';
constexpr char distance_list = 'd';
constexpr std::int64_t first_ring_m = 1000;
/// How many words are in the title, then newest, as one number: microseconds take 58 bits.
constexpr int time_bits = 58;

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
    const auto total = count();
    const auto limit = std::clamp(wanted_.page.limit, 1, 100);
    listing_page found;
    found.total = std::min(total, counted_exactly);
    found.total_is_more = total > counted_exactly;
    auto hits = found.total_is_more && order_.name == distance_list
                    ? nearest_after(after, limit + 1)
                    : page_after(after, limit + 1, !found.total_is_more);
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
    if (wanted_.min_times_rented > 0)
      sql += " AND times_rented >= " + parameter(wanted_.min_times_rented, "bigint");
    for (const auto& each : wanted_.least)
      sql += std::string{" AND "} + json_form::enum_name(each.what) +
             " >= " + parameter(each.count, "integer");
    if (near_) sql += is_near(*near_);
    if (wanted_.free) sql += is_free(*wanted_.free);
    if (words_.empty()) return sql;
    const auto match = "words @@ " + parameter(words_, "tsquery");
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
  std::vector<hit> page_after(const std::optional<keyset>& after, int limit, bool few) {
    parameters_ = values{};
    const bool ranked = order_.name == relevance_list;
    const bool by_distance = order_.name == distance_list;
    const std::string columns = std::string{"SELECT "} + listing_columns + ", " + order_.key +
                                " AS key, (" + photos_of_listing + ") AS photos FROM ";
    std::string sql;
    if (few || ranked || by_distance) {
      sql = "WITH found AS MATERIALIZED (SELECT *";
      if (ranked) sql += ", " + rank() + " AS rank";
      if (by_distance) sql += ", " + distance(near_->center) + " AS distance";
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
    std::vector<hit> hits;
    auto stored = db_.execute_once(sql, parameters_);
    while (stored.next()) {
      auto& [row, last] = hits.emplace_back();
      read_listing(stored, row);
      last = {order_.name, 0, row.id.value};
      std::optional<std::string> photos;
      stored.read_from(listing_columns_count, last.key, photos);
      if (photos) read_photos(*photos, row);
    }
    return hits;
  }

  /// Where many are near: in rings that double until the page is full.
  std::vector<hit> nearest_after(const std::optional<keyset>& after, int limit) {
    const auto farthest = near_->radius_m;
    for (auto reach = std::max(first_ring_m, after ? after->key : 0);; reach *= 2) {
      near_->radius_m = std::min(reach, farthest);
      auto hits = page_after(after, limit, true);
      if (std::ssize(hits) == limit || near_->radius_m == farthest) return hits;
    }
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
