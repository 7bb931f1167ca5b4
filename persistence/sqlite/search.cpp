#include <algorithm>
#include <limits>

#include "persistence/contradiction.hpp"
#include "persistence/cursor.hpp"
#include "persistence/json.hpp"
#include "persistence/search_text.hpp"
#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/journal.hpp"
#include "persistence/sqlite/listing_number.hpp"
#include "persistence/sqlite/search_form.hpp"

namespace rentwave::sqlite {
namespace {

constexpr money lowest{std::numeric_limits<std::int64_t>::min()};
constexpr money highest{std::numeric_limits<std::int64_t>::max()};
/// The nearest adverts are looked for this far away first, then twice as far, and so on.
constexpr std::int64_t first_ring_m = 1000;

/// For FTS5: each quoted, so that none is taken for an operator.
std::vector<std::string> phrases_of(std::string_view text) {
  std::vector<std::string> phrases;
  const auto words = words_of(text, max_search_words);
  for (const auto word : words) phrases.push_back('"' + std::string{word} + '"');
  if (!words.empty() && is_prefix(words.back())) phrases.back() += '*';
  return phrases;
}

void add_term(std::string& expression, const char* glue, const std::string& term) {
  if (!expression.empty()) expression += glue;
  expression += term;
}

class listing_search {
 public:
  listing_search(connection& db, const listing_query& wanted) : db_(db), wanted_(wanted) {
    for (const auto& each : phrases_of(wanted.words)) {
      // A blank between them: there FTS5 passes over what has no token in it, unlike after AND.
      add_term(match_, " ", each);
      in_title_.push_back("title : " + each);
    }
    // Traits have letters only, and so no quote either.
    for (const auto& each : wanted.traits) {
      add_term(match_, " AND ", "traits : \"" + each + '"');
      add_term(traits_, " AND ", "traits : \"" + each + '"');
    }
    sort_ = effective_sort(wanted, !in_title_.empty());
    form_ = form_of(wanted, sort_, !match_.empty());
  }

  journal_result<listing_page> answer() {
    std::optional<keyset> after;
    if (wanted_.page.cursor) {
      after = from_cursor(*wanted_.page.cursor, form_.start.order);
      if (!after) return journal_error{journal_errc::bad_cursor, "not a cursor of this list"};
    }
    if (contradicts_itself(wanted_)) return listing_page{};
    const auto limit = std::clamp(wanted_.page.limit, 1, 100);
    auto hits = run(form_.gather, match_, form_.start, most_counted, farthest());
    listing_page found;
    found.total = std::min<std::int64_t>(std::ssize(hits), counted_exactly);
    found.total_is_more = std::ssize(hits) > counted_exactly;
    if (!found.total_is_more)
      keep_page(hits, after, limit + 1);
    else if (after || !form_.in_order)
      hits = page_after(after.value_or(form_.start), limit + 1);
    if (std::ssize(hits) > limit) {
      hits.resize(static_cast<std::size_t>(limit));
      found.next = to_cursor(hits.back().last);
    }
    for (const auto& hit : hits) found.items.push_back(fetch(hit.number));
    return found;
  }

 private:
  struct hit {
    std::int64_t number = 0;
    keyset last;
  };
  static constexpr int most_counted = static_cast<int>(counted_exactly) + 1;

  std::int64_t farthest() const { return wanted_.near ? wanted_.near->radius_m : 0; }

  std::optional<int> least(measure what) const {
    std::optional<int> count;
    for (const auto& each : wanted_.least)
      if (each.what == what) count = std::max(count.value_or(each.count), each.count);
    return count;
  }

  template <class Tie>
  rows execute(const std::string& sql, const std::string& match, std::int64_t key, const Tie& tie,
               int limit, std::int64_t reach) {
    std::optional<std::int64_t> kind;
    if (wanted_.kind) kind = kind_code(*wanted_.kind);
    const auto near = wanted_.near.value_or(circle{});
    const auto around = box_around({near.center, reach});
    const auto free = wanted_.free.value_or(free_time{});
    return db_.passing(sql).query(
        match, kind, wanted_.min_price.value_or(lowest), wanted_.max_price.value_or(highest),
        wanted_.owner, wanted_.isbn, key, tie, around.south, around.north, around.west, around.east,
        near.center.lat, near.center.lon, reach, least(measure::seats), least(measure::boot_litres),
        least(measure::year), least(measure::guests), least(measure::beds),
        least(measure::bathrooms), wanted_.min_times_rented, free.when.start, free.when.end,
        free.now, rating_total::lowest_rank(wanted_.min_rating_hundredths.value_or(0)), limit);
  }

