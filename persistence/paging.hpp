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

inline journal_error bad_cursor() {
  return {journal_errc::bad_cursor, "not a cursor of this list"};
}

inline keyset keyset_of(const rental_row& row) {
  return {rental_list, row.requested_at.time_since_epoch().count(), row.id.value};
}
inline keyset keyset_of(const wallet_entry& row) {
  return {wallet_list, row.version, {}};
}

/// Cuts a page that was read with one row more than its limit.
template <class Row>
void finish(page<Row>& page, int limit) {
  if (std::ssize(page.items) <= limit) return;
  page.items.resize(static_cast<std::size_t>(limit));
  page.next = to_cursor(keyset_of(page.items.back()));
}

}  // namespace rentwave::paging
