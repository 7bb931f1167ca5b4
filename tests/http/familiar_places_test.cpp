#include "http/familiar_places.hpp"

#include <gtest/gtest.h>

namespace rentwave::http {
namespace {

using namespace std::chrono_literals;
const familiar_places::clock::time_point start{};

TEST(FamiliarPlaces, are_those_of_a_name_s_logins_for_a_month) {
  familiar_places places;
  places.note("ada", "192.0.2.1", start);
  EXPECT_TRUE(places.has("ada", "192.0.2.1", start + 29 * 24h));
  EXPECT_FALSE(places.has("ada", "192.0.2.1", start + 30 * 24h));
  EXPECT_FALSE(places.has("ada", "192.0.2.2", start));
  EXPECT_FALSE(places.has("bob", "192.0.2.1", start));
  places.note("ada", "192.0.2.1", start + 29 * 24h);
  EXPECT_TRUE(places.has("ada", "192.0.2.1", start + 58 * 24h));
}

TEST(FamiliarPlaces, are_the_last_four) {
  familiar_places places;
  for (const auto* place : {"a", "b", "c", "d", "a", "e"}) places.note("ada", place, start);
  EXPECT_FALSE(places.has("ada", "b", start)) << "of the others somebody came later";
  for (const auto* place : {"a", "c", "d", "e"}) EXPECT_TRUE(places.has("ada", place, start));
}

TEST(FamiliarPlaces, are_forgotten_for_names_that_came_later) {
  familiar_places places{3};
  for (const auto* name : {"ada", "bob", "cyd", "ada", "dan"}) places.note(name, "a", start);
  EXPECT_EQ(places.size(), 3U);
  EXPECT_FALSE(places.has("bob", "a", start));
  for (const auto* name : {"ada", "cyd", "dan"}) EXPECT_TRUE(places.has(name, "a", start));
}

}  // namespace
}  // namespace rentwave::http
