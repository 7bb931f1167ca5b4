#include "persistence/postgres/listings.hpp"

#include "persistence/json.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/row_json.hpp"

namespace rentwave::postgres {

void read_listing(const rows& from, listing_row& into) {
  std::string content;
  from.read(into.id, into.owner, into.active, into.revision, into.times_rented, into.added_at,
            content, into.rating.stars, into.rating.count);
  if (!from_json_text(content, into.content))
    throw damaged("the content of advert " + to_string(into.id));
}

void read_photos(const std::string& from, listing_row& into) {
  if (!from_json_text(from, into.photos))
    throw damaged("the photos of advert " + to_string(into.id));
}

void write_listings_again(connection& on) {
  constexpr int page = 500;
  const std::string next = std::string{"SELECT "} + listing_columns +
                           " FROM listings WHERE id > $1 ORDER BY id LIMIT $2";
  listing_id last;
  for (int count = page; count == page;) {
    count = 0;
    std::string changes = "[";
    auto stored = on.query(next, last, page);
    for (listing_row row; stored.next(); last = row.id) {
      row = {};
      read_listing(stored, row);
      if (count++ > 0) changes += ',';
      append_row_json(changes, row);
    }
    changes += ']';
    on.query("SELECT write_row(r) FROM jsonb_array_elements($1::jsonb) AS r", changes);
  }
}

}  // namespace rentwave::postgres
