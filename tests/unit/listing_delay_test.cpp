// Knock-on lateness: whose booking begins soon is told that the item is late, once.
#include <gmock/gmock.h>

#include "tests/unit/listing_scene.hpp"

namespace rentwave::listing {
namespace {

/// A late item: with renter 1 from noon until one o'clock. The late fee falls due 15 minutes later.
struct late_scene : scene {
  late_scene() { hand_to_stranger(1, hours(0, 1)); }
  names hand_to_stranger(int n, period when) { return play(reserve{rental(n), stranger, when}); }
  names wake_up() { return play(wake{}); }
  /// Whom it tells of what, at the time of the alarm.
  names wake_when_due() {
    now = alarm(s).value();
    return wake_up();
  }
};

constexpr auto late_since = noon + 1h + 15min;

TEST(Delay, is_told_once_the_item_is_late_to_whoever_comes_soon) {
  late_scene stage;
  EXPECT_EQ(alarm(stage.s), std::nullopt) << "nobody comes";
  stage.reserve_for(2, hours(20, 21));
  EXPECT_EQ(alarm(stage.s), late_since);
  stage.now = late_since - 1us;
  EXPECT_EQ(stage.wake_up(), names{});
  EXPECT_EQ(stage.wake_when_due(), names{"listing.delay"});
  const auto& told = stage.happened<delayed>(0);
  EXPECT_EQ(told.rental, rental(2));
  EXPECT_EQ(told.renter, renter);
  EXPECT_EQ(told.owner, owner);
  EXPECT_EQ(told.when, hours(20, 21));
  EXPECT_EQ(told.by, rental(1));
  EXPECT_EQ(told.isbn, "9780306406157");
  EXPECT_EQ(told.title, "Advert");
  EXPECT_EQ(alarm(stage.s), std::nullopt);
}

TEST(Delay, is_told_a_day_before_the_start) {
  late_scene stage;
  stage.reserve_for(2, hours(40, 41));
  stage.reserve_for(3, hours(60, 61));
  EXPECT_EQ(alarm(stage.s), noon + 16h) << "a day before hour 40";
  EXPECT_EQ(stage.wake_when_due(), names{"listing.delay"});
  EXPECT_EQ(alarm(stage.s), noon + 36h);
  EXPECT_EQ(stage.wake_when_due(), names{"listing.delay"});
  EXPECT_EQ(stage.happened<delayed>(0).rental, rental(3));
}

TEST(Delay, is_told_at_once_to_who_books_a_late_item) {
  late_scene stage;
  stage.at(5);
  stage.reserve_for(2, hours(6, 7));
  EXPECT_LE(alarm(stage.s).value(), stage.now);
  EXPECT_EQ(stage.wake_up(), names{"listing.delay"});
}

TEST(Delay, is_told_to_all_that_fell_due_while_nobody_looked) {
  late_scene stage;
  stage.reserve_for(2, hours(2, 3));
  stage.reserve_for(3, hours(3, 4));
  stage.at(100);
  EXPECT_EQ(stage.wake_up(), (names{"listing.delay", "listing.delay"}));
}

TEST(Delay, is_none_when_the_item_is_back_in_time) {
  late_scene stage;
  stage.reserve_for(2, hours(2, 3));
  stage.play(release{rental(1), true});
  EXPECT_EQ(alarm(stage.s), std::nullopt);
  stage.at(2);
  EXPECT_EQ(stage.wake_up(), names{});
}

TEST(Delay, waits_for_the_end_of_an_extension) {
  late_scene stage;
  stage.reserve_for(2, hours(3, 4));
  stage.play_once(extend{rental(1), noon + 2h, 1});
  EXPECT_EQ(alarm(stage.s), noon + 2h + 15min);
}

TEST(Delay, by_another_late_renter_is_told_again) {
  late_scene stage;
  stage.reserve_for(3, hours(6, 7));
  stage.wake_when_due();
  stage.at(2);
  stage.play(release{rental(1), true});
  EXPECT_EQ(alarm(stage.s), std::nullopt);
  stage.hand_to_stranger(2, hours(2, 3));
  EXPECT_EQ(stage.wake_when_due(), names{"listing.delay"});
  EXPECT_EQ(stage.happened<delayed>(0).by, rental(2));
  EXPECT_EQ(stage.happened<delayed>(0).rental, rental(3));
}

// A return is disputed: the item is with whom it was thought back from.
TEST(Delay, is_told_anew_only_if_somebody_else_had_it_in_between) {
  late_scene stage;
  const auto dispute_first = [&] {
    stage.play(reclaim{rental(1), stranger, hours(0, 1), a_book().terms});
  };
  stage.reserve_for(3, hours(8, 9));
  stage.wake_when_due();
  stage.at(2);
  stage.play(release{rental(1), true});
  dispute_first();
  EXPECT_EQ(stage.wake_up(), names{}) << "that is what was told";
  stage.play(release{rental(1), true});
  stage.hand_to_stranger(2, hours(2, 3));
  EXPECT_EQ(stage.wake_when_due(), names{"listing.delay"});
  stage.at(5);
  stage.play(release{rental(2), true});
  dispute_first();
  EXPECT_EQ(stage.wake_up(), names{"listing.delay"}) << "what was told last is so no more";
  EXPECT_EQ(stage.happened<delayed>(0).by, rental(1));
  EXPECT_EQ(stage.wake_up(), names{});
}

TEST(Delay, is_no_news_to_who_is_late) {
  late_scene stage;
  stage.hand_to_stranger(2, hours(2, 3));
  EXPECT_EQ(alarm(stage.s), std::nullopt);
}

TEST(Delay, does_not_concern_a_booking_that_is_over_before_the_item_is_late) {
  auto content = a_book();
  content.terms.grace = 2h;
  scene stage{content};
  stage.play(reserve{rental(1), stranger, hours(0, 1)});
  stage.reserve_for(2, hours(1, 2));
  EXPECT_EQ(alarm(stage.s), std::nullopt);
}

}  // namespace
}  // namespace rentwave::listing
