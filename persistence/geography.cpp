#include "persistence/geography.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rentwave {
namespace {

constexpr double one_degree = std::numbers::pi / 180;

/// The square of the haversine's half chord.
double half_sine_squared(double degrees) {
  const double sine = std::sin(degrees * one_degree / 2);
  return sine * sine;
}

}  // namespace

bool box::contains(const coordinates& place) const {
  if (place.lat < south || place.lat > north) return false;
  if (west <= east) return west <= place.lon && place.lon <= east;
  return place.lon >= west || place.lon <= east;
}

std::int64_t distance_m(const coordinates& a, const coordinates& b) {
  const double chord = half_sine_squared(b.lat - a.lat) + std::cos(a.lat * one_degree) *
                                                              std::cos(b.lat * one_degree) *
                                                              half_sine_squared(b.lon - a.lon);
  return std::llround(2 * earth_radius_m * std::asin(std::sqrt(std::min(1.0, chord))));
}

box box_around(const circle& near) {
  // A metre more, because distances are rounded.
  const double angle = (static_cast<double>(near.radius_m) + 1) / earth_radius_m;
  const double lat = near.center.lat;
  box found{std::max(-90.0, lat - angle / one_degree), std::min(90.0, lat + angle / one_degree),
            -180, 180};
  // Where the circle touches its easternmost meridian, which is not at the centre's latitude.
  const double reach = std::sin(std::min(angle, std::numbers::pi / 2)) / std::cos(lat * one_degree);
  if (found.south <= -90 || found.north >= 90 || reach >= 1) return found;
  const double width = std::asin(reach) / one_degree;
  found.west = near.center.lon - width;
  found.east = near.center.lon + width;
  if (found.west < -180) found.west += 360;
  if (found.east > 180) found.east -= 360;
  return found;
}

}  // namespace rentwave
