// The SQL function distance_m(lat, lon, lat, lon): `distance_m` of geography.hpp. NULL where one of
// them is.
#pragma once

struct sqlite3;

namespace rentwave::sqlite {

/// Throws `error`.
void register_distance(sqlite3* connection);

}  // namespace rentwave::sqlite
