#include <algorithm>
#include <limits>

#include "persistence/cursor.hpp"
#include "persistence/json.hpp"
#include "persistence/search_text.hpp"
#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/journal.hpp"
#include "persistence/sqlite/listing_number.hpp"

namespace rentwave::sqlite {
namespace {

/// The same parameters for every form of the query, whichever of them it mentions:
///   ?1 words · ?2 kind · ?3, ?4 price from, to · ?5 owner · ?6 ISBN · ?7, ?8 the cursor's key and
///   what decides between equal ones · ?9 lowest rank of a rating · ?10 limit
struct search_form {
  std::string from_where;  ///< without the cursor
  std::string number;      ///< of the advert
  std::string key;         ///< what the rows are sorted by
  std::string tie;         ///< what decides between equal keys
  std::string order;
  std::string after;  ///< what follows the cursor
  keyset start;       ///< before the first row
};

/// The number of words in the title; a cursor of this order has it where others have the id.
constexpr const char* words_in_title = "words_in_title(w.listing_words)";
constexpr char relevance_list = 'm';
constexpr std::int64_t more_than_any = max_search_words + 1;

boost::uuids::uuid to_tie(std::int64_t count) {
  boost::uuids::uuid tie{};
  tie.data[0] = static_cast<std::uint8_t>(count);
  return tie;
}
std::int64_t count_in(const boost::uuids::uuid& tie) {
  return tie.data[0];
}

constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();

listing_sort effective_sort(const listing_query& wanted, bool has_words) {
  return wanted.sort == listing_sort::relevance && !has_words ? listing_sort::newest : wanted.sort;
}

/// For FTS5: every word quoted, so that none is taken for an operator.
std::string match_expression(std::string_view text) {
  std::string expression;
  const auto words = words_of(text, max_search_words);
  for (const auto word : words) {
    expression += expression.empty() ? "\"" : " \"";
    expression += word;
    expression += '"';
  }
  if (!words.empty() && is_prefix(words.back())) expression += '*';
  return expression;
}

/// Which rows are looked at, and by which index: the planner knows no numbers, we do.
std::string listings_from_where(const listing_query& wanted, bool has_words, const char* by_sort) {
  std::string from = "FROM listings l NOT INDEXED WHERE";
  if (has_words)
    from =
        "FROM listing_words w CROSS JOIN listings l ON l.number = w.rowid >> 1"
        " WHERE w.listing_words MATCH ?1 AND";
  else if (wanted.isbn)
    from = "FROM listings l INDEXED BY listings_by_isbn WHERE";
  else if (wanted.owner)
    from = "FROM listings l INDEXED BY listings_by_owner WHERE";
  else if (wanted.only_active && by_sort)
    from = std::string{"FROM listings l INDEXED BY "} + by_sort + " WHERE";
  from += " (?2 IS NULL OR l.number & 3 = ?2) AND l.price >= ?3 AND l.price <= ?4";
  if (wanted.owner) from += " AND l.owner = ?5";
  if (wanted.min_rating_hundredths) from += " AND l.rating_rank >= ?9";
  if (wanted.isbn) from += " AND l.isbn = ?6";
  if (wanted.only_active) from += " AND l.active";
  return from;
}

/// The word index alone answers: its row says time, kind and whether the advert is active.
bool words_suffice(const listing_query& wanted, bool has_words) {
  return has_words && !wanted.owner && !wanted.isbn && !wanted.min_price && !wanted.max_price &&
         !wanted.min_rating_hundredths;
}

std::string words_from_where(const listing_query& wanted) {
  std::string from =
      "FROM listing_words w WHERE w.listing_words MATCH ?1"
      " AND (?2 IS NULL OR (w.rowid >> 1) & 3 = ?2)";
  if (wanted.only_active) from += " AND w.rowid & 1";
  return from;
}

/// `few`: so few match that sorting them is less work than looking for them in the list's order.
search_form form_of(const listing_query& wanted, bool has_words, bool few) {
  const auto listings = [&](const char* index) {
    return listings_from_where(wanted, has_words, few ? "listings_by_price" : index);
  };
  const bool only_words = words_suffice(wanted, has_words);
  const std::string number = only_words ? "w.rowid >> 1" : "l.number";
  switch (effective_sort(wanted, has_words)) {
    case listing_sort::relevance:
      return {only_words ? words_from_where(wanted) : listings(nullptr),
              number,
              number,
              words_in_title,
              "3 DESC, 2 DESC",
              std::string{"("} + words_in_title + ", " + number + ") < (?8, ?7)",
              {relevance_list, highest, to_tie(more_than_any)}};
    case listing_sort::price:
      return {listings("listings_by_price"), number,           "l.price", "l.id", "l.price, l.id",
              "(l.price, l.id) > (?7, ?8)",  {'p', lowest, {}}};
    case listing_sort::price_descending:
      return {listings("listings_by_price"),
              number,
              "l.price",
              "l.id",
              "l.price DESC, l.id DESC",
              "(l.price, l.id) < (?7, ?8)",
              {'P', highest, {}}};
    case listing_sort::times_rented:
      return {listings("listings_by_times_rented"),
              number,
              "l.times_rented",
              "l.id",
              "l.times_rented DESC, l.id DESC",
              "(l.times_rented, l.id) < (?7, ?8)",
              {'t', highest, {}}};
    case listing_sort::rating:
      return {listings("listings_by_rating"),
              number,
              "l.rating_rank",
              "l.id",
              "l.rating_rank DESC, l.id DESC",
              "(l.rating_rank, l.id) < (?7, ?8)",
              {'r', highest, {}}};
    case listing_sort::newest:
      break;
  }
  const keyset start{'n', greatest_number, {}};
  if (only_words)
    return {words_from_where(wanted), number, number, "zeroblob(16)", "w.rowid DESC",
            "w.rowid < ?7 << 1",      start};
  return {listings(nullptr), number, number, "l.id", "l.number DESC", "l.number < ?7", start};
}

class listing_search {
 public:
  listing_search(connection& db, const listing_query& wanted)
      : db_(db),
        wanted_(wanted),
        words_(match_expression(wanted.words)),
        total_(count()),
        form_(form_of(wanted, !words_.empty(), total_ <= counted_exactly)) {}

