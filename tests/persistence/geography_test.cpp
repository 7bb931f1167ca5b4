#include "persistence/geography.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <random>

namespace rentwave {
namespace {

constexpr coordinates berlin{52.52, 13.405}, paris{48.8566, 2.3522};

TEST(Distance, is_that_of_the_great_circle) {
  // Berlin to Paris: 877.46 km on a sphere of radius 6371.0088 km (spherical law of cosines).
  EXPECT_NEAR(static_cast<double>(distance_m(berlin, paris)), 877'464, 10);
  EXPECT_EQ(distance_m(berlin, berlin), 0);
  // A degree of a meridian is 6371008.8 * pi / 180 = 111195.08 m.
  EXPECT_EQ(distance_m({0, 0}, {1, 0}), 111'195);
  EXPECT_EQ(distance_m({0, 179.5}, {0, -179.5}), 111'195) << "over the antimeridian";
  EXPECT_EQ(distance_m({89.5, 0}, {89.5, 180}), 111'195) << "over the pole";
  EXPECT_EQ(distance_m({90, 0}, {-90, 77}), farthest_m);
}

TEST(Box, is_about_as_wide_as_the_circle) {
  const auto around = box_around({berlin, 10'000});
  EXPECT_NEAR(around.north - around.south, 2 * 10 / 111.195, 1e-3);
  EXPECT_NEAR(around.east - around.west, 2 * 10 / 111.195 / 0.6085, 1e-3) << "cos 52.52 degrees";
}

TEST(Box, crosses_the_antimeridian_and_holds_the_poles) {
  const auto fiji = box_around({{-17, 179.9}, 50'000});
  EXPECT_GT(fiji.west, fiji.east);
  EXPECT_TRUE(fiji.contains({-17, -179.9}));
  EXPECT_TRUE(fiji.contains({-17, 179.8}));
  EXPECT_FALSE(fiji.contains({-17, 0}));
  const auto pole = box_around({{89.9, 10}, 50'000});
  EXPECT_TRUE(pole.contains({90, 0}));
  EXPECT_TRUE(pole.contains({89.9, -170}));
  const auto world = box_around({{0, 0}, farthest_m});
  EXPECT_TRUE(world.contains({-90, 180}));
}

TEST(Box, holds_every_place_of_the_circle) {
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::mt19937 engine{seed};
  const auto draw = [&](double from, double to) {
    return std::uniform_real_distribution{from, to}(engine);
  };
  int inside = 0;
  for (int i = 0; i < 200'000; ++i) {
    const circle near{{draw(-90, 90), draw(-180, 180)}, static_cast<std::int64_t>(draw(0, 3e6))};
    const double lat = near.center.lat + draw(-30, 30);
    const double lon = near.center.lon + draw(-60, 60);
    const coordinates place{std::min(90.0, std::max(-90.0, lat)), lon > 180    ? lon - 360
                                                                  : lon < -180 ? lon + 360
                                                                               : lon};
    if (distance_m(near.center, place) > near.radius_m) continue;
    ++inside;
    ASSERT_TRUE(box_around(near).contains(place))
        << near.radius_m << " m around " << near.center.lat << ", " << near.center.lon << ": "
        << place.lat << ", " << place.lon;
  }
  EXPECT_GT(inside, 10'000);
}

}  // namespace
}  // namespace rentwave
