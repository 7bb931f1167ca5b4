#include "http/websocket/living.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rentwave::http {
namespace {

using numbers = living<int, int>;
constexpr auto least = static_cast<int>(numbers::least);

std::shared_ptr<int> find(numbers& in, int name) {
  return in.find_or(name, [name] { return std::make_shared<int>(name); });
}

TEST(Living, are_the_same_for_as_long_as_they_are_held) {
  numbers all;
  const auto held = find(all, 1);
  EXPECT_EQ(find(all, 1), held);
  EXPECT_NE(find(all, 2), held);
  const std::weak_ptr<int> gone = find(all, 3);
  EXPECT_TRUE(gone.expired());
  EXPECT_EQ(*find(all, 3), 3);
}

TEST(Living, are_gone_through_only_when_there_are_twice_as_many) {
  numbers all;
  for (int i = 0; i < least; ++i) find(all, i);
  EXPECT_EQ(all.size(), numbers::least) << "nobody has looked which of them live";
  find(all, least);
  EXPECT_EQ(all.size(), 1U);
}

TEST(Living, leave_no_more_behind_than_lived_at_once) {
  numbers all;
  std::vector<std::shared_ptr<int>> held;
  for (int i = 0; i < 5 * least; ++i) held.push_back(find(all, i));
  for (int i = 0; i < 50 * least; ++i) find(all, 100 * least + i);
  EXPECT_GE(all.size(), held.size());
  EXPECT_LE(all.size(), 2 * held.size());
  held.clear();
  for (int i = 0; i < 50 * least; ++i) find(all, 1'000 * least + i);
  EXPECT_LE(all.size(), numbers::least);
}

}  // namespace
}  // namespace rentwave::http
