#include <algorithm>

#include "persistence/fold.hpp"
#include "persistence/memory/read_rows.hpp"
#include "persistence/search_text.hpp"

namespace rentwave {
namespace {

template <class T>
void change(T& value, const std::optional<T>& to) {
  if (to) value = *to;
}

}  // namespace

void memory_rows::apply(const row_change& change) {
  std::visit([this](const auto& row) { apply_one(row); }, change);
}

// --- adverts ---

void memory_rows::apply_one(const listing_row& row) {
  const auto [at, is_new] = listings_.try_emplace(row.id);
  auto& stored = at->second;
  if (is_new) stored.row = row;
  stored.row.active = row.active;
  stored.row.revision = row.revision;
  stored.row.content = row.content;
  const auto text = text_of(row.content);
  stored.title = folded_words(text.title);
  stored.words = stored.title;
  for (const auto& part : {text.details, text.description})
    std::ranges::move(folded_words(part), std::back_inserter(stored.words));
  stored.traits = traits_of(row.content);
}

void memory_rows::apply_one(const listing_removed& row) {
  listings_.erase(row.id);
  std::erase_if(reservations_, [&](const auto& each) { return each.second.listing == row.id; });
  photos_.erase(row.id);
}

void memory_rows::apply_one(const listing_deactivated& row) {
  const auto found = listings_.find(row.id);
  if (found == listings_.end()) return;
  found->second.row.active = false;
  found->second.row.revision = row.revision;
}

void memory_rows::apply_one(const listing_rented& row) {
  const auto found = listings_.find(row.id);
  if (found != listings_.end()) ++found->second.row.times_rented;
}

void memory_rows::apply_one(const listing_rated& row) {
  const auto found = listings_.find(row.id);
  if (found != listings_.end()) found->second.row.rating = row.rating;
}

void memory_rows::apply_one(const photo_row& row) {
  photos_[row.listing][row.version] = row.what;
}

void memory_rows::apply_one(const photo_row_removed& row) {
  std::erase_if(photos_[row.listing],
                [&](const auto& each) { return each.second.id == row.photo; });
}

// --- bookings ---

void memory_rows::apply_one(const reservation_row& row) {
  reservations_[row.rental] = row;
}

void memory_rows::apply_one(const reservation_handed_over& row) {
  const auto found = reservations_.find(row.rental);
  if (found != reservations_.end()) found->second.out = true;
}

void memory_rows::apply_one(const reservation_moved& row) {
  const auto found = reservations_.find(row.rental);
  if (found != reservations_.end()) found->second.when.end = row.ends_at;
}

void memory_rows::apply_one(const reservation_released& row) {
  reservations_.erase(row.rental);
}

void memory_rows::apply_one(const block_row& row) {
  const rental_id place{row.id.value};
  reservations_[place] = {row.listing, place, row.when};
}

void memory_rows::apply_one(const block_removed& row) {
  reservations_.erase(rental_id{row.id.value});
}

// --- rentals ---

void memory_rows::apply_one(const rental_row& row) {
  rentals_[row.id] = row;
}

void memory_rows::apply_one(const rental_changed& row) {
  const auto found = rentals_.find(row.id);
  if (found == rentals_.end()) return;
  auto& stored = found->second;
  if (row.owner) stored.owner = row.owner;
  change(stored.status, row.status);
  change(stored.title, row.title);
  change(stored.kind, row.kind);
  change(stored.when.end, row.ends_at);
  change(stored.rent, row.rent);
  change(stored.deposit, row.deposit);
  stored.rent += row.further_rent;
  stored.late_fees += row.further_late_fee;
}

void memory_rows::apply_one(const review_row& row) {
  reviews_[{row.rental, row.by}] = row;
}

// --- people ---

void memory_rows::apply_one(const wallet_entry& row) {
  entries_[row.account][row.version] = row;
}

void memory_rows::apply_one(const notice_row& row) {
  notices_[row.account][row.cursor] = row;
}

void memory_rows::apply_one(const notices_cleared& row) {
  notices_.erase(row.account);
}

void memory_rows::apply_one(const session_row& row) {
  sessions_[row.id] = row.account;
}

void memory_rows::apply_one(const session_ended& row) {
  sessions_.erase(row.id);
}

}  // namespace rentwave
