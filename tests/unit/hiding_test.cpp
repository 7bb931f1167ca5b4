// Adverts that an administrator hides, or that go with their owner.
#include <gtest/gtest.h>

#include "tests/unit/listing_scene.hpp"

namespace rentwave::listing {
namespace {

const auto admin = numbered<account_id>(9);

hide by_admin(std::string reason = "spam") {
  return {hider::administrator, 0, std::move(reason), false};
}
hide by_account(int order, bool if_free = false) {
  return {hider::account, order, {}, if_free};
}

TEST(Hiding, takes_an_advert_off_the_market_and_keeps_its_bookings) {
  scene stage;
  stage.reserve_for(1, hours(1, 2));
  EXPECT_EQ(stage.play(by_admin(), admin), names{"listing.hide"});
  EXPECT_EQ(stage.happened<hidden>(0).owner, owner);
  EXPECT_TRUE(stage.has(1));
  EXPECT_EQ(stage.code(reserve{rental(2), renter, hours(3, 4)}), "listing_inactive");
  EXPECT_EQ(stage.play(by_admin("forbidden"), admin), names{"listing.hide"}) << "another reason";
  EXPECT_EQ(stage.s.hidden_why, "forbidden");
  EXPECT_EQ(stage.play(show{}, admin), names{"listing.show"});
  EXPECT_TRUE(stage.happened<shown>(0).offered);
  EXPECT_EQ(stage.s.revision, 1) << "the content has not changed";
  EXPECT_EQ(stage.code(reserve{rental(2), renter, hours(3, 4)}), "");
}

TEST(Hiding, is_not_undone_by_the_owner_who_may_edit) {
  scene stage;
  stage.play(by_admin(), admin);
  EXPECT_EQ(stage.code(update{{}, {}, true}, owner), "listing_hidden");
  EXPECT_EQ(stage.code(show{}, {}), "not_owner") << "nobody asked";
  offer changed = a_book();
  changed.title = "Another title";
  EXPECT_EQ(stage.play(update{{}, changed, {}}, owner), names{"book.update"});
  EXPECT_TRUE(stage.happened<updated<item_kind::book>>(0).hidden);
  stage.play(update{{}, {}, false}, owner);
  EXPECT_EQ(stage.play(show{}, admin), names{"listing.show"});
  EXPECT_FALSE(stage.happened<shown>(0).offered) << "switched off meanwhile";
}

TEST(Hiding, has_two_reasons_that_do_not_undo_each_other) {
  scene stage;
  stage.play(by_admin(), admin);
  stage.play(by_account(1));
  EXPECT_EQ(stage.play(show{hider::account, 2}), names{"listing.show"});
  EXPECT_FALSE(stage.happened<shown>(0).offered);
  EXPECT_TRUE(stage.s.is_hidden());
  stage.play(show{}, admin);
  EXPECT_FALSE(stage.s.is_hidden());
}

TEST(Hiding, by_the_account_obeys_the_newest_order_whichever_comes_first) {
  scene stage;
  EXPECT_EQ(stage.code(by_account(1), owner), "not_owner") << "no person";
  EXPECT_EQ(stage.play(show{hider::account, 2}), names{"listing.show"});
  EXPECT_EQ(stage.play(by_account(1)), names{});
  EXPECT_FALSE(stage.s.is_hidden());
  EXPECT_EQ(stage.play(by_account(3)), names{"listing.hide"});
  EXPECT_EQ(stage.play(show{hider::account, 2}), names{});
  EXPECT_TRUE(stage.s.is_hidden());
}

TEST(Hiding, of_who_wants_to_leave_needs_an_empty_calendar) {
  scene stage;
  stage.reserve_for(1, hours(1, 2));
  EXPECT_EQ(stage.code(by_account(1, true)), "listing_in_use");
  EXPECT_EQ(stage.code(by_account(1, false)), "");
  stage.play(release{rental(1), false});
  EXPECT_EQ(stage.play(by_account(1, true)), names{"listing.hide"});
}

TEST(Hiding, ends_with_the_advert_when_its_owner_has_left) {
  scene stage;
  EXPECT_EQ(stage.code(retire{1}, owner), "not_owner") << "no person";
  EXPECT_EQ(stage.play(retire{1}), names{"listing.remove"});
  EXPECT_EQ(stage.code(by_admin(), admin), "unknown_entity");

  scene booked;
  booked.reserve_for(1, hours(1, 2));
  EXPECT_EQ(booked.play(retire{1}), names{"listing.hide"}) << "whoever booked it keeps it";
  EXPECT_TRUE(booked.has(1));
}

}  // namespace
}  // namespace rentwave::listing
