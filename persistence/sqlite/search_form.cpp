#include "persistence/sqlite/search_form.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <limits>
#include <tuple>

#include "persistence/search_text.hpp"
#include "persistence/sqlite/listing_number.hpp"

namespace rentwave::sqlite {
namespace {

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
constexpr const char* words_in_title = "words_in_title(w.listing_words)";
constexpr const char* distance = "distance_m(l.latitude, l.longitude, ?13, ?14)";

/// How a list is sorted. `index` is null where the number is the order.
struct list_order {
  std::string key;
  std::string tie;
  std::string order;
  std::string after;  ///< what follows the cursor
  const char* index;
  keyset start;
};

/// `by_words`: the word index is gone through, in the order of its rows if by number.
list_order order_of(listing_sort sort, bool by_words) {
  switch (sort) {
    case listing_sort::price:
      return {"l.price", "l.id",           "l.price, l.id", "(l.price, l.id) > (?7, ?8)",
              "price",   {'p', lowest, {}}};
    case listing_sort::price_descending:
      return {"l.price",
              "l.id",
              "l.price DESC, l.id DESC",
              "(l.price, l.id) < (?7, ?8)",
              "price",
              {'P', highest, {}}};
    case listing_sort::times_rented:
      return {"l.times_rented",
              "l.id",
              "l.times_rented DESC, l.id DESC",
              "(l.times_rented, l.id) < (?7, ?8)",
              "times_rented",
              {'t', highest, {}}};
    case listing_sort::rating:
      return {"l.rating_rank",
              "l.id",
              "l.rating_rank DESC, l.id DESC",
              "(l.rating_rank, l.id) < (?7, ?8)",
              "rating",
              {'r', highest, {}}};
    case listing_sort::distance:
      return {distance, "l.id",
              "2, 3",   std::string{"("} + distance + ", l.id) > (?7, ?8)",
              "place",  {'d', lowest, {}}};
    case listing_sort::relevance:
    case listing_sort::newest:
      break;
  }
  const bool ranked = sort == listing_sort::relevance;
  const auto name = ranked ? relevance_list : 'n';
  const char* tie = ranked ? words_in_title : "zeroblob(16)";
  const keyset start{name, greatest_number, to_tie(title_words)};
  if (by_words) return {"w.rowid >> 1", tie, "w.rowid DESC", "w.rowid < ?7 << 1", {}, start};
  return {"l.number", tie, "l.number DESC", "l.number < ?7", nullptr, start};
}

std::string name_of(measure what) {
  return boost::describe::enum_to_string(what, "");
}

/// The index that is likely to find the least, where no index of `listings_from` is better; empty:
/// none is of use.
std::string most_selective(const listing_query& wanted) {
  if (wanted.near) return "place";
  if (!wanted.least.empty()) return name_of(wanted.least.front().what);
  if (wanted.min_rating_hundredths) return "rating";
  if (wanted.min_times_rented > 0) return "times_rented";
  if (wanted.min_price || wanted.max_price) return "price";
  return {};
}

/// The row of the word index says kind and whether the advert is active.
std::string words_conditions(const listing_query& wanted) {
  std::string sql = " w.listing_words MATCH ?1 AND (?2 IS NULL OR (w.rowid >> 1) & 3 = ?2)";
  if (wanted.only_active) sql += " AND w.rowid & 1";
  return sql;
}

std::string conditions(const listing_query& wanted) {
  std::string sql = " l.price >= ?3 AND l.price <= ?4";
  if (wanted.owner) sql += " AND l.owner = ?5";
  if (wanted.isbn) sql += " AND l.isbn = ?6";
  if (wanted.min_times_rented > 0) sql += " AND l.times_rented >= ?22";
  if (wanted.min_rating_hundredths) sql += " AND l.rating_rank >= ?26";
  if (!wanted.least.empty()) {
    // The first may be what the index is for; the others stand in one form, to have few texts.
    const auto first = wanted.least.front().what;
    sql += " AND l." + name_of(first) + " >= ?" + std::to_string(16 + static_cast<int>(first));
  }
  if (wanted.least.size() > 1)
    sql +=
        " AND (?16 IS NULL OR l.seats >= ?16) AND (?17 IS NULL OR l.boot_litres >= ?17)"
        " AND (?18 IS NULL OR l.year >= ?18) AND (?19 IS NULL OR l.guests >= ?19)"
        " AND (?20 IS NULL OR l.beds >= ?20) AND (?21 IS NULL OR l.bathrooms >= ?21)";
  if (wanted.near)
    sql +=
        std::string{
            " AND l.latitude >= ?9 AND l.latitude <= ?10"
            " AND CASE WHEN ?11 <= ?12 THEN l.longitude >= ?11 AND l.longitude <= ?12"
            " ELSE l.longitude >= ?11 OR l.longitude <= ?12 END AND "} +
        distance + " <= ?15";
  // What is out occupies the present, too (`listing::is_free`).
  if (wanted.free)
    sql +=
        " AND NOT EXISTS (SELECT 1 FROM reservations r WHERE r.listing = l.id"
        " AND r.starts_at < ?24 AND (r.ends_at > ?23 OR (r.out AND ?23 <= ?25)))";
  return sql;
}

std::string listings_from(const listing_query& wanted, bool by_words, const std::string& index) {
  if (by_words)
    return "FROM listing_words w CROSS JOIN listings l ON l.number = w.rowid >> 1 WHERE" +
           words_conditions(wanted) + " AND" + conditions(wanted);
  std::string from = "FROM listings l NOT INDEXED WHERE";
  if (wanted.isbn)
    from = "FROM listings l INDEXED BY listings_by_isbn WHERE";
  else if (wanted.owner)
    from = "FROM listings l INDEXED BY listings_by_owner WHERE";
  else if (wanted.only_active && !index.empty())
    from = "FROM listings l INDEXED BY listings_by_" + index + " WHERE";
  if (wanted.only_active) from += " l.active AND";
  return from + " (?2 IS NULL OR l.number & 3 = ?2) AND" + conditions(wanted);
}

/// The word index alone answers: its row says time, kind, traits and whether the advert is active.
bool words_suffice(const listing_query& wanted) {
  return !wanted.owner && !wanted.isbn && !wanted.min_price && !wanted.max_price &&
         wanted.least.empty() && wanted.min_times_rented == 0 && !wanted.min_rating_hundredths &&
         !wanted.near && !wanted.free;
}

bool is_by_number(listing_sort sort) {
  return sort == listing_sort::newest || sort == listing_sort::relevance;
}

}  // namespace

boost::uuids::uuid to_tie(std::int64_t count) {
  boost::uuids::uuid tie{};
  tie.data[0] = static_cast<std::uint8_t>(count);
  return tie;
}

std::int64_t count_in(const boost::uuids::uuid& tie) {
  return tie.data[0];
}

bool precedes(const keyset& a, const keyset& b) {
  switch (a.order) {
    case relevance_list:
      return std::pair{count_in(a.id), a.key} > std::pair{count_in(b.id), b.key};
    case 'p':
    case 'd':
      return std::tie(a.key, a.id) < std::tie(b.key, b.id);
    default:
      return std::tie(a.key, a.id) > std::tie(b.key, b.id);
  }
}

search_form form_of(const listing_query& wanted, listing_sort sort, bool by_words) {
  const bool only_words = by_words && words_suffice(wanted) && is_by_number(sort);
  const auto list = order_of(sort, by_words);
  const std::string number = by_words ? "w.rowid >> 1" : "l.number";
  const auto from = [&](const std::string& index) {
    return "SELECT " + number + ", " + list.key + ", " + list.tie + ' ' +
           (only_words ? "FROM listing_words w WHERE" + words_conditions(wanted)
                       : listings_from(wanted, by_words, index));
  };
  const auto selective = most_selective(wanted);
  const bool is_scan = !by_words && !wanted.isbn && !wanted.owner && selective.empty();

  search_form form;
  form.start = list.start;
  form.gather = from(selective);
  // The word index, and the rows themselves, can be gone through newest first.
  form.in_order = sort == listing_sort::newest && (by_words || is_scan);
  if (form.in_order) form.gather += by_words ? " ORDER BY w.rowid DESC" : " ORDER BY l.number DESC";
  form.gather += " LIMIT ?27";
  form.page = from(list.index ? list.index : "") + " AND " + list.after + " ORDER BY " +
              list.order + " LIMIT ?27";
  return form;
}

}  // namespace rentwave::sqlite
