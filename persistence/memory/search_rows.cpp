#include <algorithm>

#include "actors/domain/tariff.hpp"
#include "persistence/cursor.hpp"
#include "persistence/fold.hpp"
#include "persistence/memory/read_rows.hpp"
#include "persistence/search_text.hpp"

namespace rentwave {
namespace {

using words = std::vector<std::string>;

bool occurs(const std::string& word, bool as_prefix, const words& in) {
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
      return 'r';
    case listing_sort::price:
      return 'p';
    case listing_sort::price_descending:
      return 'P';
    case listing_sort::times_rented:
      return 't';
    case listing_sort::newest:
      break;
  }
  return 'n';
}

}  // namespace

bool memory_rows::fits(const listing& one, const listing_query& wanted, const words& sought) {
  const auto& row = one.row;
  const auto price = price_per_day(row.content.terms.price);
  if (wanted.only_active && !row.active) return false;
  if (wanted.kind && row.content.kind() != *wanted.kind) return false;
  if (wanted.min_price && price < *wanted.min_price) return false;
  if (wanted.max_price && price > *wanted.max_price) return false;
  if (wanted.owner && row.owner != *wanted.owner) return false;
  if (wanted.isbn) {
    const auto* isbn = isbn_of(row.content);
    if (!isbn || *isbn != *wanted.isbn) return false;
  }
  return std::ranges::all_of(sought, [&](const std::string& word) {
    return occurs(word, &word == &sought.back(), one.words);
  });
}

/// The list is in ascending order of this.
std::int64_t memory_rows::sort_key(const listing& one, listing_sort sort, const words& sought) {
  const auto price = price_per_day(one.row.content.terms.price).cents;
  switch (sort) {
    case listing_sort::relevance:
      // A word in the title counts more than any elsewhere.
      return -std::ranges::count_if(sought, [&](const std::string& word) {
        return occurs(word, &word == &sought.back(), one.title);
      });
    case listing_sort::price:
      return price;
    case listing_sort::price_descending:
      return -price;
    case listing_sort::times_rented:
      return -one.row.times_rented;
    case listing_sort::newest:
      break;
  }
  return -one.row.added_at.time_since_epoch().count();
}

journal_result<listing_page> memory_rows::search(const listing_query& wanted) const {
  const auto sought = folded_words(wanted.words, max_search_words);
  const auto sort =
      wanted.sort == listing_sort::relevance && sought.empty() ? listing_sort::newest : wanted.sort;
  std::vector<std::pair<keyset, const listing*>> hits;
  for (const auto& [id, one] : listings_)
    if (fits(one, wanted, sought))
      hits.push_back({{order_of(sort), sort_key(one, sort, sought), id.value}, &one});
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
    found.items.push_back(from->second->row);
  if (from != hits.end()) found.next = to_cursor(std::prev(from)->first);
  return found;
}

}  // namespace rentwave
