// What one client may have of what all share.
#include "http/tallies.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "http/body_room.hpp"

namespace rentwave::http {
namespace {

TEST(Tallies, end_for_each_client_by_itself) {
  tallies all{10};
  auto first = all.of("a"), second = all.of("a"), other = all.of("b");
  EXPECT_TRUE(first.grow(4));
  EXPECT_TRUE(second.grow(6));
  EXPECT_FALSE(first.grow(1));
  EXPECT_TRUE(other.grow(10));
  second.shrink(2);
  EXPECT_FALSE(first.grow(3));
  EXPECT_TRUE(first.grow(2));
}

TEST(Tallies, remember_those_who_have_some) {
  tallies all{10};
  std::optional<tallies::part> moved;
  {
    auto one = all.of("a"), nothing = all.of("b");
    EXPECT_TRUE(one.grow(1));
    EXPECT_TRUE(nothing.grow(0));
    EXPECT_EQ(all.size(), 1U);
    moved = std::move(one);
  }
  EXPECT_EQ(all.size(), 1U) << "a part that was moved is still there";
  moved.reset();
  EXPECT_EQ(all.size(), 0U);
}

TEST(Tallies, of_zero_are_no_limit_and_count_nobody) {
  tallies all{0};
  auto one = all.of("a");
  EXPECT_TRUE(one.grow(1'000'000));
  one.shrink(1);
  EXPECT_EQ(all.size(), 0U);
}

TEST(Share, of_nothing_is_always_there) {
  std::atomic<std::size_t> count{11};  // somebody is finding out that there is not so much left
  share one{count, 10};
  EXPECT_TRUE(one.grow(0));
  EXPECT_FALSE(one.grow(1));
}

TEST(Body_room, of_one_client_and_of_all_end_together) {
  tallies own{10};
  std::atomic<std::size_t> count{0};
  body_room of_a{own.of("a"), {count, 15}}, of_b{own.of("b"), {count, 15}};
  EXPECT_TRUE(of_a.grow(10));
  EXPECT_FALSE(of_a.grow(1));
  EXPECT_FALSE(of_b.grow(6)) << "all have too much";
  EXPECT_TRUE(of_b.grow(5)) << "and what was refused is not counted";
  EXPECT_EQ(of_b.size(), 5U);
}

}  // namespace
}  // namespace rentwave::http
