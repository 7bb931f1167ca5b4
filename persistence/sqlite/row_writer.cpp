#include "persistence/sqlite/row_writer.hpp"

namespace rentwave::sqlite {

void row_writer::write(const row_change& change) {
  std::visit([this](const auto& row) { write_one(row); }, change);
}

void row_writer::drop_all() {
  for (const auto* table :
       {"listings", "listing_contents", "listing_words", "reservations", "rentals",
        "wallet_entries", "notices", "sessions", "reviews", "listing_photos"})
    db_.prepared(std::string{"DELETE FROM "} + table).run();
  words_pending_ = true;
  flush_words();
}

void row_writer::flush_words() {
  if (!words_pending_) return;
  words_pending_ = false;
  // FTS5 writes what it has whenever a savepoint begins.
  db_.prepared("SAVEPOINT words").run();
  db_.prepared("RELEASE words").run();
}

// --- bookings ---

void row_writer::write_one(const reservation_row& row) {
  db_.prepared(
         "INSERT INTO reservations (rental, listing, starts_at, ends_at, out)"
         " VALUES (?1, ?2, ?3, ?4, ?5)"
         " ON CONFLICT (rental) DO UPDATE SET listing = ?2, starts_at = ?3, ends_at = ?4, out = ?5")
      .run(row.rental, row.listing, row.when.start, row.when.end, row.out);
}

void row_writer::write_one(const reservation_handed_over& row) {
  db_.prepared("UPDATE reservations SET out = 1 WHERE rental = ?1").run(row.rental);
}

void row_writer::write_one(const reservation_moved& row) {
  db_.prepared("UPDATE reservations SET ends_at = ?2 WHERE rental = ?1")
      .run(row.rental, row.ends_at);
}

void row_writer::write_one(const reservation_released& row) {
  db_.prepared("DELETE FROM reservations WHERE rental = ?1").run(row.rental);
}

void row_writer::write_one(const block_row& row) {
  write_one(reservation_row{row.listing, rental_id{row.id.value}, row.when});
}

void row_writer::write_one(const block_removed& row) {
  write_one(reservation_released{rental_id{row.id.value}});
}

// --- rentals ---

void row_writer::write_one(const rental_row& row) {
  db_.prepared(
         "INSERT INTO rentals (id, listing, renter, owner, title, kind, status, starts_at, ends_at,"
         " rent, deposit, late_fees, requested_at)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
         " ON CONFLICT (id) DO UPDATE SET listing = ?2, renter = ?3, owner = ?4, title = ?5,"
         " kind = ?6, status = ?7, starts_at = ?8, ends_at = ?9, rent = ?10, deposit = ?11,"
         " late_fees = ?12, requested_at = ?13")
      .run(row.id, row.listing, row.renter, row.owner, row.title, row.kind, row.status,
           row.when.start, row.when.end, row.rent, row.deposit, row.late_fees, row.requested_at);
}

void row_writer::write_one(const rental_changed& row) {
  db_.prepared(
         "UPDATE rentals SET status = coalesce(?2, status), owner = coalesce(?3, owner),"
         " title = coalesce(?4, title), kind = coalesce(?5, kind),"
         " ends_at = coalesce(?6, ends_at), rent = coalesce(?7, rent) + ?9,"
         " deposit = coalesce(?8, deposit), late_fees = late_fees + ?10 WHERE id = ?1")
      .run(row.id, row.status, row.owner, row.title, row.kind, row.ends_at, row.rent, row.deposit,
           row.further_rent, row.further_late_fee);
}

void row_writer::write_one(const review_row& row) {
  db_.prepared(
         "INSERT INTO reviews (rental, side, author, about, listing, rating, text, time)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
         " ON CONFLICT (rental, side) DO UPDATE SET author = ?3, about = ?4, listing = ?5,"
         " rating = ?6, text = ?7, time = ?8")
      .run(row.rental, row.by, row.author, row.about, row.listing, row.rating, row.text, row.at);
}

// --- people ---

void row_writer::write_one(const wallet_entry& row) {
  db_.prepared(
         "INSERT INTO wallet_entries (account, version, type, amount, balance, rental, time)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
         " ON CONFLICT (account, version) DO UPDATE SET type = ?3, amount = ?4, balance = ?5,"
         " rental = ?6, time = ?7")
      .run(row.account, row.version, row.type, row.amount, row.balance, row.rental, row.time);
}

void row_writer::write_one(const notice_row& row) {
  const auto& what = row.what;
  db_.prepared(
         "INSERT INTO notices (account, cursor, type, time, text, listing, rental, isbn,"
         " alternatives) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
         " ON CONFLICT (account, cursor) DO UPDATE SET type = ?3, time = ?4, text = ?5,"
         " listing = ?6, rental = ?7, isbn = ?8, alternatives = ?9")
      .run(row.account, row.cursor, what.type, what.time, what.text, what.listing, what.rental,
           what.isbn, what.alternatives);
}

void row_writer::write_one(const notices_cleared& row) {
  db_.prepared("DELETE FROM notices WHERE account = ?1").run(row.account);
}

void row_writer::write_one(const session_row& row) {
  db_.prepared(
         "INSERT INTO sessions (id, account) VALUES (?1, ?2)"
         " ON CONFLICT (id) DO UPDATE SET account = ?2")
      .run(row.id, row.account);
}

void row_writer::write_one(const session_ended& row) {
  db_.prepared("DELETE FROM sessions WHERE id = ?1").run(row.id);
}

}  // namespace rentwave::sqlite
