// Pages of rentals and statements, the same for every database: which lists there are, where a page
// ended, and how it is cut.
#pragma once

#include <string>
#include <vector>

#include "persistence/cursor.hpp"
#include "persistence/journal_error.hpp"
#include "persistence/read_models.hpp"

namespace rentwave::paging {

inline constexpr char rental_list = 'R';
inline constexpr char wallet_list = 'w';
inline constexpr char review_list = 'v';

inline journal_error bad_cursor() {
  return {journal_errc::bad_cursor, "not a cursor of this list"};
}

inline keyset keyset_of(const rental_row& row) {
  return {rental_list, row.requested_at.time_since_epoch().count(), row.id.value};
}
inline keyset keyset_of(const wallet_entry& row) {
  return {wallet_list, row.version, {}};
}

/// Nobody reviews one advert or one person twice for the same rental.
inline keyset keyset_of(const review_row& row) {
  return {review_list, row.at.time_since_epoch().count(), row.rental.value};
}

/// What a page comes after, in a list whose newest is first. Errors: bad_cursor.
inline journal_result<keyset> start_of(const page_request& wanted, char list) {
  if (!wanted.cursor) return keyset{list, INT64_MAX, {}};
  const auto given = from_cursor(*wanted.cursor, list);
  if (!given) return bad_cursor();
  return *given;
}

/// Cuts a page that was read with one row more than its limit.
template <class Row>
void finish(page<Row>& page, int limit) {
  if (std::ssize(page.items) <= limit) return;
  page.items.resize(static_cast<std::size_t>(limit));
  page.next = to_cursor(keyset_of(page.items.back()));
}

}  // namespace rentwave::paging
