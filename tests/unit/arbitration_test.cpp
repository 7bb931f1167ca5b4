// What an administrator decides about a rental: what goes to whom, to the cent.
#include <gtest/gtest.h>

#include "tests/unit/rental_scene.hpp"
#include "tests/unit/wallet_scene.hpp"

namespace rentwave::rental {
namespace {

/// 750 of rent and 5000 of deposit are held, and one late period of 300 has fallen due.
scene late_by_one() {
  auto stage = active();
  stage.wake_at(due + 15min);
  stage.answer("charge-1", charge_result{money{300}, {}, {}});
  return stage;
}

const arbitrate to_the_owner{money{700}, money{200}, money{4000}, "The cover is torn."};

TEST(Arbitration, ends_a_late_rental_and_says_what_goes_to_the_owner) {
  auto stage = late_by_one();
  EXPECT_EQ(stage.play(to_the_owner, stranger), names{"rent.arbitrate"});
  EXPECT_EQ(stage.s.now, status::completed);
  EXPECT_EQ(stage.event_at<arbitrated>(0).about.owner, owner);
  EXPECT_EQ(stage.event_at<arbitrated>(0).at, stage.now);
  ASSERT_EQ(keys_of(stage.s), (names{"release-1", "pay"}));
  const auto ask = stage.asks<wallet::divide>("pay");
  EXPECT_EQ(ask.rental, rental_one);
  EXPECT_EQ(ask.to, owner);
  EXPECT_EQ(ask.rent, money{700});
  EXPECT_EQ(ask.late_fees, money{200});
  EXPECT_EQ(ask.deposit, money{4000});
  EXPECT_EQ(stage.acknowledge_all(), (names{"release-1", "pay"}));
  EXPECT_EQ(stage.refusal_of(to_the_owner, stranger), refusal_code::wrong_status);
  EXPECT_EQ(stage.refusal_of(dispute{"?"}, owner), refusal_code::wrong_status);
}

TEST(Arbitration, leaves_all_as_agreed_unless_told_otherwise) {
  auto stage = late_by_one();
  stage.play(arbitrate{{}, {}, {}, "As agreed."}, stranger);
  const auto ask = stage.asks<wallet::divide>("pay");
  EXPECT_EQ(ask.rent, money{750});
  EXPECT_EQ(ask.late_fees, money{300});
  EXPECT_EQ(ask.deposit, money{});
}

TEST(Arbitration, takes_what_fell_due_into_account_before_it_is_paid) {
  auto stage = active();
  stage.now = due + one_day;  // two late periods, of which nobody knows yet
  EXPECT_EQ(stage.play(arbitrate{{}, {}, {}, "x"}, stranger),
            (names{"rent.late", "rent.late", "rent.arbitrate"}));
  EXPECT_EQ(stage.s.decided->late_fees, money{600});
  EXPECT_EQ(stage.acknowledge_all(), (names{"release-1", "charge-1", "charge-2", "pay"}));
}

TEST(Arbitration, is_for_rentals_that_are_late_returned_or_were_disputed) {
  const auto wrong = refusal_code::wrong_status;
  EXPECT_EQ(scene{}.refusal_of(to_the_owner, stranger), refusal_code::unknown_entity);
  EXPECT_EQ(pending().refusal_of(to_the_owner, stranger), wrong);
  EXPECT_EQ(booked_ahead().refusal_of(to_the_owner, stranger), wrong);
  EXPECT_EQ(waiting().refusal_of(to_the_owner, stranger), wrong);
  EXPECT_EQ(active().refusal_of(to_the_owner, stranger), wrong);
  EXPECT_EQ(late_by_one().refusal_of(to_the_owner), refusal_code::not_party) << "nobody asked";

  auto returned = given_back(due - 1h);
  auto disputed = given_back(due - 1h);
  disputed.play(dispute{"where is it?"}, owner);
  disputed.acknowledge_all();
  const arbitrate half{money{375}, {}, money{2500}, "Half and half."};
  EXPECT_EQ(returned.play(half, stranger), names{"rent.arbitrate"});
  EXPECT_EQ(returned.acknowledge_all(), names{"pay"}) << "it was released when it came back";
  EXPECT_EQ(disputed.play(half, stranger), names{"rent.arbitrate"});
  EXPECT_EQ(disputed.acknowledge_all(), (names{"release-2", "pay"}));
}

TEST(Arbitration, gives_nobody_more_than_was_agreed) {
  auto stage = late_by_one();
  const auto code = [&](arbitrate wish) { return stage.refusal_of(wish, stranger); };
  EXPECT_EQ(code({money{751}, {}, {}, ""}), refusal_code::amount_invalid);
  EXPECT_EQ(code({money{-1}, {}, {}, ""}), refusal_code::amount_invalid);
  EXPECT_EQ(code({{}, money{301}, {}, ""}), refusal_code::amount_invalid);
  EXPECT_EQ(code({{}, {}, money{5001}, ""}), refusal_code::claim_exceeds_deposit);
  EXPECT_EQ(code({{}, {}, money{-1}, ""}), refusal_code::claim_exceeds_deposit);
  EXPECT_EQ(code({money{750}, money{300}, money{5000}, ""}), std::nullopt);
}

TEST(Arbitration, undoes_an_extension_that_is_still_open) {
  auto stage = given_back(due - 1h);
  stage.play(dispute{"?"}, owner);
  stage.acknowledge_all();
  stage.play(extend{due + one_day}, renter);
  EXPECT_EQ(stage.play(arbitrate{{}, {}, {}, "x"}, stranger),
            (names{"rent.extend-reject", "rent.arbitrate"}));
  EXPECT_EQ(stage.acknowledge_all(), (names{"undo-extend-1", "pay", "release-2"}));
}

}  // namespace
}  // namespace rentwave::rental

