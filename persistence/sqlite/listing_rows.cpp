#include "actors/domain/tariff.hpp"
#include "persistence/json.hpp"
#include "persistence/json_writer.hpp"
#include "persistence/search_text.hpp"
#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/listing_number.hpp"
#include "persistence/sqlite/row_writer.hpp"

namespace rentwave::sqlite {
namespace {

std::optional<std::string> isbn_of(const offer& content) {
  if (const auto* book = std::get_if<book_details>(&content.item)) return book->isbn;
  return std::nullopt;
}

}  // namespace

/// What an update of an advert needs to know of its row.
struct row_writer::stored_listing {
  std::int64_t number = 0;
  account_id owner;
  bool active = false;
  std::int64_t times_rented = 0;
  instant added_at;
  rating_total rating;
};

std::optional<row_writer::stored_listing> row_writer::find(listing_id id) {
  auto found = db_.prepared(
                      "SELECT number, owner, active, times_rented, added_at, rating_stars,"
                      " rating_count FROM listings WHERE id = ?1")
                   .query(id);
  if (!found.next()) return std::nullopt;
  stored_listing listing;
  found.read(listing.number, listing.owner, listing.active, listing.times_rented, listing.added_at,
             listing.rating.stars, listing.rating.count);
  return listing;
}

std::int64_t row_writer::allot(instant added_at, item_kind kind) {
  auto& taken = db_.prepared(
      "SELECT max(number) FROM listings WHERE number >= ?1 AND number < ?2 AND number & 3 = ?1 & "
      "3");
  // When a microsecond is full the advert counts as added in the next one.
  for (auto first = first_number(added_at, kind);; first += slots * kinds) {
    std::optional<std::int64_t> last;
    auto answer = taken.query(first, first + slots * kinds - kind_code(kind));
    if (answer.next()) answer.read(last);
    if (!last) return first;
    if (*last + kinds < first + slots * kinds) return *last + kinds;
  }
}

void row_writer::index(std::int64_t number, bool active, const offer& content) {
  const auto place = coordinates_of(content);
  const auto lat = place ? std::optional{place->lat} : std::nullopt;
  const auto lon = place ? std::optional{place->lon} : std::nullopt;
  db_.prepared(
         "UPDATE listings SET latitude = ?2, longitude = ?3, seats = ?4, boot_litres = ?5,"
         " year = ?6, guests = ?7, beds = ?8, bathrooms = ?9 WHERE number = ?1")
      .run(number, lat, lon, measure_of(content, measure::seats),
           measure_of(content, measure::boot_litres), measure_of(content, measure::year),
           measure_of(content, measure::guests), measure_of(content, measure::beds),
           measure_of(content, measure::bathrooms));
  words_pending_ = true;
  const auto text = text_of(content);
  std::string traits;
  for (const auto& each : traits_of(content)) traits += each + ' ';
  db_.prepared(
         "INSERT INTO listing_words (rowid, title, details, description, traits)"
         " VALUES (?1, ?2, ?3, ?4, ?5)")
      .run(words_row(number, active), text.title, text.details, text.description, traits);
}

void row_writer::write_listings_again() {
  struct known {
    std::int64_t number = 0;
    bool active = false;
    std::string content;
  };
  constexpr int page = 1000;
  std::vector<known> some;
  for (std::int64_t last = INT64_MIN;; last = some.back().number) {
    some.clear();
    {
      auto stored = db_.prepared(
                           "SELECT number, active, content FROM listings JOIN listing_contents"
                           " USING (number) WHERE number > ?1 ORDER BY number LIMIT ?2")
                        .query(last, page);
      while (stored.next()) {
        auto& one = some.emplace_back();
        stored.read(one.number, one.active, one.content);
      }
    }
    for (const auto& one : some) {
      offer content;
      if (!from_json_text(one.content, content))
        throw damaged("the content of the advert with number " + std::to_string(one.number));
      index(one.number, one.active, content);
    }
    if (std::ssize(some) < page) return;
  }
}

void row_writer::insert(const listing_row& row) {
  const auto number = allot(row.added_at, row.content.kind());
  db_.prepared(
         "INSERT INTO listings (number, id, owner, active, revision, times_rented, added_at, price,"
         " isbn) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
      .run(number, row.id, row.owner, row.active, row.revision, row.times_rented, row.added_at,
           price_per_day(row.content.terms.price), isbn_of(row.content));
  db_.prepared("INSERT INTO listing_contents (number, content) VALUES (?1, ?2)")
      .run(number, to_json_text(row.content));
  index(number, row.active, row.content);
  if (row.rating.count > 0) write_one(listing_rated{row.id, row.rating});
}

void row_writer::update(const stored_listing& old, const listing_row& row) {
  db_.prepared(
         "UPDATE listings SET active = ?2, revision = ?3, price = ?4, isbn = ?5 WHERE number = ?1")
      .run(old.number, row.active, row.revision, price_per_day(row.content.terms.price),
           isbn_of(row.content));
  db_.prepared("UPDATE listing_contents SET content = ?2 WHERE number = ?1")
      .run(old.number, to_json_text(row.content));
  db_.prepared("DELETE FROM listing_words WHERE rowid = ?1").run(words_row(old.number, old.active));
  index(old.number, row.active, row.content);
}

void row_writer::erase(const stored_listing& old) {
  words_pending_ = true;
  db_.prepared("DELETE FROM listings WHERE number = ?1").run(old.number);
  db_.prepared("DELETE FROM listing_contents WHERE number = ?1").run(old.number);
  db_.prepared("DELETE FROM listing_words WHERE rowid = ?1").run(words_row(old.number, old.active));
}

void row_writer::write_one(const listing_row& row) {
  const auto old = find(row.id);
  if (!old) return insert(row);
  if ((old->number & (kinds - 1)) == kind_code(row.content.kind())) return update(*old, row);
  // The number says the kind, so another kind is another number.
  erase(*old);
  auto moved = row;
  moved.owner = old->owner;
  moved.times_rented = old->times_rented;
  moved.added_at = old->added_at;
  moved.rating = old->rating;
  insert(moved);
}

void row_writer::write_one(const listing_removed& row) {
  if (const auto old = find(row.id)) erase(*old);
  db_.prepared("DELETE FROM reservations WHERE listing = ?1").run(row.id);
  db_.prepared("DELETE FROM listing_photos WHERE listing = ?1").run(row.id);
}

void row_writer::write_one(const listing_deactivated& row) {
  const auto old = find(row.id);
  if (!old) return;
  db_.prepared("UPDATE listings SET active = 0, revision = ?2 WHERE number = ?1")
      .run(old->number, row.revision);
  if (!old->active) return;
  words_pending_ = true;
  // The row of the word index says whether the advert is active.
  db_.prepared(
         "INSERT INTO listing_words (rowid, title, details, description, traits)"
         " SELECT ?2, title, details, description, traits FROM listing_words WHERE rowid = ?1")
      .run(words_row(old->number, true), words_row(old->number, false));
  db_.prepared("DELETE FROM listing_words WHERE rowid = ?1").run(words_row(old->number, true));
}

void row_writer::write_one(const listing_rented& row) {
  db_.prepared("UPDATE listings SET times_rented = times_rented + 1 WHERE id = ?1").run(row.id);
}

void row_writer::write_one(const listing_rated& row) {
  db_.prepared(
         "UPDATE listings SET rating_stars = ?2, rating_count = ?3, rating_rank = ?4 WHERE id = ?1")
      .run(row.id, row.rating.stars, row.rating.count, row.rating.rank());
}

}  // namespace rentwave::sqlite