  std::vector<hit> run(const std::string& sql, const std::string& match, const keyset& from,
                       int limit, std::int64_t reach) {
    std::vector<hit> hits;
    if (form_.start.order == relevance_list) {
      auto found = execute(sql, match, from.key, count_in(from.id), limit, reach);
      for (std::int64_t count = 0; found.next();) {
        auto& [number, last] = hits.emplace_back();
        found.read(number, last.key, count);
        last = {relevance_list, last.key, to_tie(count)};
      }
    } else {
      auto found = execute(sql, match, from.key, from.id, limit, reach);
      while (found.next()) {
        auto& [number, last] = hits.emplace_back();
        last.order = form_.start.order;
        found.read(number, last.key, last.id);
      }
    }
    return hits;
  }

  /// Of all that there are, those of the page, sorted.
  static void keep_page(std::vector<hit>& all, const std::optional<keyset>& after, int limit) {
    if (after) std::erase_if(all, [&](const hit& each) { return !precedes(*after, each.last); });
    const auto end = all.begin() + std::min<std::ptrdiff_t>(limit, std::ssize(all));
    std::ranges::partial_sort(all, end, precedes, &hit::last);
    all.erase(end, all.end());
  }

  std::vector<hit> page_after(const keyset& from, int limit) {
    if (sort_ == listing_sort::relevance) return best_after(from, limit);
    if (sort_ != listing_sort::distance) return run(form_.page, match_, from, limit, farthest());
    for (auto reach = std::max(first_ring_m, from.key);; reach *= 2) {
      reach = std::min(reach, farthest());
      auto hits = run(form_.page, match_, from, limit, reach);
      if (std::ssize(hits) == limit || reach == farthest()) return hits;
    }
  }

  /// First the newest with most of the words in the title, then with one less, and so on, each by
  /// an expression of its own: no more is looked at than the page needs.
  std::vector<hit> best_after(keyset from, int limit) {
    const auto most = std::min<std::int64_t>(std::ssize(in_title_), title_words);
    std::vector<hit> hits;
    for (auto count = std::min(count_in(from.id), most);; --count) {
      auto match = match_;
      if (count > 0) {
        const auto titles = '(' + some_of(count, in_title_, " AND ", " OR ") + ')';
        // Of words that are all in the title need not be said that they occur.
        if (count < std::ssize(in_title_))
          match += " AND " + titles;
        else
          match = traits_.empty() ? titles : titles + " AND " + traits_;
      }
      if (count < most)
        match = '(' + match + ") NOT (" + some_of(count + 1, in_title_, " AND ", " OR ") + ')';
      const auto missing = limit - static_cast<int>(hits.size());
      for (auto& each : run(form_.page, match, from, missing, farthest())) {
        each.last.id = to_tie(count);
        hits.push_back(each);
      }
      if (count == 0 || std::ssize(hits) == limit) return hits;
      from = form_.start;
    }
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
    if (!from_json_text(content, row.content))
      throw damaged("the content of advert " + to_string(row.id));
    read_photos(row);
    return row;
  }

  void read_photos(listing_row& of) {
    auto stored =
        db_.prepared("SELECT what FROM listing_photos WHERE listing = ?1 ORDER BY version")
            .query(of.id);
    for (std::string what; stored.next();) {
      stored.read(what);
      if (!from_json_text(what, of.photos.emplace_back()))
        throw damaged("a photo of advert " + to_string(of.id));
    }
  }

  connection& db_;
  const listing_query& wanted_;
  std::string match_;
  std::string traits_;                 ///< what of `match_` is about them
  std::vector<std::string> in_title_;  ///< a term a word
  listing_sort sort_{};
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
