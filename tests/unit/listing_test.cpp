// The advert, and the bookings one by one. The calendar as a whole is in listing_calendar_test.cpp.
#include <gtest/gtest.h>

#include "tests/unit/listing_scene.hpp"

namespace rentwave::listing {
namespace {

// --- the advert ---

TEST(Listing, is_posted_once_with_the_time_and_revision_1) {
  scene stage;
  const auto& added_book = stage.happened<added<item_kind::book>>(0);
  EXPECT_EQ(added_book.at, noon);
  EXPECT_EQ(added_book.content, a_book());
  EXPECT_EQ(stage.s.revision, 1);
  EXPECT_TRUE(stage.s.active);
}

TEST(Listing, is_posted_by_its_owner_only_and_keeps_its_id) {
  scene stage;
  EXPECT_EQ(stage.code(post{advert, owner, a_book()}, stranger), "not_owner");
  EXPECT_EQ(stage.code(post{advert, owner, a_book()}), "not_owner");
  EXPECT_EQ(stage.code(post{advert, stranger, a_book()}, stranger), "already_exists");
}

TEST(Listing, names_its_events_after_the_kind) {
  offer vehicle = a_book();
  vehicle.item = vehicle_details{};
  const std::vector<std::pair<offer, std::string>> cases{
      {a_book(), "book"}, {vehicle, "vehicle"}, {a_room(), "room"}};
  for (const auto& [content, kind] : cases) {
    stage<state> empty;
    EXPECT_EQ(empty.play(post{advert, owner, content}, owner), names{kind + ".add"});
    EXPECT_EQ(empty.play(update{{}, {}, false}, owner), names{kind + ".update"});
  }
}

TEST(Listing, is_unknown_before_it_was_posted) {
  stage<state> empty;
  EXPECT_EQ(empty.code(update{}, owner), "unknown_entity");
  EXPECT_EQ(empty.code(remove{}, owner), "unknown_entity");
  EXPECT_EQ(empty.code(reserve{rental(1), renter, hours(0, 1)}), "unknown_entity");
  EXPECT_EQ(empty.code(hand_over{rental(1)}), "unknown_entity");
  EXPECT_EQ(empty.code(reclaim{rental(1), renter, hours(0, 1)}), "unknown_entity");
  EXPECT_EQ(empty.code(extend{rental(1), noon}), "unknown_entity");
}

TEST(Listing, is_changed_by_its_owner_who_read_the_newest_revision) {
  scene stage;
  offer changed = a_book();
  changed.title = "Another title";
  EXPECT_EQ(stage.play(update{1, changed, {}}, owner), names{"book.update"});
  EXPECT_EQ(stage.s.content.title, "Another title");
  EXPECT_EQ(stage.s.revision, 2);
  EXPECT_EQ(stage.code(update{1, a_book(), {}}, owner), "stale_revision");
  EXPECT_EQ(stage.code(update{1, a_book(), {}}, stranger), "not_owner");
  EXPECT_EQ(stage.code(update{2, a_book(), {}}), "not_owner");
  EXPECT_EQ(stage.play(update{2, a_book(), {}}, owner), names{"book.update"});
}

TEST(Listing, an_update_that_changes_nothing_is_no_event) {
  scene stage;
  EXPECT_EQ(stage.play(update{1, a_book(), true}, owner), names{});
  EXPECT_EQ(stage.s.revision, 1);
}

TEST(Listing, never_becomes_another_kind) {
  scene stage;
  EXPECT_EQ(stage.code(update{1, a_room(), {}}, owner), "already_exists");
}

TEST(Listing, is_switched_off_and_on_while_its_bookings_stay) {
  scene stage;
  stage.reserve_for(1, hours(1, 2));
  EXPECT_EQ(stage.play(update{{}, {}, false}, owner), names{"book.update"});
  EXPECT_EQ(stage.code(reserve{rental(2), renter, hours(3, 4)}), "listing_inactive");
  EXPECT_TRUE(stage.has(1));
  EXPECT_EQ(stage.s.revision, 2);
  stage.play(update{{}, {}, true}, owner);
  EXPECT_EQ(stage.reserve_for(2, hours(3, 4)), names{"listing.reserve"});
}

TEST(Listing, is_removed_when_no_booking_is_open) {
  scene stage;
  stage.reserve_for(1, hours(1, 2));
  EXPECT_EQ(stage.code(remove{}, stranger), "not_owner");
  EXPECT_EQ(stage.code(remove{}, owner), "listing_in_use");
  stage.play(release{rental(1)});
  EXPECT_EQ(stage.play(remove{}, owner), names{"listing.remove"});
  EXPECT_EQ(stage.code(update{{}, {}, true}, owner), "unknown_entity");
  EXPECT_EQ(stage.code(remove{}, stranger), "unknown_entity");
  EXPECT_EQ(stage.code(reserve{rental(2), renter, hours(1, 2)}), "listing_inactive");
}

// --- the book ---

TEST(Listing, hangs_itself_on_its_book) {
  scene stage;
  const auto owed = wants(stage.s);
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_EQ(owed[0].key, "attach-1");
  EXPECT_EQ(owed[0].to, book_ref("9780306406157"));
  const auto& asked = std::get<book::attach>(std::get<book::command>(owed[0].body));
  EXPECT_EQ(asked.isbn, "9780306406157");
  EXPECT_EQ(asked.listing, advert);
  EXPECT_EQ(asked.title, "A Book");
  EXPECT_EQ(asked.author, "An Author");
  EXPECT_EQ(stage.acknowledge("attach-1"), names{"listing.settle"});
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.acknowledge("attach-1"), names{});
}

TEST(Listing, of_another_kind_has_no_book) {
  EXPECT_EQ(scene{a_room()}.owed(), names{});
}

TEST(Listing, tells_books_one_thing_at_a_time) {
  scene stage;
  stage.play(update{{}, a_book("9783161484100"), {}}, owner);
  stage.play(remove{}, owner);
  const std::vector<std::pair<std::string, std::string>> expected{{"attach-1", "9780306406157"},
                                                                  {"detach-2", "9780306406157"},
                                                                  {"attach-3", "9783161484100"},
                                                                  {"detach-4", "9783161484100"}};
  for (const auto& [key, isbn] : expected) {
    ASSERT_EQ(stage.owed(), names{key});
    EXPECT_EQ(wants(stage.s)[0].to, book_ref(isbn));
    stage.acknowledge(key, refusal{});
  }
  EXPECT_EQ(stage.owed(), names{});
}

// --- reserve ---

TEST(Listing, fixes_price_and_rules_when_it_is_reserved) {
  scene stage;
  stage.reserve_for(1, {noon + 2h, noon + 4h + 1min});
  const auto agreed = std::get<reservation>(stage.answer());
  EXPECT_EQ(agreed.owner, owner);
  EXPECT_EQ(agreed.kind, item_kind::book);
  EXPECT_EQ(agreed.title, "Advert");
  EXPECT_EQ(agreed.isbn, "9780306406157");
  EXPECT_EQ(agreed.terms, a_book().terms);
  EXPECT_EQ(agreed.rent, money{600});  // three hours were begun, 2.00 each
  EXPECT_FALSE(agreed.handed_over);
}

TEST(Listing, is_handed_over_at_once_when_the_period_has_begun) {
  scene stage;
  stage.reserve_for(1, {noon - 1min, noon + 2h});
  EXPECT_TRUE(std::get<reservation>(stage.answer()).handed_over);
  EXPECT_TRUE(stage.of(1).out);
}

/// A booking may be handed over at once and come to nothing, for want of money.
TEST(Listing, counts_a_rental_once_and_only_if_it_began) {
  scene stage;
  stage.hand_out(1, hours(0, 1));
  stage.play(release{rental(1)});
  EXPECT_EQ(stage.s.times_rented, 0);
  stage.hand_out(2, hours(0, 1));
  stage.play(release{rental(2), true});
  EXPECT_EQ(stage.s.times_rented, 1);
  stage.play(reclaim{rental(2), renter, hours(0, 1), a_book().terms});
  stage.play(release{rental(2), true});
  EXPECT_EQ(stage.s.times_rented, 1);
  stage.hand_out(3, hours(0, 1));
  stage.play(lose{rental(3)});
  EXPECT_EQ(stage.s.times_rented, 2);
}

struct refused_period {
  period when;
  std::string code;
};

TEST(Listing, refuses_periods_that_cannot_be) {
  scene stage;
  const std::vector<refused_period> cases{
      {{noon + 2h, noon + 2h}, "period_invalid"},
      {{noon + 2h, noon + 1h}, "period_invalid"},
      {{noon - 2h, noon}, "period_invalid"},
      {{noon, noon + 1h - 1us}, "duration_not_permitted"},
      {{noon, noon + one_day * 10 + 1us}, "duration_not_permitted"},
      {{noon, noon + 1h}, ""},
      {{noon, noon + one_day * 10}, ""},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(stage.code(reserve{rental(1), renter, each.when}), each.code);
    const auto why = why_not(stage.s, each.when, noon);
    EXPECT_EQ(why ? to_string(why->code) : "", each.code);
  }
}

TEST(Listing, is_not_rented_to_its_owner) {
  scene stage;
  EXPECT_EQ(stage.code(reserve{rental(1), owner, hours(1, 2)}), "own_listing");
}

TEST(Listing, says_when_it_is_free_next) {
  scene stage;
  stage.reserve_for(1, hours(2, 4));
  stage.reserve_for(2, hours(5, 7));
  const auto why = stage.refused(reserve{rental(3), renter, hours(3, 5)});
  ASSERT_TRUE(why);
  EXPECT_EQ(why->code, refusal_code::not_available);
  EXPECT_EQ(why->free, hours(7, 9));
  EXPECT_EQ(stage.reserve_for(3, hours(4, 5)), names{"listing.reserve"});
}

TEST(Listing, refuses_more_bookings_than_its_limit) {
  scene stage;
  reservation agreed;
  for (int n = 0; n < static_cast<int>(max_bookings); ++n) {
    agreed.when = hours(2 * n + 2, 2 * n + 3);
    stage.s = evolve(std::move(stage.s), reserved{rental(n), renter, agreed});
  }
  EXPECT_EQ(stage.code(reserve{rental(5000), renter, hours(1, 2)}), "too_many_bookings");
  stage.play(release{rental(0)});
  EXPECT_EQ(stage.code(reserve{rental(5000), renter, hours(1, 2)}), "");
}

TEST(Listing, keeps_its_bookings_by_their_start) {
  scene stage;
  stage.reserve_for(1, hours(5, 6));
  stage.reserve_for(2, hours(1, 2));
  stage.reserve_for(3, hours(3, 4));
  std::vector<rental_id> order;
  for (const auto& each : stage.s.bookings) order.push_back(each.rental);
  EXPECT_EQ(order, (std::vector{rental(2), rental(3), rental(1)}));
}

// --- release ---

TEST(Listing, is_free_again_after_a_release) {
  scene stage;
  stage.hand_out(1, hours(0, 4));
  stage.at(1);
  EXPECT_EQ(stage.play(release{rental(1)}), names{"listing.release"});
  EXPECT_EQ(stage.answer(), outcome{accepted{}});
  stage.hand_out(2, hours(1, 4));
}

TEST(Listing, refuses_a_reserve_that_comes_after_its_undo) {
  scene stage;
  EXPECT_EQ(stage.play(release{rental(1)}), names{"listing.release"});
  EXPECT_EQ(stage.code(reserve{rental(1), renter, hours(1, 2)}), "undone");
}

TEST(Listing, refuses_a_late_copy_of_a_reserve_after_the_rental) {
  scene stage;
  stage.reserve_for(1, hours(1, 2));
  stage.play(release{rental(1)});
  EXPECT_EQ(stage.code(reserve{rental(1), renter, hours(1, 2)}), "undone");
  EXPECT_EQ(stage.code(hand_over{rental(1)}), "undone");
  EXPECT_EQ(stage.code(extend{rental(1), noon + 9h}), "undone");
}

TEST(Listing, remembers_an_undo_even_before_it_is_posted) {
  stage<state> empty;
  EXPECT_EQ(empty.play(release{rental(1)}), names{"listing.release"});
  EXPECT_EQ(empty.play(post{advert, owner, a_book()}, owner), names{"book.add"});
  EXPECT_EQ(empty.code(reserve{rental(1), renter, hours(0, 1)}), "undone");
}

TEST(Listing, remembers_the_newest_releases_only) {
  scene stage;
  const int most = static_cast<int>(max_undone);
  for (int n = 0; n <= most; ++n) stage.play(release{rental(n)});
  EXPECT_EQ(stage.s.undone.size(), max_undone);
  EXPECT_EQ(stage.code(reserve{rental(0), renter, hours(1, 2)}), "");
  EXPECT_EQ(stage.code(reserve{rental(1), renter, hours(1, 2)}), "undone");
  EXPECT_EQ(stage.code(reserve{rental(most), renter, hours(1, 2)}), "undone");
}

// --- hand-over ---

TEST(Listing, is_handed_over_at_the_start_when_it_is_there) {
  scene stage;
  stage.reserve_for(1, hours(1, 2));
  stage.at(1);
  EXPECT_EQ(stage.play(hand_over{rental(1)}), names{"listing.hand-over"});
  EXPECT_EQ(std::get<hand_over_result>(stage.answer()).ready, true);
}

/// Rental 1 is late; 2 and 3 have waited since their start.
scene two_wait_for_a_late_one() {
  scene stage;
  stage.acknowledge("attach-1");
  stage.hand_out(1, hours(0, 1));
  stage.reserve_for(2, hours(1, 9));
  stage.reserve_for(3, hours(9, 20));
  stage.at(1);
  EXPECT_EQ(stage.play(hand_over{rental(2)}), names{"listing.queue"});
  EXPECT_EQ(std::get<hand_over_result>(stage.answer()).ready, false);
  stage.at(9);
  EXPECT_EQ(stage.play(hand_over{rental(3)}), names{"listing.queue"});
  return stage;
}

TEST(Listing, that_comes_back_late_goes_to_who_waited_longest) {
  auto stage = two_wait_for_a_late_one();
  stage.at(8);
  EXPECT_EQ(stage.play(release{rental(1)}), (names{"listing.release", "listing.hand-over"}));
  EXPECT_EQ(stage.answer(), outcome{accepted{}});
  EXPECT_TRUE(stage.of(2).out);
  EXPECT_FALSE(stage.of(3).out);
  const auto owed = wants(stage.s);
  ASSERT_EQ(owed.size(), 1u);
  EXPECT_EQ(owed[0].key, "ready-2");  // attach was the first
  EXPECT_EQ(owed[0].to, rental_ref(rental(2)));
  EXPECT_TRUE(std::holds_alternative<rental::item_ready>(std::get<rental::command>(owed[0].body)));
  EXPECT_EQ(stage.acknowledge("ready-2", refusal{}), names{"listing.settle"});
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Listing, goes_past_who_waited_until_the_end) {
  auto stage = two_wait_for_a_late_one();
  stage.at(9);
  stage.play(release{rental(1)});
  EXPECT_FALSE(stage.of(2).out);
  EXPECT_TRUE(stage.of(3).out);
  EXPECT_EQ(stage.play(release{rental(2)}), names{"listing.release"});
  EXPECT_TRUE(stage.of(3).out);
}

TEST(Listing, is_handed_to_nobody_who_gave_up) {
  auto stage = two_wait_for_a_late_one();
  stage.at(8);
  EXPECT_EQ(stage.play(release{rental(2)}), names{"listing.release"});
  EXPECT_EQ(stage.play(release{rental(3)}), names{"listing.release"});
  EXPECT_EQ(stage.play(release{rental(1)}), names{"listing.release"});
  EXPECT_EQ(stage.owed(), names{});
}

// --- free again ---

TEST(Listing, says_that_it_is_free_again_when_it_comes_back) {
  scene stage;
  stage.hand_out(1, hours(0, 4));
  stage.reserve_for(2, hours(6, 9));
  stage.at(1);
  EXPECT_EQ(stage.play(release{rental(1), true}), (names{"listing.release", "listing.free"}));
  EXPECT_EQ(stage.happened<freed>(1).title, "Advert");
  EXPECT_EQ(stage.happened<freed>(1).owner, owner);
  EXPECT_EQ(stage.happened<freed>(1).isbn, "9780306406157");
  EXPECT_EQ(stage.answer(), outcome{accepted{}});
}

TEST(Listing, is_no_news_when_nobody_had_it) {
  scene stage;
  stage.hand_out(1, hours(0, 4));
  EXPECT_EQ(stage.play(release{rental(1), false}), names{"listing.release"});
  EXPECT_EQ(stage.play(release{rental(2), true}), names{"listing.release"});
}

TEST(Listing, is_not_free_for_followers_while_somebody_else_has_booked_it_now) {
  auto stage = two_wait_for_a_late_one();
  stage.at(8);
  EXPECT_EQ(stage.play(release{rental(1), true}), (names{"listing.release", "listing.hand-over"}));
}

TEST(Listing, is_not_free_for_followers_when_it_comes_back_to_an_advert_that_is_off) {
  scene stage;
  stage.hand_out(1, hours(0, 4));
  stage.play(update{{}, {}, false}, owner);
  stage.at(1);
  EXPECT_EQ(stage.play(release{rental(1), true}), names{"listing.release"});
  EXPECT_EQ(stage.play(update{{}, {}, true}, owner), (names{"book.update", "listing.free"}));
}

TEST(Listing, is_not_free_for_followers_when_it_is_switched_on_while_it_is_out) {
  scene stage;
  stage.hand_out(1, hours(0, 4));
  stage.play(update{{}, {}, false}, owner);
  EXPECT_EQ(stage.play(update{{}, {}, true}, owner), names{"book.update"});
  offer other = a_book();
  other.title = "Other";
  EXPECT_EQ(stage.play(update{{}, other, {}}, owner), names{"book.update"});
}

// --- reclaim ---

TEST(Listing, is_out_again_after_a_dispute_and_can_be_released_again) {
  scene stage;
  stage.hand_out(1, hours(0, 4));
  stage.play(release{rental(1)});
  EXPECT_EQ(stage.play(reclaim{rental(1), renter, hours(0, 4), a_book().terms}),
            names{"listing.reclaim"});
  EXPECT_TRUE(stage.of(1).out);
  EXPECT_TRUE(stage.s.undone.empty());
  EXPECT_EQ(stage.code(reserve{rental(2), renter, hours(1, 2)}), "not_available");
  EXPECT_EQ(stage.play(release{rental(1)}), names{"listing.release"});
}

TEST(Listing, refuses_late_copies_of_extensions_also_after_a_dispute) {
  scene stage;
  stage.hand_out(1, hours(0, 4));
  stage.play(release{rental(1), true});
  stage.play(reclaim{rental(1), renter, hours(0, 4), a_book().terms, 2});
  EXPECT_EQ(stage.code(extend{rental(1), noon + 6h, 2}), "undone");
  EXPECT_EQ(stage.code(extend{rental(1), noon + 6h, 3}), "");
}

TEST(Listing, stays_with_who_has_it_now_whatever_is_disputed) {
  scene stage;
  stage.hand_out(1, hours(0, 4));
  stage.play(release{rental(1)});
  stage.hand_out(2, hours(0, 2));
  EXPECT_EQ(stage.play_once(reclaim{rental(1), renter, hours(0, 4)}), names{"listing.release"});
  EXPECT_FALSE(stage.has(1));
  EXPECT_TRUE(stage.of(2).out);
  EXPECT_EQ(stage.s.undone, std::vector{rental(1)}) << "remembered once";
}

TEST(Listing, a_disputed_booking_leaves_others_what_they_have_booked) {
  scene stage;
  stage.hand_out(1, hours(0, 8));
  stage.at(1);
  stage.play(release{rental(1)});
  stage.reserve_for(2, hours(3, 5));
  stage.play(reclaim{rental(1), renter, hours(0, 8), a_book().terms});
  EXPECT_EQ(stage.of(1).when, hours(0, 3));
  EXPECT_FALSE(overlap(stage.s));
  // What is paid for is not charged again: 10 hours instead of 8.
  stage.play(release{rental(2)});
  EXPECT_EQ(stage.code(extend{rental(1), noon + 8h, 1}), "period_invalid");
  stage.play(retract_extension{rental(1), noon + 8h, 1});
  stage.play(extend{rental(1), noon + 10h, 2});
  EXPECT_EQ(std::get<reservation>(stage.answer()).rent, money{400});
}

// --- extend ---

TEST(Listing, charges_an_extension_by_the_price_that_was_agreed) {
  scene stage;
  stage.hand_out(1, {noon, noon + 90min});
  offer dearer = a_book();
  dearer.terms.price.amount = money{9900};
  stage.play(update{{}, dearer, {}}, owner);
  EXPECT_EQ(stage.play(extend{rental(1), noon + 150min, 1}), names{"listing.reschedule"});
  const auto agreed = std::get<reservation>(stage.answer());
  EXPECT_EQ(agreed.when, (period{noon, noon + 150min}));
  EXPECT_EQ(agreed.rent, money{200});  // from two begun hours to three
  EXPECT_EQ(agreed.terms, a_book().terms);
  EXPECT_EQ(stage.of(1).when.end, noon + 150min);
}

TEST(Listing, is_extended_as_far_as_it_is_free_and_permitted) {
  scene stage;
  stage.hand_out(1, hours(0, 2));
  stage.reserve_for(2, hours(5, 6));
  EXPECT_EQ(stage.code(extend{rental(1), noon + 2h, 1}), "period_invalid");
  EXPECT_EQ(stage.code(extend{rental(1), noon + one_day * 10 + 1us, 1}), "duration_not_permitted");
  const auto why = stage.refused(extend{rental(1), noon + 5h + 1us, 1});
  ASSERT_TRUE(why);
  EXPECT_EQ(why->code, refusal_code::not_available);
  EXPECT_EQ(why->free->start, noon + 6h);
  EXPECT_EQ(stage.play(extend{rental(1), noon + 5h, 1}), names{"listing.reschedule"});
}

TEST(Listing, takes_an_extension_back) {
  scene stage;
  stage.hand_out(1, hours(0, 2));
  stage.play(extend{rental(1), noon + 5h, 1});
  EXPECT_EQ(stage.play(retract_extension{rental(1), noon + 2h, 1}), names{"listing.reschedule"});
  EXPECT_EQ(stage.answer(), outcome{accepted{}});
  EXPECT_EQ(stage.of(1).when, hours(0, 2));
  EXPECT_EQ(stage.of(1).due, noon + 2h);
  EXPECT_EQ(stage.reserve_for(2, hours(2, 5)), names{"listing.reserve"});
}

TEST(Listing, refuses_an_extension_that_comes_after_its_undo) {
  scene stage;
  stage.hand_out(1, hours(0, 2));
  EXPECT_EQ(stage.play(retract_extension{rental(1), noon + 2h, 1}), names{"listing.reschedule"});
  EXPECT_EQ(stage.of(1).when, hours(0, 2));
  EXPECT_EQ(stage.code(extend{rental(1), noon + 5h, 1}), "undone");
  EXPECT_EQ(stage.play(extend{rental(1), noon + 5h, 2}), names{"listing.reschedule"});
}

TEST(Listing, an_undo_never_lengthens_a_booking) {
  scene stage;
  stage.hand_out(1, hours(0, 2));
  stage.play(retract_extension{rental(1), noon + 5h, 1});
  EXPECT_EQ(stage.of(1).when, hours(0, 2));
  EXPECT_EQ(stage.of(1).due, noon + 2h);
  EXPECT_EQ(stage.play(retract_extension{rental(9), noon, 1}), names{});
}

// --- lose ---

TEST(Listing, that_is_lost_goes_off_and_to_nobody) {
  auto stage = two_wait_for_a_late_one();
  stage.at(8);
  EXPECT_EQ(stage.play(lose{rental(1)}), names{"listing.lose"});
  EXPECT_FALSE(stage.has(1));
  EXPECT_FALSE(stage.s.active);
  EXPECT_EQ(stage.s.revision, 2);
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.play(hand_over{rental(3)}), names{});
  EXPECT_EQ(stage.play(release{rental(2)}), names{"listing.release"});
  EXPECT_FALSE(stage.of(3).out);
  EXPECT_EQ(stage.play_once(reclaim{rental(2), renter, hours(1, 9)}), names{"listing.release"});
}

TEST(Listing, that_was_found_goes_to_who_waits) {
  auto stage = two_wait_for_a_late_one();
  stage.at(8);
  stage.play(lose{rental(1)});
  EXPECT_EQ(stage.play(update{{}, {}, true}, owner), (names{"book.update", "listing.hand-over"}));
  EXPECT_TRUE(stage.of(2).out);
  EXPECT_EQ(stage.owed(), names{"ready-2"});
  stage.at(9);
  EXPECT_EQ(stage.play(release{rental(2)}), (names{"listing.release", "listing.hand-over"}));
}

TEST(Listing, is_not_lost_by_who_has_no_booking) {
  scene stage;
  EXPECT_EQ(stage.play(lose{rental(1)}), names{});
  EXPECT_TRUE(stage.s.active);
}

TEST(Listing, a_wake_up_is_nothing_to_it) {
  scene stage;
  EXPECT_EQ(stage.play(wake{}), names{});
}

}  // namespace
}  // namespace rentwave::listing
