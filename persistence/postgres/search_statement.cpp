#include "persistence/postgres/search_statement.hpp"

#include "persistence/postgres/listings.hpp"

namespace rentwave::postgres {

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
  return {newest_list, "added_at", true};
}

std::string search_statement::facts() {
  std::string sql;
  if (wanted_.kind) sql += " AND kind = " + parameter(*wanted_.kind, "text");
  if (wanted_.min_price) sql += " AND price >= " + parameter(*wanted_.min_price, "bigint");
  if (wanted_.max_price) sql += " AND price <= " + parameter(*wanted_.max_price, "bigint");
  for (const auto& each : wanted_.least)
    sql += std::string{" AND "} + json_form::enum_name(each.what) +
           " >= " + parameter(each.count, "integer");
  return sql;
}

std::string search_statement::others() {
  std::string sql;
  if (wanted_.owner) sql += " AND owner = " + parameter(*wanted_.owner, "uuid");
  if (wanted_.min_rating_hundredths)
    sql += " AND rating_rank >= " +
           parameter(rating_total::lowest_rank(*wanted_.min_rating_hundredths), "bigint");
  if (wanted_.isbn) sql += " AND isbn = " + parameter(*wanted_.isbn, "text");
  if (wanted_.min_times_rented > 0)
    sql += " AND times_rented >= " + parameter(wanted_.min_times_rented, "bigint");
  if (near) sql += is_near();
  if (wanted_.free) sql += is_free(*wanted_.free);
  return sql;
}

std::string search_statement::is_near() {
  const auto around = box_around(*near);
  const auto west = parameter(around.west, "float8"), east = parameter(around.east, "float8");
  return " AND latitude >= " + parameter(around.south, "float8") +
         " AND latitude <= " + parameter(around.north, "float8") + " AND (longitude >= " + west +
         (around.west <= around.east ? " AND " : " OR ") + "longitude <= " + east + ") AND " +
         distance() + " <= " + parameter(near->radius_m, "bigint");
}

std::string search_statement::distance() {
  const auto& from = near->center;
  const auto lat = parameter(from.lat, "float8"), lon = parameter(from.lon, "float8");
  const auto half_sine_squared = [](const std::string& degrees) {
    return "power(sin(radians(" + degrees + ") / 2), 2)";
  };
  return "round(2 * " + parameter(earth_radius_m, "float8") + " * asin(sqrt(least(1, " +
         half_sine_squared("latitude - " + lat) + " + cos(radians(latitude)) * cos(radians(" + lat +
         ")) * " + half_sine_squared("longitude - " + lon) + "))))::bigint";
}

/// What is out occupies the present, too (`listing::is_free`).
std::string search_statement::is_free(const free_time& free) {
  const auto from = parameter(free.when.start, "bigint");
  return " AND NOT EXISTS (SELECT FROM reservations r WHERE r.listing = listings.id"
         " AND r.starts_at < " +
         parameter(free.when.end, "bigint") + " AND (r.ends_at > " + from + " OR (r.out AND " +
         from + " <= " + parameter(free.now, "bigint") + ")))";
}

std::string search_statement::behind(const std::string& key, const std::optional<keyset>& after) {
  if (!after) return {};
  return " AND (" + key + ", id) " + (order.descending ? '<' : '>') + " (" +
         parameter(after->key, "bigint") + ", " + parameter(after->id, "uuid") + ')';
}

std::string search_statement::in_order(const std::string& key, int limit) {
  const std::string direction = order.descending ? " DESC" : "";
  return " ORDER BY " + key + direction + ", id" + direction + " LIMIT " +
         parameter(limit, "bigint");
}

std::string search_statement::columns() {
  return std::string{listing_columns} + ", (" + photos_of_listing + ")";
}

hit search_statement::hit_in(const rows& stored, std::int64_t key) const {
  hit found;
  read_listing(stored, found.row);
  std::optional<std::string> photos;
  stored.read_from(listing_columns_count, photos);
  if (photos) read_photos(*photos, found.row);
  found.last = {order.name, key, found.row.id.value};
  return found;
}

std::vector<hit> search_statement::hits_in(rows stored) const {
  std::vector<hit> hits;
  for (std::int64_t key = 0; stored.next();) {
    stored.read_from(listing_columns_count + 1, key);
    hits.push_back(hit_in(stored, key));
  }
  return hits;
}

few_hits search_statement::few_in(rows stored) const {
  few_hits found;
  for (std::optional<std::int64_t> key; stored.next();) {
    stored.read_from(listing_columns_count + 1, key, found.total);
    if (key) found.page.push_back(hit_in(stored, *key));
  }
  return found;
}

}  // namespace rentwave::postgres
