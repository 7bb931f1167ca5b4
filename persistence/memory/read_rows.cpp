#include "persistence/memory/read_rows.hpp"

#include <algorithm>
#include <iterator>

#include "persistence/cursor.hpp"
#include "persistence/fold.hpp"

namespace rentwave {
namespace {

constexpr char rental_list = 'R';
constexpr char wallet_list = 'w';
constexpr char review_list = 'v';

/// A page of `all`, which is in the list's order, after the cursor. `keyset_of` tells a row's place
/// and `before` compares two places.
template <class Row, class KeysetOf, class Before>
journal_result<page<Row>> cut(const std::vector<Row>& all, const page_request& wanted, char order,
                              KeysetOf keyset_of, Before before) {
  auto from = all.begin();
  if (wanted.cursor) {
    const auto last = from_cursor(*wanted.cursor, order);
    if (!last) return journal_error{journal_errc::bad_cursor, "not a cursor of this list"};
    from = std::find_if(from, all.end(),
                        [&](const Row& row) { return before(*last, keyset_of(row)); });
  }
  page<Row> found;
  const auto limit = std::clamp(wanted.limit, 1, 100);
  const auto end = all.end() - from > limit ? from + limit : all.end();
  found.items.assign(from, end);
  if (end != all.end()) found.next = to_cursor(keyset_of(found.items.back()));
  return found;
}

bool is_about(const review_row& row, listing_id advert) {
  return row.listing == advert && row.by == rental::party::renter;
}
bool is_about(const review_row& row, account_id person) {
  return row.about == person;
}

bool later_first(const keyset& a, const keyset& b) {
  return a.key != b.key ? a.key > b.key : b.id < a.id;
}

}  // namespace

journal_result<page<rental_row>> memory_rows::rentals(const rental_query& wanted) const {
  const auto place = [](const rental_row& row) {
    return keyset{rental_list, row.requested_at.time_since_epoch().count(), row.id.value};
  };
  std::vector<rental_row> found;
  for (const auto& [id, row] : rentals_) {
    const bool own = (wanted.as_renter && row.renter == wanted.account) ||
                     (wanted.as_owner && row.owner == wanted.account);
    if (own && (!wanted.status || row.status == *wanted.status)) found.push_back(row);
  }
  std::ranges::sort(found, later_first, place);
  return cut(found, wanted.page, rental_list, place, later_first);
}

journal_result<page<review_row>> memory_rows::reviews(const review_query& wanted) const {
  const auto place = [](const review_row& row) {
    return keyset{review_list, row.at.time_since_epoch().count(), row.rental.value};
  };
  std::vector<review_row> found;
  for (const auto& [key, row] : reviews_)
    if (std::visit([&](auto what) { return is_about(row, what); }, wanted.about))
      found.push_back(row);
  std::ranges::sort(found, later_first, place);
  return cut(found, wanted.page, review_list, place, later_first);
}

journal_result<page<wallet_entry>> memory_rows::wallet_entries(account_id account,
                                                               const page_request& wanted) const {
  std::vector<wallet_entry> found;
  if (const auto own = entries_.find(account); own != entries_.end())
    for (const auto& [version, entry] : own->second) found.push_back(entry);
  std::ranges::reverse(found);
  return cut(
      found, wanted, wallet_list,
      [](const wallet_entry& entry) {
        return keyset{wallet_list, entry.version, {}};
      },
      later_first);
}

std::vector<notice_row> memory_rows::notices(account_id account, std::int64_t after,
                                             int limit) const {
  std::vector<notice_row> found;
  const auto own = notices_.find(account);
  if (own == notices_.end()) return found;
  for (auto at = own->second.upper_bound(after);
       at != own->second.end() && std::ssize(found) < limit; ++at)
    found.push_back(at->second);
  return found;
}

std::vector<session_row> memory_rows::sessions(account_id account) const {
  std::vector<session_row> found;
  for (const auto& [id, owner] : sessions_)
    if (owner == account) found.push_back({id, owner});
  return found;
}

std::optional<photo> memory_rows::shown(const photo_id& id) const {
  for (const auto& [advert, photos] : photos_)
    for (const auto& [version, each] : photos)
      if (each.id == id) return each;
  return std::nullopt;
}

std::vector<overlap> memory_rows::overlapping_reservations() const {
  std::vector<reservation_row> all;
  for (const auto& [rental, row] : reservations_) all.push_back(row);
  std::ranges::sort(all, {}, [](const reservation_row& row) {
    return std::tuple{row.listing, row.when.start, row.rental};
  });
  std::vector<overlap> found;
  for (auto a = all.begin(); a != all.end(); ++a)
    for (auto b = std::next(a); b != all.end() && b->listing == a->listing; ++b)
      if (a->when.overlaps(b->when)) found.push_back({a->listing, a->rental, b->rental});
  return found;
}

}  // namespace rentwave
