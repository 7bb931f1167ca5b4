// What a search asks for, out of its query (api.md, Listings). Pure.
#pragma once

#include "http/fields.hpp"
#include "persistence/read_models.hpp"

namespace rentwave::http {

/// Amenities that one search can ask for.
inline constexpr std::size_t max_wanted_amenities = 10;
/// How far `near` reaches without `radius_km`, and at most.
inline constexpr double default_radius_km = 50;
inline constexpr number_range radii_km{0.01, 20'016};
/// A search for what is free looks at no longer time, and at no more distant one.
inline constexpr duration longest_free_time = one_day * 366;

/// Errors are noted in `query`. A filter that only one kind has implies that kind, and is refused
/// beside another. `now`: domain time, from which on `free_to` alone counts.
listing_query read_search(query_reader& query, instant now);

}  // namespace rentwave::http
