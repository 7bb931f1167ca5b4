// A rental up to its start, and its cancellation; what comes after is in rental_late_test.cpp.
#include "actors/domain/rental.hpp"

#include <gtest/gtest.h>

#include "tests/unit/rental_scene.hpp"

namespace rentwave::rental {
namespace {

request ask(std::optional<instant> starts, std::optional<instant> ends,
            std::optional<duration> length) {
  return {rental_one, item, renter, starts, ends, length, {}};
}

// --- asking ---

TEST(Rental, begins_by_asking_the_listing_for_the_period) {
  const auto stage = pending();
  EXPECT_EQ(names_of(stage.last), names{"rent.request"});
  EXPECT_EQ(stage.s.now, status::pending);
  EXPECT_EQ(stage.s.requested_at, noon);
  EXPECT_EQ(keys_of(stage.s), names{"reserve"});
  EXPECT_EQ(wants(stage.s)[0].to, listing_ref(item));
  const auto body = stage.asks<listing::reserve>("reserve");
  EXPECT_EQ(body.rental, rental_one);
  EXPECT_EQ(body.renter, renter);
  EXPECT_EQ(body.when, three_days);
}

TEST(Rental, starts_now_when_no_start_is_given) {
  scene stage;
  stage.play(ask({}, {}, 2h), renter);
  EXPECT_EQ(stage.s.when, (period{noon, noon + 2h}));
}

TEST(Rental, takes_a_start_up_to_five_minutes_ago_for_now) {
  scene stage;
  EXPECT_EQ(stage.refusal_of(ask(noon - 5min - a_moment, {}, 2h), renter),
            refusal_code::period_invalid);
  stage.play(ask(noon - 5min, {}, 2h), renter);
  EXPECT_EQ(stage.s.when, (period{noon, noon + 2h}));
}

TEST(Rental, refuses_periods_that_make_no_sense) {
  struct {
    const char* what;
    request wrong;
  } const table[] = {
      {"ends at its start", ask(noon + 1h, noon + 1h, {})},
      {"ends before now", ask({}, noon - 1h, {})},
      {"has no length", ask({}, {}, 0s)},
      {"has a negative length", ask({}, {}, -1h)},
      {"has neither end nor length", ask({}, {}, {})},
      {"has both end and length", ask({}, noon + 1h, 1h)},
      {"starts beyond the horizon", ask(noon + booking_horizon + a_moment, {}, 1h)},
      {"starts at the beginning of time", ask(instant::min(), noon + 1h, {})},
      {"is longer than any rental", ask({}, {}, max_length + a_moment)},
      {"is so long that it overflows", ask(noon + 1h, {}, duration::max())},
      {"ends at the end of time", ask(noon + 1h, instant::max(), {})},
  };
  for (const auto& row : table)
    EXPECT_EQ(scene{}.refusal_of(row.wrong, renter), refusal_code::period_invalid) << row.what;
  EXPECT_EQ(scene{}.refusal_of(ask(noon + booking_horizon, {}, max_length), renter), std::nullopt);
}

TEST(Rental, is_asked_for_by_the_renter_only) {
  EXPECT_EQ(scene{}.refusal_of(ask_for(), stranger), refusal_code::not_party);
  EXPECT_EQ(scene{}.refusal_of(ask_for()), refusal_code::not_party);
}

TEST(Rental, keeps_its_id_from_another_rental) {
  auto stage = pending();
  EXPECT_EQ(stage.play(ask_for(), renter), names{});
  auto other_item = ask_for();
  other_item.listing = make_id<listing_id>(9);
  EXPECT_EQ(stage.refusal_of(other_item, renter), refusal_code::already_exists);
  auto other_renter = ask_for();
  other_renter.renter = stranger;
  EXPECT_EQ(stage.refusal_of(other_renter, stranger), refusal_code::already_exists);
}

TEST(Rental, that_does_not_exist_refuses_every_command_but_ignores_answers_and_alarms) {
  const command commands[] = {give_back{}, confirm{}, dispute{}, cancel{}, extend{}, item_ready{}};
  for (const auto& each : commands)
    EXPECT_EQ(scene{}.refusal_of(each, renter), refusal_code::unknown_entity) << each.index();
  EXPECT_EQ(scene{}.play(wake{}), names{});
  EXPECT_EQ(scene{}.answer("reserve"), names{});
  // An id of zeros is nobody's, also before there is a renter.
  EXPECT_EQ(scene{}.refusal_of(cancel{}, account_id{}), refusal_code::unknown_entity);
}

// --- booking ---

TEST(Rental, that_the_listing_agreed_to_holds_rent_and_deposit) {
  const auto stage = reserved_by_listing();
  EXPECT_EQ(names_of(stage.last), names{"rent.reserve"});
  EXPECT_EQ(keys_of(stage.s), names{"hold"});
  EXPECT_EQ(wants(stage.s)[0].to, wallet_ref(renter));
  const auto body = stage.asks<wallet::hold>("hold");
  EXPECT_EQ(body.owner, renter);
  EXPECT_EQ(body.part, 0);
  EXPECT_EQ(body.rent, money{750});
  EXPECT_EQ(body.deposit, money{5000});
}

TEST(Rental, is_booked_when_the_wallet_holds_the_money) {
  const auto stage = booked_ahead();
  EXPECT_EQ(names_of(stage.last), names{"rent.book"});
  EXPECT_EQ(stage.event_at<booked>(0).about,
            (subject_matter{item, owner, renter, item_kind::book, "A title", "9780306406157"}));
  EXPECT_EQ(keys_of(stage.s), names{});
  EXPECT_EQ(alarm(stage.s), three_days.start);
}

TEST(Rental, refused_by_the_listing_releases_what_it_asked_and_no_money) {
  auto stage = pending();
  const refusal why{refusal_code::not_available, "taken", three_days};
  EXPECT_EQ(stage.answer("reserve", why), names{"rent.reject"});
  EXPECT_EQ(stage.s.rejection, why);
  EXPECT_EQ(stage.answer("reserve", agreed()), names{}) << "a late yes changes nothing";
  EXPECT_EQ(stage.acknowledge_all(), names{"release"});
}

TEST(Rental, at_another_price_than_expected_is_rejected) {
  for (const auto& [expected, code] :
       {std::pair{money{750}, std::optional<refusal_code>{}},
        std::pair{money{751}, std::optional{refusal_code::price_changed}}}) {
    scene stage;
    auto wish = ask_for();
    wish.expected_price = expected;
    stage.play(wish, renter);
    stage.answer("reserve", agreed());
    EXPECT_EQ(stage.s.rejection.has_value(), code.has_value());
    if (code) {
      EXPECT_EQ(stage.s.rejection->code, *code);
      EXPECT_EQ(keys_of(stage.s), names{"release"});
    }
  }
}

TEST(Rental, refused_by_the_wallet_undoes_both) {
  auto stage = reserved_by_listing();
  EXPECT_EQ(stage.answer("hold", refusal{refusal_code::insufficient_funds, "", {}}),
            names{"rent.reject"});
  EXPECT_EQ(stage.asks<wallet::release>("undo-hold").part, 0);
  EXPECT_EQ(stage.answer("hold"), names{}) << "a late yes changes nothing";
  EXPECT_EQ(stage.answer("undo-hold", refusal{refusal_code::unknown_entity, "", {}}),
            names{"rent.settle"})
      << "an undo is done whatever the answer";
  EXPECT_EQ(stage.acknowledge_all(), names{"release"});
}

TEST(Rental, whose_booking_took_longer_than_its_period_is_rejected) {
  auto stage = reserved_by_listing();
  stage.now = due;
  EXPECT_EQ(stage.answer("hold"), names{"rent.reject"});
  EXPECT_EQ(stage.s.rejection->code, refusal_code::too_late);
  EXPECT_EQ(stage.acknowledge_all(), (names{"release", "undo-hold"}));
}

TEST(Rental, ignores_answers_of_the_wrong_shape) {
  auto stage = pending();
  EXPECT_EQ(stage.answer("reserve", accepted{}), names{});
  EXPECT_EQ(stage.answer("hold", accepted{}), names{}) << "not asked yet";
  EXPECT_EQ(stage.answer("reserve-1", agreed()), names{});
  EXPECT_EQ(keys_of(stage.s), names{"reserve"});
}

// --- the start ---

TEST(Rental, for_now_starts_with_its_booking_when_the_listing_handed_the_item_over) {
  scene stage;
  const period now_on{noon, noon + one_day * 3};
  stage.play(ask_for(now_on), renter);
  stage.answer("reserve", agreed(daily, now_on, true));
  stage.now = noon + 3s;
  EXPECT_EQ(stage.answer("hold"), (names{"rent.book", "rent.start"}));
  EXPECT_EQ(stage.s.started_at, noon);
  EXPECT_EQ(keys_of(stage.s), names{});
}

TEST(Rental, asks_for_the_item_when_its_start_has_come) {
  auto stage = at_the_start();
  EXPECT_EQ(names_of(stage.last), names{"rent.hand-over"});
  EXPECT_EQ(stage.asks<listing::hand_over>("hand-over").rental, rental_one);
  EXPECT_EQ(alarm(stage.s), std::nullopt);
  stage.now += 10min;
  EXPECT_EQ(stage.answer("hand-over", hand_over_result{true}), names{"rent.start"});
  EXPECT_EQ(stage.event_at<started>(0).at, three_days.start) << "it never waited";
  EXPECT_EQ(stage.event_at<started>(0).due, due);
  EXPECT_EQ(stage.event_at<started>(0).rent, money{750});
}

/// The service was down meanwhile: nobody could begin it, return it or be late with it.
TEST(Rental, whose_hand_over_was_answered_after_its_end_is_cancelled_free_of_charge) {
  auto stage = at_the_start();
  stage.now = due + 3 * one_day;
  EXPECT_EQ(stage.answer("hand-over", hand_over_result{true}), names{"rent.cancel"});
  EXPECT_EQ(stage.event_at<cancelled>(0).by, party::nobody);
  EXPECT_EQ(stage.asks<wallet::pay>("pay").rent, money{});
}

TEST(Rental, waits_for_an_item_that_is_not_back_and_pays_for_what_is_left) {
  auto stage = waiting();
  EXPECT_EQ(names_of(stage.last), names{"rent.wait"});
  EXPECT_EQ(alarm(stage.s), due);
  // 3 days less 24 h and a moment: two started days are left, 2 * 250 = 500.
  stage.now = three_days.start + one_day + a_moment;
  EXPECT_EQ(stage.play(item_ready{}), names{"rent.start"});
  EXPECT_EQ(stage.event_at<started>(0).at, stage.now);
  EXPECT_EQ(stage.event_at<started>(0).due, due);
  EXPECT_TRUE(stage.event_at<started>(0).waited);
  EXPECT_EQ(stage.s.rent, money{500});
  EXPECT_EQ(stage.play(item_ready{}), names{});
}

TEST(Rental, never_pays_more_for_having_waited) {
  auto stage = waiting();
  stage.s.rent = money{100};  // a discount: less than one day's 250
  stage.now += 1h;
  stage.play(item_ready{});
  EXPECT_EQ(stage.s.rent, money{100});
}

TEST(Rental, that_waited_to_its_end_is_cancelled_free_of_charge) {
  auto stage = waiting();
  EXPECT_EQ(stage.wake_at(due), names{"rent.cancel"});
  EXPECT_EQ(stage.event_at<cancelled>(0).by, party::nobody);
  EXPECT_EQ(stage.event_at<cancelled>(0).fee, money{});
  EXPECT_EQ(stage.asks<wallet::pay>("pay").rent, money{});
  EXPECT_EQ(stage.play(item_ready{}), names{}) << "the listing hears of the release";
  EXPECT_EQ(stage.acknowledge_all(), (names{"release", "pay"}));
}

TEST(Rental, starts_when_the_item_is_back_before_the_listings_no_has_arrived) {
  auto stage = at_the_start();
  stage.now += 1h;
  EXPECT_EQ(stage.play(item_ready{}), (names{"rent.wait", "rent.start"}));
  EXPECT_EQ(stage.answer("hand-over", hand_over_result{false}), names{}) << "old news";
  EXPECT_EQ(stage.s.now, status::active);
}

TEST(Rental, does_not_start_with_an_item_that_is_back_after_its_end) {
  auto stage = at_the_start();
  stage.now = due;
  EXPECT_EQ(stage.play(item_ready{}), (names{"rent.wait", "rent.cancel"}));
}

TEST(Rental, ignores_an_item_that_is_back_before_its_start) {
  auto stage = booked_ahead();
  EXPECT_EQ(stage.play(item_ready{}), names{});
}

TEST(Rental, that_the_listing_will_not_hand_over_costs_nothing) {
  auto stage = at_the_start();
  EXPECT_EQ(stage.answer("hand-over", refusal{refusal_code::unknown_entity, "", {}}),
            names{"rent.cancel"});
  EXPECT_EQ(stage.asks<wallet::pay>("pay").rent, money{});
  EXPECT_EQ(stage.s.owed.size(), 2u);
}

// --- cancelling ---

TEST(Rental, cancelled_before_it_is_booked_undoes_what_was_asked) {
  auto asked = pending();
  EXPECT_EQ(asked.play(cancel{}, renter), names{"rent.cancel"});
  EXPECT_EQ(asked.answer("reserve", agreed()), names{});
  EXPECT_EQ(asked.acknowledge_all(), names{"release"});

  auto reserved = reserved_by_listing();
  EXPECT_EQ(reserved.play(cancel{}, owner), names{"rent.cancel"});
  EXPECT_EQ(reserved.answer("hold"), names{});
  EXPECT_EQ(reserved.acknowledge_all(), (names{"release", "undo-hold"}));
}

TEST(Rental, cancelled_by_its_renter_pays_the_owner_by_the_policy) {
  using enum cancellation_policy;
  struct {
    cancellation_policy policy;
    duration notice;
    std::int64_t fee;  // of a rent of 750; half is 375
  } const table[] = {
      {flexible, a_moment, 0},
      {moderate, one_day, 0},
      {moderate, one_day - a_moment, 375},
      {strict, one_day, 750},
  };
  for (const auto& row : table) {
    auto terms = daily;
    terms.cancellation = row.policy;
    auto stage = booked_ahead(terms);
    stage.now = three_days.start - row.notice;
    EXPECT_EQ(stage.play(cancel{}, renter), names{"rent.cancel"});
    EXPECT_EQ(stage.event_at<cancelled>(0).by, party::renter);
    EXPECT_EQ(stage.event_at<cancelled>(0).fee, money{row.fee});
    const auto body = stage.asks<wallet::pay>("pay");
    EXPECT_EQ(body.rent, money{row.fee});
    EXPECT_EQ(body.claim, money{});
    EXPECT_EQ(body.to, owner);
    EXPECT_EQ(stage.acknowledge_all(), (names{"release", "pay"}));
  }
}

TEST(Rental, cancelled_by_its_owner_refunds_all) {
  auto terms = daily;
  terms.cancellation = cancellation_policy::strict;
  auto stage = booked_ahead(terms);
  stage.play(cancel{}, owner);
  EXPECT_EQ(stage.event_at<cancelled>(0).by, party::owner);
  EXPECT_EQ(stage.asks<wallet::pay>("pay").rent, money{});
}

TEST(Rental, is_cancelled_free_of_charge_while_it_waits) {
  auto terms = daily;
  terms.cancellation = cancellation_policy::strict;
  auto stage = at_the_start(terms);
  stage.answer("hand-over", hand_over_result{false});
  stage.play(cancel{}, renter);
  EXPECT_EQ(stage.asks<wallet::pay>("pay").rent, money{});
}

TEST(Rental, is_not_cancelled_once_its_start_has_come) {
  auto stage = booked_ahead();
  stage.now = three_days.start - a_moment;
  EXPECT_EQ(stage.refusal_of(cancel{}, renter), std::nullopt);
  stage.now = three_days.start;  // no alarm has rung yet
  EXPECT_EQ(stage.refusal_of(cancel{}, renter), refusal_code::too_late);
}

TEST(Rental, is_no_business_of_strangers) {
  const command commands[] = {give_back{}, confirm{}, dispute{}, cancel{}, extend{}};
  for (auto stage : {pending(), booked_ahead(), active(), given_back(due)})
    for (const auto& each : commands) {
      EXPECT_EQ(stage.refusal_of(each, stranger), refusal_code::not_party) << each.index();
      EXPECT_EQ(stage.refusal_of(each), refusal_code::not_party) << each.index();
    }
  // Before the listing has named its owner, an id of zeros must not pass for him.
  EXPECT_EQ(pending().refusal_of(cancel{}, account_id{}), refusal_code::not_party);
}

TEST(Rental, names_its_status_when_a_command_does_not_fit_it) {
  auto cancelled_one = booked_ahead();
  cancelled_one.play(cancel{}, renter);
  struct {
    scene stage;
    std::string status;
    std::vector<command> wrong;
  } const table[] = {
      {pending(), "pending", {give_back{}, extend{due + 1h}}},
      {booked_ahead(), "booked", {give_back{}}},
      {waiting(), "waiting", {give_back{}, extend{due + 1h}}},
      {active(), "active", {cancel{}}},
      {given_back(due), "returned", {give_back{}, cancel{}, extend{due + 1h}}},
      {cancelled_one, "cancelled", {give_back{}, cancel{}, extend{due + 1h}}},
  };
  for (const auto& row : table)
    for (const auto& each : row.wrong) {
      const auto decided = decide(row.stage.s, each, {row.stage.now, renter});
      ASSERT_FALSE(decided) << row.status << each.index();
      EXPECT_EQ(decided.error().code, refusal_code::wrong_status);
      EXPECT_NE(decided.error().detail.find(row.status), std::string::npos);
    }
}

TEST(Rental, has_one_key_for_each_thing_it_asks) {
  EXPECT_EQ(key_of({step::reserve, 0}), "reserve");
  EXPECT_EQ(key_of({step::hand_over, 0}), "hand-over");
  EXPECT_EQ(key_of({step::charge, 3}), "charge-3");
  EXPECT_EQ(key_of({step::release, 1}), "release-1");
  EXPECT_EQ(key_of({step::undo_hold_extension, 2}), "undo-hold-extension-2");
}

}  // namespace
}  // namespace rentwave::rental
