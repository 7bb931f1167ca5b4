// Adverts out of their table.
#pragma once

#include "persistence/postgres/connection.hpp"
#include "persistence/read_models.hpp"

namespace rentwave::postgres {

/// The columns of `listings` that `read_listing` takes, in its order.
inline constexpr const char* listing_columns =
    "id, owner, active, revision, times_rented, added_at, content, rating_stars, rating_count";
inline constexpr int listing_columns_count = 9;

/// Reads the row's first columns. Throws `damaged`.
void read_listing(const rows& from, listing_row& into);

/// The photos of the advert `id` of the query around it, as `read_photos` takes them; NULL: it has
/// none. Not among the columns: these are read by migrations that photos come after.
inline constexpr const char* photos_of_listing =
    "SELECT '[' || string_agg(p.what, ',' ORDER BY p.version) || ']'"
    " FROM listing_photos p WHERE p.listing = id";
/// Throws `damaged`.
void read_photos(const std::string& from, listing_row& into);

/// Writes each advert again as it is, for a migration: with all that follows from its content.
void write_listings_again(connection& on);

}  // namespace rentwave::postgres
