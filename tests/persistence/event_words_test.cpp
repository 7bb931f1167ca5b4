#include "persistence/event_words.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/persistence/filled.hpp"

namespace rentwave {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(EventWords, are_those_of_all_events) {
  std::size_t count = 0;
  testing::for_each_event_of_all([&](auto, auto event) {
    using alternative = typename decltype(event)::type;
    ++count;
    EXPECT_TRUE(can_read(our_event_words(), alternative::type, 1)) << alternative::type;
    EXPECT_TRUE(is_known_event(alternative::type, 1)) << alternative::type;
  });
  EXPECT_EQ(our_event_words().size(), count);
  EXPECT_TRUE(std::ranges::is_sorted(our_event_words()));
  EXPECT_FALSE(is_known_event("rent.later", 1));
  EXPECT_FALSE(is_known_event("rent.late", 2)) << "a schema after ours";
}

TEST(EventWords, name_a_schema_when_it_is_not_the_first) {
  EXPECT_EQ(event_word("rent.late", 1), "rent.late");
  EXPECT_EQ(event_word("rent.late", 12), "rent.late/12");
  const event_words words{"rent.late/3", "rent.lost"};
  EXPECT_TRUE(can_read(words, "rent.late", 1));
  EXPECT_TRUE(can_read(words, "rent.late", 3));
  EXPECT_FALSE(can_read(words, "rent.late", 4));
  EXPECT_FALSE(can_read(words, "rent.lost", 2));
  EXPECT_FALSE(can_read(words, "rent", 1)) << "a part of a name is none";
}

TEST(EventWords, tell_what_is_written_and_not_read) {
  const event_words ours{"rent.late/2", "rent.lost", "rent.new"};
  EXPECT_THAT(unreadable(ours, ours), IsEmpty());
  EXPECT_THAT(unreadable(ours, {"rent.late", "rent.lost", "rent.other"}),
              ElementsAre("rent.late", "rent.new"));
  EXPECT_THAT(unreadable(ours, {"rent.late/3", "rent.lost", "rent.new"}), IsEmpty());
}

}  // namespace
}  // namespace rentwave