  journal_result<listing_page> answer() {
    auto from = form_.start;
    if (wanted_.page.cursor) {
      const auto given = from_cursor(*wanted_.page.cursor, form_.start.order);
      if (!given) return journal_error{journal_errc::bad_cursor, "not a cursor of this list"};
      from = *given;
    }
    listing_page found;
    const auto limit = std::clamp(wanted_.page.limit, 1, 100);
    auto hits = hits_after(from, limit + 1);
    if (std::ssize(hits) > limit) {
      hits.resize(static_cast<std::size_t>(limit));
      found.next = to_cursor(hits.back().last);
    }
    for (const auto& hit : hits) found.items.push_back(fetch(hit.number));
    found.total = std::min(total_, counted_exactly);
    found.total_is_more = total_ > counted_exactly;
    return found;
  }

 private:
  struct hit {
    std::int64_t number = 0;
    keyset last;
  };

  template <class Tie>
  rows run(const std::string& sql, std::int64_t key, const Tie& tie, int limit) {
    std::optional<std::int64_t> kind;
    if (wanted_.kind) kind = kind_code(*wanted_.kind);
    return db_.prepared(sql).query(
        words_, kind, wanted_.min_price.value_or(money{lowest}),
        wanted_.max_price.value_or(money{highest}), wanted_.owner, wanted_.isbn, key, tie,
        rating_total::lowest_rank(wanted_.min_rating_hundredths.value_or(0)), limit);
  }

  std::vector<hit> hits_after(const keyset& from, int limit) {
    const std::string sql = "SELECT " + form_.number + ", " + form_.key + ", " + form_.tie + ' ' +
                            form_.from_where + " AND " + form_.after + " ORDER BY " + form_.order +
                            " LIMIT ?10";
    std::vector<hit> hits;
    if (form_.start.order == relevance_list) {
      auto found = run(sql, from.key, count_in(from.id), limit);
      for (std::int64_t count = 0; found.next();) {
        auto& [number, last] = hits.emplace_back();
        found.read(number, last.key, count);
        last = {form_.start.order, last.key, to_tie(count)};
      }
    } else {
      auto found = run(sql, from.key, from.id, limit);
      while (found.next()) {
        auto& [number, last] = hits.emplace_back();
        last.order = form_.start.order;
        found.read(number, last.key, last.id);
      }
    }
    return hits;
  }

  std::int64_t count() {
    const bool has_words = !words_.empty();
    const std::string sql = "SELECT count(*) FROM (SELECT 1 " +
                            (words_suffice(wanted_, has_words)
                                 ? words_from_where(wanted_)
                                 : listings_from_where(wanted_, has_words, "listings_by_price")) +
                            " LIMIT ?10)";
    std::int64_t total = 0;
    auto counted = run(sql, 0, boost::uuids::uuid{}, static_cast<int>(counted_exactly + 1));
    if (counted.next()) counted.read(total);
    return total;
  }

  listing_row fetch(std::int64_t number) {
    auto stored = db_.prepared(
                         "SELECT l.id, l.owner, l.active, l.revision, l.times_rented, l.added_at,"
                         " c.content, l.rating_stars, l.rating_count"
                         " FROM listings l JOIN listing_contents c USING (number)"
                         " WHERE number = ?1")
                      .query(number);
    if (!stored.next()) throw damaged("the word index has an advert that is not there");
    listing_row row;
    std::string content;
    stored.read(row.id, row.owner, row.active, row.revision, row.times_rented, row.added_at,
                content, row.rating.stars, row.rating.count);
    const auto json = nlohmann::json::parse(content, nullptr, false);
    if (json.is_discarded() || !from_json_value(json, row.content))
      throw damaged("the content of advert " + to_string(row.id));
    return row;
  }

  connection& db_;
  const listing_query& wanted_;
  std::string words_;
  std::int64_t total_;
  search_form form_;
};

}  // namespace

journal_result<listing_page> sqlite_journal::search(const listing_query& wanted) {
  return guarded([&]() -> journal_result<listing_page> {
    transaction moment(db_, transaction::kind::read);
    return listing_search(db_, wanted).answer();
  });
}

}  // namespace rentwave::sqlite