namespace rentwave::wallet {
namespace {

const auto whose = make_id<account_id>(1);
const auto other = make_id<account_id>(2);
const auto deal_one = make_id<rental_id>(3);

/// With so much held for the rental: 700 of rent, 500 of deposit, a late fee of 600 of which the
/// balance met `from_balance`, and the deposit the rest as far as it goes.
scene late_renter(std::int64_t from_balance) {
  scene stage;
  stage.play(top_up{whose, make_id<payment_id>(9), money{1200 + from_balance}}, whose);
  stage.answer("payment-" + to_string(make_id<payment_id>(9)));
  stage.play(hold{whose, deal_one, 0, money{700}, money{500}});
  stage.play(charge{deal_one, 1, other, money{600}});
  return stage;
}

divide division(std::int64_t rent, std::int64_t late_fees, std::int64_t deposit) {
  return {deal_one, other, money{rent}, money{late_fees}, money{deposit}};
}

TEST(Division, gives_the_owner_so_much_and_the_renter_the_rest) {
  auto stage = late_renter(600);  // 700 + 500 + 600 are held
  EXPECT_EQ(stage.play(division(300, 200, 100)), (names{"wallet.divide", "wallet.send"}));
  EXPECT_EQ(stage.event_at<divided>(0).paid, money{600});
  EXPECT_EQ(stage.event_at<divided>(0).refunded, money{1200});
  EXPECT_EQ(stage.s.balance, money{1200});
  EXPECT_EQ(stage.s.held(), money{});
  EXPECT_EQ(stage.event_at<sent>(1).to, other);
}

TEST(Division, of_nothing_gives_all_back_and_sends_nothing) {
  auto stage = late_renter(600);
  EXPECT_EQ(stage.play(division(0, 0, 0)), names{"wallet.divide"});
  EXPECT_EQ(stage.s.balance, money{1800});
  EXPECT_TRUE(stage.s.outgoing.empty());
}

TEST(Division, forgives_a_debt_that_is_not_asked_for) {
  auto stage = late_renter(0);  // the deposit met 500 of the fee, 100 are owed
  ASSERT_EQ(stage.s.owed(), money{100});
  EXPECT_EQ(stage.play(division(700, 400, 0)), (names{"wallet.divide", "wallet.send"}));
  EXPECT_EQ(stage.event_at<divided>(0).paid, money{1100});
  EXPECT_EQ(stage.event_at<divided>(0).refunded, money{100});
  EXPECT_EQ(stage.event_at<divided>(0).forgiven, money{100});
  EXPECT_EQ(stage.s.owed(), money{});
  EXPECT_EQ(stage.s.balance, money{100}) << "which no debt takes away again";
}

TEST(Division, leaves_owed_what_the_hold_cannot_cover_but_no_more_than_before) {
  auto stage = late_renter(0);  // 1200 are held, 100 are owed
  stage.play(division(700, 540, 0));
  EXPECT_EQ(stage.event_at<divided>(0).paid, money{1200});
  EXPECT_EQ(stage.event_at<divided>(0).forgiven, money{60});
  EXPECT_EQ(stage.s.owed(), money{40});

  auto greedy = late_renter(0);
  greedy.play(division(700, 600, 500));
  EXPECT_EQ(greedy.event_at<divided>(0).paid, money{1200});
  EXPECT_EQ(greedy.s.owed(), money{100}) << "a claim makes no new debt";
}

TEST(Division, of_a_hold_that_is_over_is_nothing) {
  auto stage = late_renter(600);
  stage.play(division(0, 0, 0));
  EXPECT_EQ(stage.play(pay{deal_one, other, money{700}, {}}), names{});
  EXPECT_EQ(scene{}.play(division(1, 1, 1)), names{});
}

}  // namespace
}  // namespace rentwave::wallet
