// A rental from its start to its end: reminder, late periods, return, dispute, loss, extensions.
#include <gtest/gtest.h>

#include "tests/unit/rental_scene.hpp"

namespace rentwave::rental {
namespace {

const refusal refused{refusal_code::not_available, "taken", {}};

/// Three late periods fall due at 15 min (the grace), 1 day and 2 days after due; the loss at 3
/// days.
constexpr instant late_1 = due + 15min;
constexpr instant late_2 = due + one_day;
constexpr instant late_3 = due + one_day * 2;
constexpr instant loss = due + one_day * 3;

// --- late ---

TEST(Rental, reminds_once_before_it_is_due) {
  auto stage = active();
  EXPECT_EQ(alarm(stage.s), due - 6h) << "daily prices: six hours before";
  EXPECT_EQ(stage.wake_at(due - 6h), names{"rent.remind"});
  EXPECT_EQ(stage.event_at<reminded>(0).due, due);
  EXPECT_EQ(alarm(stage.s), late_1);
}

TEST(Rental, is_not_reminded_any_more_once_it_is_late) {
  auto stage = active();
  EXPECT_EQ(stage.wake_at(late_1), names{"rent.late"});
  auto just_in_time = active();
  EXPECT_EQ(just_in_time.wake_at(late_1 - a_moment), names{"rent.remind"});
}

TEST(Rental, that_waited_is_reminded_within_the_time_it_got) {
  auto stage = waiting();
  stage.now = due - 2h;
  stage.play(item_ready{});
  EXPECT_EQ(alarm(stage.s), due - 1h) << "not before half of the two hours is over";
}

TEST(Rental, is_charged_once_for_each_late_period) {
  auto stage = active();
  stage.wake_at(due - 6h);
  EXPECT_EQ(stage.wake_at(late_1 - a_moment), names{});
  EXPECT_EQ(stage.wake_at(late_1), names{"rent.late"});
  EXPECT_EQ(stage.s.now, status::late);
  const auto& first = stage.event_at<late>(0);
  EXPECT_EQ(first.n, 1);
  EXPECT_EQ(first.due, late_1);
  EXPECT_EQ(first.fee, money{300});
  EXPECT_EQ(stage.wake_at(late_2 - a_moment), names{});
  EXPECT_EQ(stage.wake_at(late_2), names{"rent.late"});
  EXPECT_EQ(stage.event_at<late>(0).n, 2);
  EXPECT_EQ(late_fees(stage.s), money{600});
}

TEST(Rental, that_slept_catches_up_each_late_period_at_its_own_time_and_then_the_loss) {
  auto stage = active();
  EXPECT_EQ(stage.wake_at(loss + one_day),
            (names{"rent.late", "rent.late", "rent.late", "rent.lost"}));
  EXPECT_EQ(stage.event_at<late>(0).due, late_1);
  EXPECT_EQ(stage.event_at<late>(1).due, late_2);
  EXPECT_EQ(stage.event_at<late>(2).due, late_3);
  EXPECT_EQ(stage.event_at<lost>(3).at, loss);
}

TEST(Rental, charges_one_period_after_the_other_and_keeps_the_receipts) {
  auto stage = active();
  stage.wake_at(late_3);
  EXPECT_EQ(keys_of(stage.s), names{"charge-1"});
  const auto body = stage.asks<wallet::charge>("charge-1");
  EXPECT_EQ(body.rental, rental_one);
  EXPECT_EQ(body.n, 1);
  EXPECT_EQ(body.to, owner);
  EXPECT_EQ(body.fee, money{300});
  EXPECT_EQ(stage.s.receipts[0].result, std::nullopt);
  const charge_result met{money{100}, money{150}, money{50}};
  EXPECT_EQ(stage.answer("charge-1", met), names{"rent.charge"});
  EXPECT_EQ(stage.s.receipts[0].result, met);
  EXPECT_EQ(stage.s.receipts[1].result, std::nullopt);
  EXPECT_EQ(keys_of(stage.s), names{"charge-2"});
}

TEST(Rental, whose_charge_the_wallet_refuses_goes_on_without_its_result) {
  auto stage = active();
  stage.wake_at(late_1);
  EXPECT_EQ(stage.answer("charge-1", refusal{refusal_code::undone, "", {}}), names{"rent.settle"});
  EXPECT_EQ(stage.s.receipts[0].result, std::nullopt);
  EXPECT_EQ(keys_of(stage.s), names{});
}

TEST(Rental, is_lost_after_the_last_late_period_and_the_owner_gets_the_deposit) {
  auto stage = active();
  stage.wake_at(late_3);
  EXPECT_EQ(stage.wake_at(loss - a_moment), names{});
  EXPECT_EQ(stage.wake_at(loss), names{"rent.lost"});
  EXPECT_EQ(keys_of(stage.s), (names{"deactivate", "charge-1"})) << "payment waits for charges";
  EXPECT_EQ(stage.asks<listing::lose>("deactivate").rental, rental_one);
  for (const auto* key : {"charge-1", "charge-2", "charge-3"}) stage.answer(key, charge_result{});
  const auto body = stage.asks<wallet::pay>("pay");
  EXPECT_EQ(body.rent, money{750});
  EXPECT_EQ(body.claim, money{5000});
  EXPECT_EQ(body.to, owner);
  EXPECT_EQ(stage.refusal_of(give_back{}, renter), refusal_code::wrong_status);
}

// --- the return ---

TEST(Rental, is_given_back_by_either_side_and_frees_the_listing) {
  for (const auto& [caller, by] :
       {std::pair{renter, party::renter}, std::pair{owner, party::owner}}) {
    auto stage = active();
    stage.now += 1h;
    EXPECT_EQ(stage.play(give_back{}, caller), names{"rent.return"});
    EXPECT_EQ(stage.event_at<returned>(0).by, by);
    EXPECT_EQ(stage.event_at<returned>(0).at, three_days.start + 1h);
    EXPECT_EQ(keys_of(stage.s), names{"release-1"});
    EXPECT_EQ(alarm(stage.s), stage.now + 48h);
  }
}

TEST(Rental, given_back_before_its_late_alarm_rang_is_late_all_the_same) {
  auto stage = active();
  stage.now = late_2;
  EXPECT_EQ(stage.play(give_back{}, renter), (names{"rent.late", "rent.late", "rent.return"}));
  auto in_grace = active();
  in_grace.now = late_1 - a_moment;
  EXPECT_EQ(in_grace.play(give_back{}, renter), (names{"rent.remind", "rent.return"}));
}

TEST(Rental, that_is_refused_changes_nothing_even_when_something_fell_due) {
  auto stage = active();
  stage.now = late_2;
  EXPECT_EQ(stage.refusal_of(confirm{}, owner), refusal_code::wrong_status);
  EXPECT_EQ(stage.play(wake{}), (names{"rent.late", "rent.late"}))
      << "what is due is not forgotten";
}

TEST(Rental, is_completed_by_the_owner_with_a_claim_up_to_the_deposit) {
  auto stage = given_back(due);
  EXPECT_EQ(stage.refusal_of(confirm{money{5001}, ""}, owner), refusal_code::claim_exceeds_deposit);
  EXPECT_EQ(stage.refusal_of(confirm{money{-1}, ""}, owner), refusal_code::amount_invalid);
  EXPECT_EQ(stage.refusal_of(confirm{}, renter), refusal_code::not_owner);
  EXPECT_EQ(stage.play(confirm{money{5000}, "broken"}, owner), names{"rent.complete"});
  const auto& e = stage.event_at<completed>(0);
  EXPECT_EQ(e.rent, money{750});
  EXPECT_EQ(e.claim, money{5000});
  EXPECT_EQ(e.reason, "broken");
  EXPECT_FALSE(e.automatic);
  EXPECT_EQ(stage.asks<wallet::pay>("pay").claim, money{5000});
  EXPECT_EQ(stage.acknowledge_all(), names{"pay"});
}

TEST(Rental, completes_by_itself_after_48_hours) {
  auto stage = given_back(due);
  EXPECT_EQ(stage.wake_at(due + 48h - a_moment), names{});
  EXPECT_EQ(stage.wake_at(due + 48h), names{"rent.complete"});
  EXPECT_TRUE(stage.event_at<completed>(0).automatic);
  EXPECT_EQ(stage.asks<wallet::pay>("pay").claim, money{});
}

TEST(Rental, asks_again_for_a_payment_that_was_refused) {
  auto stage = given_back(due);
  stage.wake_at(due + 48h);
  EXPECT_EQ(stage.answer("pay", refused), names{});
  EXPECT_EQ(keys_of(stage.s), names{"pay"});
  EXPECT_EQ(stage.answer("pay"), names{"rent.settle"});
}

// --- the dispute ---

TEST(Rental, is_disputed_within_48_hours_and_not_at_their_end) {
  auto stage = given_back(due - one_day);
  stage.now += 48h - a_moment;
  EXPECT_EQ(stage.refusal_of(dispute{}, owner), std::nullopt);
  EXPECT_EQ(stage.refusal_of(dispute{}, renter), refusal_code::not_owner);
  stage.now += a_moment;  // the completion is due, though its alarm has not rung
  EXPECT_EQ(stage.refusal_of(dispute{}, owner), refusal_code::too_late);
  stage.play(wake{});
  EXPECT_EQ(stage.refusal_of(dispute{}, owner), refusal_code::too_late);
}

TEST(Rental, that_the_owner_completed_cannot_be_disputed) {
  auto stage = given_back(due);
  stage.play(confirm{}, owner);
  EXPECT_EQ(stage.refusal_of(dispute{}, owner), refusal_code::wrong_status);
}

TEST(Rental, that_its_owner_said_is_back_is_disputed_by_nobody) {
  auto stage = active();
  stage.play(give_back{}, owner);
  EXPECT_EQ(stage.refusal_of(dispute{}, owner), refusal_code::wrong_status);
}

// Else it would be lost with the dispute, before anybody can say something to it.
TEST(Rental, disputed_is_not_lost_for_48_hours) {
  auto stage = given_back(due);
  stage.s.terms.max_late_periods = 1;
  stage.now = due + 48h - a_moment;
  ASSERT_LT(lost_at(stage.s.terms, due), stage.now);
  EXPECT_EQ(stage.play(dispute{}, owner), (names{"rent.dispute", "rent.late"}));
  EXPECT_EQ(stage.event_at<disputed>(0).at, stage.now);
  const auto loss = stage.now + 48h;
  EXPECT_EQ(alarm(stage.s), loss);
  auto settled = stage;
  settled.now = loss - a_moment;
  EXPECT_EQ(settled.play(arbitrate{{}, money{}, money{}, "It is back."}, stranger),
            names{"rent.arbitrate"});
  EXPECT_EQ(stage.wake_at(loss - a_moment), names{});
  EXPECT_EQ(stage.wake_at(loss), names{"rent.lost"});
  EXPECT_EQ(stage.event_at<lost>(0).at, loss);
}

TEST(Rental, disputed_without_late_periods_is_reminded_before_it_is_lost) {
  auto terms = daily;
  terms.max_late_periods = 0;
  auto stage = active(terms);
  stage.now = due - 7h;
  stage.play(give_back{}, renter);
  stage.acknowledge_all();
  stage.now = due + 1h;
  EXPECT_EQ(stage.play(dispute{}, owner), (names{"rent.dispute", "rent.remind"}));
  stage.acknowledge_all();
  EXPECT_EQ(alarm(stage.s), stage.now + 48h);
  EXPECT_EQ(stage.wake_at(stage.now + 48h), names{"rent.lost"});
}

TEST(Rental, disputed_in_time_goes_on_as_before) {
  auto stage = given_back(due - one_day);
  EXPECT_EQ(stage.play(dispute{"not here"}, owner), names{"rent.dispute"});
  EXPECT_EQ(stage.s.now, status::active);
  EXPECT_EQ(stage.s.returned_at, std::nullopt);
  const auto body = stage.asks<listing::reclaim>("reclaim-1");
  EXPECT_EQ(body.renter, renter);
  EXPECT_EQ(body.when, three_days);
  EXPECT_EQ(body.terms, daily);
}

TEST(Rental, disputed_after_its_due_time_counts_the_missed_late_periods_at_once) {
  auto stage = given_back(due);
  stage.now = late_2;
  EXPECT_EQ(stage.play(dispute{}, owner), (names{"rent.dispute", "rent.late", "rent.late"}));
  EXPECT_EQ(stage.event_at<late>(1).due, late_1);
  EXPECT_EQ(stage.event_at<late>(2).due, late_2);
  EXPECT_EQ(stage.s.now, status::late);
}

TEST(Rental, disputed_counts_no_late_period_twice) {
  auto stage = given_back(late_2);  // two periods are charged
  EXPECT_EQ(stage.s.receipts.size(), 2u);
  stage.now += 1h;
  EXPECT_EQ(stage.play(dispute{}, owner), names{"rent.dispute"});
  EXPECT_EQ(stage.s.now, status::late);
  EXPECT_EQ(stage.wake_at(late_3), names{"rent.late"});
  EXPECT_EQ(stage.event_at<late>(0).n, 3);
}

TEST(Rental, releases_and_reclaims_in_the_order_in_which_it_went) {
  auto stage = active();
  stage.now = due - 1h;
  stage.play(give_back{}, renter);
  stage.play(dispute{}, owner);
  stage.play(give_back{}, renter);
  EXPECT_EQ(keys_of(stage.s), names{"release-1"});
  stage.answer("release-1");
  EXPECT_EQ(keys_of(stage.s), names{"reclaim-1"});
  stage.answer("reclaim-1", refused);
  EXPECT_EQ(keys_of(stage.s), names{"release-2"});
  stage.answer("release-2");
  EXPECT_EQ(keys_of(stage.s), names{});
}

// --- extensions ---

TEST(Rental, is_extended_when_listing_and_wallet_agree) {
  auto stage = extending();
  // It woke up two hours before due, so the reminder comes first.
  EXPECT_EQ(names_of(stage.last), (names{"rent.remind", "rent.extend-request"}));
  EXPECT_EQ(stage.asks<listing::extend>("extend-1").ends_at, due + one_day);
  EXPECT_EQ(stage.asks<listing::extend>("extend-1").n, 1);
  auto more = agreed();
  more.rent = money{250};
  EXPECT_EQ(stage.answer("extend-1", more), names{"rent.extend-reserve"});
  const auto body = stage.asks<wallet::hold>("hold-extension-1");
  EXPECT_EQ(body.part, 1);
  EXPECT_EQ(body.rent, money{250});
  EXPECT_EQ(body.deposit, money{});
  EXPECT_EQ(stage.answer("hold-extension-1"), names{"rent.extend"});
  EXPECT_EQ(stage.s.when.end, due + one_day);
  EXPECT_EQ(stage.s.rent, money{1000});
  EXPECT_EQ(alarm(stage.s), due + one_day - 6h) << "there is a new reminder";
}

TEST(Rental, refused_an_extension_by_the_listing_undoes_it_there) {
  auto stage = extending();
  EXPECT_EQ(stage.answer("extend-1", refused), names{"rent.extend-reject"});
  EXPECT_EQ(stage.event_at<extension_rejected>(0).why, refused);
  EXPECT_EQ(stage.s.extension_refusal, refused);
  EXPECT_EQ(stage.asks<listing::retract_extension>("undo-extend-1").old_end, due);
  EXPECT_EQ(stage.asks<listing::retract_extension>("undo-extend-1").n, 1);
  EXPECT_EQ(stage.acknowledge_all(), names{"undo-extend-1"});
  EXPECT_EQ(stage.s.now, status::active);
}

TEST(Rental, refused_an_extension_by_the_wallet_undoes_it_in_both) {
  auto stage = extending();
  stage.answer("extend-1", agreed());
  EXPECT_EQ(stage.answer("hold-extension-1", refused), names{"rent.extend-reject"});
  EXPECT_EQ(stage.asks<wallet::release>("undo-hold-extension-1").part, 1);
  EXPECT_EQ(stage.answer("hold-extension-1"), names{}) << "a late yes changes nothing";
  EXPECT_EQ(stage.acknowledge_all(), (names{"undo-extend-1", "undo-hold-extension-1"}));
  EXPECT_EQ(stage.s.rent, money{750});
  EXPECT_EQ(stage.s.when.end, due);
}

TEST(Rental, asks_for_another_extension_only_after_the_last_one_is_undone) {
  auto stage = extending();
  EXPECT_EQ(stage.refusal_of(extend{due + one_day}, renter), refusal_code::wrong_status);
  stage.answer("extend-1", refused);
  stage.play(extend{due + 1h}, renter);
  EXPECT_FALSE(stage.s.extension_refusal) << "that was about the last wish";
  EXPECT_EQ(keys_of(stage.s), names{"undo-extend-1"});
  stage.answer("undo-extend-1");
  EXPECT_EQ(keys_of(stage.s), names{"extend-2"});
  EXPECT_EQ(stage.answer("extend-1", agreed()), names{}) << "that was the first";
}

TEST(Rental, disputed_and_extended_at_once_has_its_extension_after_it_is_reclaimed) {
  auto stage = active();
  stage.now = due - 1h;
  stage.play(give_back{}, renter);
  stage.play(dispute{}, owner);
  stage.play(extend{due + one_day}, renter);
  stage.answer("release-1");
  EXPECT_EQ(stage.asks<listing::reclaim>("reclaim-1").extensions, 0)
      << "the listing would refuse those as undone";
  stage.answer("reclaim-1");
  EXPECT_EQ(stage.asks<listing::extend>("extend-1").n, 1);
}

TEST(Rental, is_extended_a_hundred_times_at_most) {
  auto stage = active();
  stage.now = due - 1h;
  for (int n = 1; n <= max_extensions; ++n) {
    const auto number = std::to_string(n);
    stage.play(extend{stage.s.when.end + std::chrono::microseconds{1}}, renter);
    stage.answer("extend-" + number, agreed());
    stage.answer("hold-extension-" + number);
    ASSERT_EQ(stage.s.extensions, n);
    ASSERT_FALSE(stage.s.pending_extension);
  }
  EXPECT_EQ(stage.refusal_of(extend{due + one_day}, renter), refusal_code::wrong_status);
}

TEST(Rental, is_not_late_while_an_extension_is_pending) {
  auto stage = extending();
  EXPECT_EQ(alarm(stage.s), std::nullopt);
  EXPECT_EQ(stage.wake_at(late_2), names{});
  stage.answer("extend-1", agreed());
  EXPECT_EQ(stage.answer("hold-extension-1"), (names{"rent.extend", "rent.remind"}));
  EXPECT_EQ(alarm(stage.s), due + one_day + 15min);
}

TEST(Rental, whose_pending_extension_is_refused_is_late_since_the_original_due) {
  auto stage = extending();
  stage.now = late_2;
  EXPECT_EQ(stage.answer("extend-1", refused),
            (names{"rent.extend-reject", "rent.late", "rent.late"}));
  EXPECT_EQ(stage.event_at<late>(1).due, late_1);
}

TEST(Rental, given_back_during_a_pending_extension_undoes_it) {
  auto stage = extending();
  stage.answer("extend-1", agreed());
  stage.now = due;
  EXPECT_EQ(stage.play(give_back{}, renter), (names{"rent.extend-reject", "rent.return"}));
  EXPECT_EQ(stage.acknowledge_all(),
            (names{"undo-extend-1", "undo-hold-extension-1", "release-1"}));
}

TEST(Rental, given_back_late_during_a_pending_extension_is_late_but_never_lost) {
  auto stage = extending();
  stage.now = loss;
  EXPECT_EQ(stage.play(give_back{}, renter),
            (names{"rent.extend-reject", "rent.late", "rent.late", "rent.late", "rent.return"}));
}

TEST(Rental, cancelled_during_a_pending_extension_pays_only_after_that_is_undone) {
  auto stage = booked_ahead();
  stage.play(extend{due + one_day}, renter);
  stage.answer("extend-1", agreed());
  EXPECT_EQ(stage.play(cancel{}, owner), (names{"rent.extend-reject", "rent.cancel"}));
  EXPECT_EQ(keys_of(stage.s), (names{"undo-extend-1", "undo-hold-extension-1"}));
  EXPECT_EQ(stage.acknowledge_all(),
            (names{"undo-extend-1", "undo-hold-extension-1", "release", "pay"}));
}

TEST(Rental, that_waits_in_vain_gives_up_its_pending_extension_too) {
  auto stage = booked_ahead();
  stage.play(extend{due + one_day}, renter);
  EXPECT_EQ(stage.wake_at(three_days.start), names{"rent.hand-over"});
  EXPECT_EQ(keys_of(stage.s), names{"extend-1"}) << "one question at a time";
  stage.answer("hand-over", hand_over_result{false});
  EXPECT_EQ(stage.wake_at(due), (names{"rent.extend-reject", "rent.cancel"}));
}

TEST(Rental, is_extended_by_its_renter_until_it_is_due_and_to_a_later_end_only) {
  auto stage = active();
  EXPECT_EQ(stage.refusal_of(extend{due + 1h}, owner), refusal_code::not_party);
  EXPECT_EQ(stage.refusal_of(extend{due}, renter), refusal_code::period_invalid);
  EXPECT_EQ(stage.refusal_of(extend{instant::max()}, renter), refusal_code::period_invalid);
  stage.now = due - a_moment;
  EXPECT_EQ(stage.refusal_of(extend{due + a_moment}, renter), std::nullopt);
  stage.now = due;
  EXPECT_EQ(stage.refusal_of(extend{due + 1h}, renter), refusal_code::too_late);
}

}  // namespace
}  // namespace rentwave::rental
