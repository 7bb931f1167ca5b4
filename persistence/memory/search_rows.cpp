#include <algorithm>
#include <ranges>

#include "actors/domain/tariff.hpp"
#include "persistence/cursor.hpp"
#include "persistence/fold.hpp"
#include "persistence/memory/read_rows.hpp"

namespace rentwave {
namespace {

bool occurs(const std::string& word, bool as_prefix, const std::vector<std::string>& in) {
  return std::ranges::any_of(in, [&](const std::string& other) {
    return as_prefix ? other.starts_with(word) : other == word;
  });
}

const std::string* isbn_of(const offer& content) {
  const auto* book = std::get_if<book_details>(&content.item);
  return book ? &book->isbn : nullptr;
}

char order_of(listing_sort sort) {
  switch (sort) {
    case listing_sort::relevance:
      return 'm';
    case listing_sort::price:
      return 'p';
    case listing_sort::price_descending:
      return 'P';
    case listing_sort::times_rented:
      return 't';
    case listing_sort::rating:
      return 'r';
    case listing_sort::distance:
      return 'd';
    case listing_sort::newest:
      break;
  }
  return 'n';
}

}  // namespace

memory_rows::sought_words::sought_words(const std::string& text)
    : words(folded_words(text, max_search_words)) {
  last_is_prefix = !words.empty() && is_prefix(words_of(text, max_search_words).back());
}

std::int64_t memory_rows::sought_words::occurring(const std::vector<std::string>& in,
                                                  int most) const {
  return std::ranges::count_if(words | std::views::take(most), [&](const std::string& word) {
    return occurs(word, last_is_prefix && &word == &words.back(), in);
  });
}

bool memory_rows::fits(const listing& one, const listing_query& wanted,
                       const sought_words& sought) const {
  const auto& row = one.row;
  const auto price = price_per_day(row.content.terms.price);
  if (wanted.only_active && !row.active) return false;
  if (wanted.kind && row.content.kind() != *wanted.kind) return false;
  if (wanted.min_price && price < *wanted.min_price) return false;
  if (wanted.max_price && price > *wanted.max_price) return false;
  if (wanted.owner && row.owner != *wanted.owner) return false;
  if (wanted.min_rating_hundredths &&
      row.rating.average_hundredths() < *wanted.min_rating_hundredths)
    return false;
  if (wanted.isbn) {
    const auto* isbn = isbn_of(row.content);
    if (!isbn || *isbn != *wanted.isbn) return false;
  }
  if (row.times_rented < wanted.min_times_rented) return false;
  for (const auto& each : wanted.least)
    if (measure_of(row.content, each.what).value_or(-1) < each.count) return false;
  for (const auto& each : wanted.traits)
    if (std::ranges::find(one.traits, each) == one.traits.end()) return false;
  if (wanted.near) {
    const auto where = coordinates_of(row.content);
    if (!where || distance_m(*where, wanted.near->center) > wanted.near->radius_m) return false;
  }
  if (wanted.free && !is_free(row.id, *wanted.free)) return false;
  return sought.occurring(one.words) == std::ssize(sought.words);
}

/// A booking whose renter has the item occupies the present, too (`listing::is_free`).
bool memory_rows::is_free(listing_id id, const free_time& wanted) const {
  return std::ranges::none_of(reservations_, [&](const auto& each) {
    const auto& row = each.second;
    const bool late = row.out && wanted.when.start <= wanted.now;
    return row.listing == id && row.when.start < wanted.when.end &&
           (row.when.end > wanted.when.start || late);
  });
}

/// The list is in ascending order of this.
std::int64_t memory_rows::sort_key(const listing& one, const listing_query& wanted,
                                   listing_sort sort, const sought_words& sought) {
  const auto added = one.row.added_at.time_since_epoch().count();
  const auto price = price_per_day(one.row.content.terms.price).cents;
  switch (sort) {
    case listing_sort::relevance: {
      // One number for both: microseconds take 58 bits until the year 11104.
      constexpr int time_bits = 58;
      static_assert(title_words < 16);
      return -((sought.occurring(one.title, title_words) << time_bits) +
               std::clamp<std::int64_t>(added, 0, (std::int64_t{1} << time_bits) - 1));
    }
    case listing_sort::price:
      return price;
    case listing_sort::price_descending:
      return -price;
    case listing_sort::times_rented:
      return -one.row.times_rented;
    case listing_sort::rating:
      return -one.row.rating.rank();
    case listing_sort::distance:
      return distance_m(*coordinates_of(one.row.content), wanted.near->center);
    case listing_sort::newest:
      break;
  }
  return -added;
}

listing_row memory_rows::seen(const listing& one) const {
  auto row = one.row;
  if (const auto found = photos_.find(row.id); found != photos_.end())
    for (const auto& [version, photo] : found->second) row.photos.push_back(photo);
  return row;
}

journal_result<listing_page> memory_rows::search(const listing_query& wanted) const {
  const sought_words sought{wanted.words};
  const auto sort = effective_sort(wanted, !sought.words.empty());
  std::vector<std::pair<keyset, const listing*>> hits;
  for (const auto& [id, one] : listings_)
    if (fits(one, wanted, sought))
      hits.push_back({{order_of(sort), sort_key(one, wanted, sort, sought), id.value}, &one});
  const auto place = [](const auto& hit) { return std::pair{hit.first.key, hit.first.id}; };
  std::ranges::sort(hits, {}, place);

  listing_page found;
  const auto total = std::ssize(hits);
  found.total = std::min<std::int64_t>(total, counted_exactly);
  found.total_is_more = total > counted_exactly;
  auto from = hits.begin();
  if (wanted.page.cursor) {
    const auto last = from_cursor(*wanted.page.cursor, order_of(sort));
    if (!last) return journal_error{journal_errc::bad_cursor, "not a cursor of this list"};
    from = std::ranges::upper_bound(hits, std::pair{last->key, last->id}, {}, place);
  }
  const auto limit = std::clamp(wanted.page.limit, 1, 100);
  for (; from != hits.end() && std::ssize(found.items) < limit; ++from)
    found.items.push_back(seen(*from->second));
  if (from != hits.end()) found.next = to_cursor(std::prev(from)->first);
  return found;
}

}  // namespace rentwave
