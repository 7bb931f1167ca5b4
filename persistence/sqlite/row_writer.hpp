// Writes the read models' rows, within the transaction of the events that they come from.
#pragma once

#include "persistence/read_models.hpp"
#include "persistence/sqlite/connection.hpp"

namespace rentwave::sqlite {

class row_writer {
 public:
  explicit row_writer(connection& db) : db_(db) {}

  void write(const row_change& change);
  /// Every row of every read model.
  void drop_all();
  /// All that follows from the contents of the adverts, for a migration. Throws `damaged`.
  void write_listings_again();

  /// The word index keeps what is written in memory until COMMIT, where a failure would leave the
  /// outcome unknown. This writes it now, so that it fails as any other statement.
  void flush_words();

 private:
  void write_one(const listing_row& row);
  void write_one(const listing_removed& row);
  void write_one(const listing_deactivated& row);
  void write_one(const listing_rented& row);
  void write_one(const listing_rated& row);
  void write_one(const reservation_row& row);
  void write_one(const reservation_handed_over& row);
  void write_one(const reservation_moved& row);
  void write_one(const reservation_released& row);
  void write_one(const block_row& row);
  void write_one(const block_removed& row);
  void write_one(const rental_row& row);
  void write_one(const rental_changed& row);
  void write_one(const review_row& row);
  void write_one(const wallet_entry& row);
  void write_one(const notice_row& row);
  void write_one(const session_row& row);
  void write_one(const session_ended& row);
  void write_one(const notices_cleared& row);
  void write_one(const photo_row& row);
  void write_one(const photo_row_removed& row);

  struct stored_listing;
  std::optional<stored_listing> find(listing_id id);
  void insert(const listing_row& row);
  void update(const stored_listing& old, const listing_row& row);
  void erase(const stored_listing& old);
  /// What follows from the content: words, traits, place, measures.
  void index(std::int64_t number, bool active, const offer& content);
  std::int64_t allot(instant added_at, item_kind kind);

  connection& db_;
  bool words_pending_ = false;
};

}  // namespace rentwave::sqlite
