// Places on the globe: distances along great circles, and boxes of latitude and longitude that hold
// everything near a point, for an index to find it in. Pure.
#pragma once

#include <cstdint>

namespace rentwave {

/// The mean radius of the Earth (IUGG); the ellipsoid differs from this sphere by 0.6 % at most.
inline constexpr double earth_radius_m = 6'371'008.8;
/// No two places are farther apart.
inline constexpr std::int64_t farthest_m = 20'015'114;

/// Degrees: latitude -90 to 90, longitude -180 to 180.
struct coordinates {
  double lat = 0;
  double lon = 0;
};

/// Everything that is not farther away than that.
struct circle {
  coordinates center;
  std::int64_t radius_m = 0;
};

/// Of latitudes and longitudes, ends included. Across the antimeridian `west` is greater than
/// `east`.
struct box {
  double south = 0;
  double north = 0;
  double west = 0;
  double east = 0;

  bool contains(const coordinates& place) const;
};

/// In whole metres, by the haversine formula.
std::int64_t distance_m(const coordinates& a, const coordinates& b);

/// A box that holds the whole circle, and not much more. Around a pole it has all longitudes.
box box_around(const circle& near);

}  // namespace rentwave
