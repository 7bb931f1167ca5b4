#include "actors/domain/wallet.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/wallet_scene.hpp"

namespace rentwave::wallet {
namespace {

const auto me = make_id<account_id>(1);
const auto lender = make_id<account_id>(2);
const auto other_lender = make_id<account_id>(3);
const auto stranger = make_id<account_id>(4);
const auto rental = make_id<rental_id>(10);
const auto other_rental = make_id<rental_id>(11);
const refusal said_no{refusal_code::payment_failed, "no cover", {}};

std::string key(int payment) {
  return "payment-" + to_string(make_id<payment_id>(payment));
}

top_up in(int payment, std::int64_t cents) {
  return {me, make_id<payment_id>(payment), {cents}};
}
withdraw out(int payment, std::int64_t cents) {
  return {me, make_id<payment_id>(payment), {cents}};
}

hold rent_and_deposit(std::int64_t rent, std::int64_t deposit, rental_id of = rental) {
  return {me, of, 0, {rent}, {deposit}};
}

charge fee(int n, std::int64_t cents, rental_id of = rental, account_id to = lender) {
  return {of, n, to, {cents}};
}

/// A wallet with this balance; its top-up was payment 1.
scene with_balance(std::int64_t cents) {
  scene stage;
  stage.play(in(1, cents), me);
  stage.answer(key(1));
  return stage;
}

/// Everything is held: 300 of rent and 200 of deposit.
scene with_hold() {
  auto stage = with_balance(500);
  stage.play(rent_and_deposit(300, 200));
  return stage;
}

// --- in and out ---

TEST(Wallet, credits_a_top_up_when_the_provider_has_collected_it) {
  scene stage;
  EXPECT_EQ(stage.play(in(1, 500), me), names{"wallet.top-up-request"});
  EXPECT_EQ(stage.s.balance, money{});
  const auto asked = wants(stage.s);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].key, key(1));
  EXPECT_EQ(asked[0].to, payment_ref(make_id<payment_id>(1)));
  const auto body = std::get<payment::collect>(std::get<payment::command>(asked[0].body));
  EXPECT_EQ(body.account, me);
  EXPECT_EQ(body.amount, money{500});
  EXPECT_EQ(stage.answer(key(1)), names{"wallet.top-up"});
  EXPECT_EQ(stage.s.balance, money{500});
  EXPECT_TRUE(wants(stage.s).empty());
}

TEST(Wallet, credits_a_payment_once_however_often_it_is_asked_for) {
  auto stage = with_balance(500);
  EXPECT_EQ(stage.play(in(1, 500), me), names{});
  EXPECT_EQ(stage.answer(key(1)), names{});
  EXPECT_EQ(stage.s.balance, money{500});
}

TEST(Wallet, remembers_a_top_up_that_failed) {
  scene stage;
  stage.play(in(1, 500), me);
  EXPECT_EQ(stage.answer(key(1), said_no), names{"wallet.top-up-fail"});
  EXPECT_EQ(stage.s.failed_payments, std::vector{make_id<payment_id>(1)});
  EXPECT_EQ(stage.refusal_of(in(1, 500), me), refusal_code::payment_failed);
  EXPECT_TRUE(wants(stage.s).empty());
}

TEST(Wallet, takes_a_withdrawal_out_of_the_balance_at_once) {
  auto stage = with_balance(500);
  EXPECT_EQ(stage.play(out(2, 200), me), names{"wallet.withdraw"});
  EXPECT_EQ(stage.s.balance, money{300});
  const auto asked = wants(stage.s);
  ASSERT_EQ(asked.size(), 1u);
  const auto body = std::get<payment::pay_out>(std::get<payment::command>(asked[0].body));
  EXPECT_EQ(body.account, me);
  EXPECT_EQ(body.amount, money{200});
  EXPECT_EQ(stage.answer(key(2)), names{"wallet.pay-out"});
  EXPECT_EQ(stage.s.balance, money{300});
  EXPECT_EQ(stage.play(out(2, 200), me), names{});
}

TEST(Wallet, gets_a_withdrawal_back_that_failed) {
  auto stage = with_balance(500);
  stage.play(out(2, 500), me);
  EXPECT_EQ(stage.answer(key(2), said_no), names{"wallet.withdraw-fail"});
  EXPECT_EQ(stage.s.balance, money{500});
}

TEST(Wallet, refuses_payments_that_cannot_be) {
  auto stage = with_balance(500);
  for (const auto cents : {std::int64_t{0}, std::int64_t{-1}, max_amount.cents + 1}) {
    EXPECT_EQ(stage.refusal_of(in(2, cents), me), refusal_code::amount_invalid) << cents;
    EXPECT_EQ(stage.refusal_of(out(2, cents), me), refusal_code::amount_invalid) << cents;
  }
  EXPECT_EQ(stage.refusal_of(in(2, max_amount.cents), me), std::nullopt);
  EXPECT_EQ(stage.refusal_of(out(2, 501), me), refusal_code::insufficient_funds);
  EXPECT_EQ(stage.refusal_of(out(2, 500), me), std::nullopt);
}

TEST(Wallet, moves_money_in_and_out_for_its_owner_only) {
  auto stage = with_balance(500);
  for (const auto& caller : {std::optional<account_id>{}, std::optional{stranger}}) {
    EXPECT_EQ(stage.refusal_of(in(2, 1), caller), refusal_code::not_owner);
    EXPECT_EQ(stage.refusal_of(out(2, 1), caller), refusal_code::not_owner);
  }
}

TEST(Wallet, has_a_limit_on_open_payments) {
  scene stage;
  const int limit = max_open_payments;
  for (int n = 0; n < limit; ++n) stage.play(in(n, 1), me);
  EXPECT_EQ(stage.refusal_of(in(limit, 1), me), refusal_code::payment_failed);
  stage.answer(key(0));
  EXPECT_EQ(stage.refusal_of(in(limit, 1), me), std::nullopt);
}

// --- holds ---

TEST(Wallet, sets_rent_and_deposit_aside) {
  auto stage = with_balance(600);
  EXPECT_EQ(stage.play(rent_and_deposit(300, 200)), names{"wallet.hold"});
  EXPECT_EQ(stage.s.balance, money{100});
  EXPECT_EQ(stage.s.held(), money{500});
  EXPECT_EQ(stage.play(hold{me, rental, 1, {100}, {}}), names{"wallet.hold"});
  EXPECT_EQ(stage.s.balance, money{});
  EXPECT_EQ(stage.s.held(), money{600});
}

TEST(Wallet, holds_nothing_that_it_has_not) {
  auto stage = with_balance(499);
  EXPECT_EQ(stage.refusal_of(rent_and_deposit(300, 200)), refusal_code::insufficient_funds);
  EXPECT_EQ(stage.refusal_of(rent_and_deposit(-1, 0)), refusal_code::amount_invalid);
  EXPECT_EQ(stage.refusal_of(rent_and_deposit(0, -1)), refusal_code::amount_invalid);
}

TEST(Wallet, holds_nothing_for_a_free_item_and_still_knows_the_rental) {
  scene stage;
  EXPECT_EQ(stage.play(rent_and_deposit(0, 0)), names{"wallet.hold"});
  EXPECT_EQ(stage.play(fee(1, 300)), names{"wallet.charge"});
  EXPECT_EQ(stage.s.owed(), money{300});
}

TEST(Wallet, releases_what_a_part_holds_and_refuses_that_part_from_then_on) {
  auto stage = with_balance(600);
  stage.play(rent_and_deposit(300, 200));
  stage.play(hold{me, rental, 1, {100}, {}});
  EXPECT_EQ(stage.play(release{me, rental, 1}), names{"wallet.release"});
  EXPECT_EQ(stage.s.balance, money{100});
  EXPECT_EQ(stage.refusal_of(hold{me, rental, 1, {100}, {}}), refusal_code::undone);
  EXPECT_EQ(stage.play(release{me, rental, 0}), names{"wallet.release"});
  EXPECT_EQ(stage.s.balance, money{600});
  EXPECT_TRUE(stage.s.holds.empty());
  EXPECT_EQ(stage.refusal_of(rent_and_deposit(300, 200)), refusal_code::undone);
}

TEST(Wallet, records_the_release_of_a_hold_that_never_came_and_refuses_it_later) {
  auto stage = with_balance(600);
  EXPECT_EQ(stage.play(release{me, rental, 0}), names{"wallet.release"});
  EXPECT_EQ(stage.event_at<released>(0).amount, money{});
  EXPECT_EQ(stage.refusal_of(rent_and_deposit(300, 200)), refusal_code::undone);
  EXPECT_EQ(stage.play(rent_and_deposit(300, 200, other_rental)), names{"wallet.hold"});
}

TEST(Wallet, keeps_covered_fees_when_a_part_is_released) {
  auto stage = with_hold();
  stage.play(fee(1, 50));
  stage.play(release{me, rental, 0});
  EXPECT_EQ(stage.s.balance, money{450});
  EXPECT_EQ(stage.s.held(), money{50});
  stage.play(pay{rental, lender, {300}, {}});
  EXPECT_EQ(stage.event_at<paid>(0).paid, money{50});
}

TEST(Wallet, has_a_limit_on_open_holds) {
  scene stage;
  for (int n = 0; n < static_cast<int>(max_holds); ++n)
    stage.s.holds[make_id<rental_id>(1000 + n)].parts.push_back({0, {}});
  EXPECT_EQ(stage.refusal_of(rent_and_deposit(0, 0)), refusal_code::too_many_holds);
  EXPECT_EQ(stage.refusal_of(hold{me, make_id<rental_id>(1000), 1, {}, {}}), std::nullopt)
      << "a further part is no further hold";
}

TEST(Wallet, remembers_the_newest_undone_holds_only) {
  scene stage;
  for (int n = 0; n <= static_cast<int>(max_undone); ++n)
    stage.s = fold(stage.s, {released{me, make_id<rental_id>(n), 0, {}, {}}});
  EXPECT_EQ(stage.s.undone.size(), max_undone);
  EXPECT_EQ(stage.s.undone.back().rental, make_id<rental_id>(static_cast<int>(max_undone)));
}

// --- late fees and debts ---

TEST(Wallet, meets_a_late_fee_from_balance_then_deposit_and_owes_the_rest) {
  struct {
    std::int64_t balance, fee, from_balance, from_deposit, owed;
  } const table[] = {
      // The deposit is 200.
      {400, 400, 400, 0, 0}, {100, 250, 100, 150, 0}, {100, 350, 100, 200, 50},
      {0, 0, 0, 0, 0},       {0, 200, 0, 200, 0},
  };
  for (const auto& row : table) {
    auto stage = with_balance(500 + row.balance);
    stage.play(rent_and_deposit(300, 200));
    EXPECT_EQ(stage.play(fee(1, row.fee)), names{"wallet.charge"});
    const charge_result met{{row.from_balance}, {row.from_deposit}, {row.owed}};
    EXPECT_EQ(std::get<charge_result>(reply(stage.s, stage.last)), met);
    EXPECT_EQ(stage.s.owed(), money{row.owed});
    EXPECT_EQ(stage.s.held(), money{500 + row.from_balance});
  }
}

TEST(Wallet, answers_everything_but_a_charge_with_a_plain_yes) {
  auto stage = with_hold();
  EXPECT_TRUE(std::holds_alternative<accepted>(reply(stage.s, stage.last)));
  EXPECT_TRUE(std::holds_alternative<accepted>(reply(stage.s, {})));
}

TEST(Wallet, charges_each_late_period_once) {
  auto stage = with_hold();
  stage.play(fee(1, 150));
  stage.play(fee(2, 150));
  EXPECT_EQ(stage.play(fee(1, 150)), names{}) << "a late copy";
  EXPECT_EQ(stage.s.owed(), money{100});
  stage.play(fee(3, 150));
  ASSERT_EQ(stage.s.debts.size(), 1u) << "one debt a rental";
  EXPECT_EQ(stage.s.owed(), money{250});
  EXPECT_EQ(stage.refusal_of(fee(1, 150, other_rental)), refusal_code::undone) << "nothing is held";
  EXPECT_EQ(stage.refusal_of(fee(4, -1)), refusal_code::amount_invalid);
}

TEST(Wallet, of_who_owes_neither_rents_nor_pays_out) {
  auto stage = with_hold();
  stage.play(fee(1, 201));
  EXPECT_EQ(stage.refusal_of(rent_and_deposit(0, 0, other_rental)), refusal_code::debt);
  EXPECT_EQ(stage.refusal_of(hold{me, rental, 1, {}, {}}), refusal_code::debt);
  EXPECT_EQ(stage.refusal_of(out(2, 1), me), refusal_code::debt);
  EXPECT_EQ(stage.play(rent_and_deposit(300, 200)), names{}) << "it holds that already";
}

TEST(Wallet, repays_into_the_hold_while_the_rental_is_open) {
  auto stage = with_hold();
  stage.play(fee(1, 300));  // 200 from the deposit, 100 owed
  stage.play(in(2, 40), me);
  EXPECT_EQ(stage.answer(key(2)), (names{"wallet.top-up", "wallet.repay"}));
  EXPECT_TRUE(stage.event_at<repaid>(1).into_hold);
  EXPECT_EQ(stage.s.owed(), money{60});
  EXPECT_EQ(stage.s.holds.at(rental).fees, money{240});
  stage.play(in(3, 100), me);
  stage.answer(key(3));
  EXPECT_EQ(stage.s.owed(), money{});
  EXPECT_EQ(stage.s.balance, money{40});
}

TEST(Wallet, repays_to_the_owner_once_the_rental_is_over_each_time_under_another_id) {
  auto stage = with_hold();
  stage.play(fee(1, 300));
  stage.play(pay{rental, lender, {300}, {}});
  std::vector<transfer_id> ids{stage.event_at<sent>(1).transfer};
  for (const int payment : {2, 3, 4}) {
    stage.play(in(payment, 40), me);  // 40, 40, and 20 of the last
    EXPECT_EQ(stage.answer(key(payment)), (names{"wallet.top-up", "wallet.repay", "wallet.send"}));
    EXPECT_EQ(stage.event_at<sent>(2).to, lender);
    EXPECT_EQ(stage.event_at<sent>(2).rental, rental);
    ids.push_back(stage.event_at<sent>(2).transfer);
  }
  EXPECT_EQ(stage.s.balance, money{20});
  EXPECT_TRUE(stage.s.debts.empty());
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
}

TEST(Wallet, repays_the_oldest_debt_first) {
  scene stage;
  stage.play(rent_and_deposit(0, 0, rental));
  stage.play(rent_and_deposit(0, 0, other_rental));
  stage.play(fee(1, 100, other_rental, other_lender));
  stage.play(fee(1, 100, rental, lender));
  stage.play(pay{rental, lender, {}, {}});
  stage.play(receive{me, make_id<transfer_id>(1), stranger, make_id<rental_id>(99), {150}});
  EXPECT_EQ(names_of(stage.last),
            (names{"wallet.receive", "wallet.repay", "wallet.repay", "wallet.send"}));
  EXPECT_EQ(stage.event_at<repaid>(1).rental, other_rental);
  EXPECT_EQ(stage.event_at<repaid>(1).amount, money{100});
  EXPECT_EQ(stage.event_at<repaid>(2).rental, rental);
  EXPECT_EQ(stage.event_at<repaid>(2).amount, money{50});
}

TEST(Wallet, repays_out_of_everything_that_becomes_free) {
  // A second hold of 100 is open, a withdrawal of 100 is on its way, and 50 are owed.
  auto stage = with_balance(700);
  stage.play(rent_and_deposit(300, 200));
  stage.play(rent_and_deposit(100, 0, other_rental));
  stage.play(out(2, 100), me);
  stage.play(fee(1, 250));
  ASSERT_EQ(stage.s.owed(), money{50});
  auto undone = stage;
  EXPECT_EQ(undone.play(release{me, other_rental, 0}), (names{"wallet.release", "wallet.repay"}));
  auto ended = stage;
  EXPECT_EQ(ended.play(pay{other_rental, lender, {}, {}}), (names{"wallet.pay", "wallet.repay"}));
  auto failed = stage;
  EXPECT_EQ(failed.answer(key(2), said_no), (names{"wallet.withdraw-fail", "wallet.repay"}));
  for (const auto& each : {undone, ended, failed}) EXPECT_EQ(each.s.balance, money{50});
}

// --- the end of a hold ---

TEST(Wallet, pays_rent_fees_and_claim_and_gets_the_rest_back) {
  struct {
    std::int64_t rent, claim, paid, refunded;
  } const table[] = {
      // Held are 300 of rent, 200 of deposit, and a fee of 40 from the balance.
      {300, 0, 340, 200}, {300, 70, 410, 130}, {300, 500, 540, 0},
      {0, 0, 40, 500},    {999, 0, 340, 200},  {-5, -5, 40, 500},
  };
  for (const auto& row : table) {
    auto stage = with_balance(540);
    stage.play(rent_and_deposit(300, 200));
    stage.play(fee(1, 40));
    EXPECT_EQ(stage.play(pay{rental, lender, {row.rent}, {row.claim}}),
              (names{"wallet.pay", "wallet.send"}));
    EXPECT_EQ(stage.event_at<paid>(0).paid, money{row.paid});
    EXPECT_EQ(stage.event_at<paid>(0).refunded, money{row.refunded});
    EXPECT_EQ(stage.event_at<sent>(1).to, lender);
    EXPECT_EQ(stage.s.balance, money{row.refunded});
    EXPECT_TRUE(stage.s.holds.empty());
  }
}

TEST(Wallet, pays_extensions_too) {
  auto stage = with_balance(600);
  stage.play(rent_and_deposit(300, 200));
  stage.play(hold{me, rental, 1, {100}, {}});
  stage.play(pay{rental, lender, {400}, {}});
  EXPECT_EQ(stage.event_at<paid>(0).paid, money{400});
}

TEST(Wallet, sends_no_transfer_of_nothing) {
  auto stage = with_hold();
  EXPECT_EQ(stage.play(pay{rental, lender, {}, {}}), names{"wallet.pay"});
}

TEST(Wallet, whose_hold_is_over_ignores_and_refuses_its_late_copies) {
  auto stage = with_hold();
  stage.play(fee(1, 10));
  stage.play(pay{rental, lender, {300}, {}});
  EXPECT_EQ(stage.play(pay{rental, lender, {300}, {}}), names{});
  EXPECT_EQ(stage.refusal_of(rent_and_deposit(0, 0)), refusal_code::undone);
  EXPECT_EQ(stage.refusal_of(hold{me, rental, 1, {}, {}}), refusal_code::undone);
  EXPECT_EQ(stage.refusal_of(fee(1, 10)), refusal_code::undone);
  EXPECT_EQ(stage.refusal_of(fee(2, 10)), refusal_code::undone);
}

// --- transfers ---

TEST(Wallet, sends_a_transfer_until_the_other_wallet_has_it) {
  auto stage = with_hold();
  stage.play(pay{rental, lender, {300}, {}});
  const auto asked = wants(stage.s);
  ASSERT_EQ(asked.size(), 1u);
  const auto body = std::get<receive>(std::get<command>(asked[0].body));
  EXPECT_EQ(asked[0].key, "transfer-" + to_string(body.transfer));
  EXPECT_EQ(asked[0].to, wallet_ref(lender));
  EXPECT_EQ(body.owner, lender);
  EXPECT_EQ(body.from, me);
  EXPECT_EQ(body.rental, rental);
  EXPECT_EQ(body.amount, money{300});
  EXPECT_EQ(stage.answer(asked[0].key, refusal{refusal_code::unknown_entity, "", {}}), names{})
      << "money on its way is not forgotten";
  EXPECT_EQ(stage.answer(asked[0].key), names{"wallet.arrive"});
  EXPECT_TRUE(wants(stage.s).empty());
}

TEST(Wallet, receives_what_others_send) {
  scene stage;
  const receive body{me, make_id<transfer_id>(1), stranger, rental, {70}};
  EXPECT_EQ(stage.play(body), names{"wallet.receive"});
  EXPECT_EQ(stage.s.owner, me);
  EXPECT_EQ(stage.s.balance, money{70});
  auto nothing = body;
  nothing.amount = {};
  EXPECT_EQ(stage.refusal_of(nothing), refusal_code::amount_invalid);
}

TEST(Wallet, ignores_answers_to_what_it_never_asked_and_alarms) {
  auto stage = with_hold();
  EXPECT_EQ(stage.answer("payment-x"), names{});
  EXPECT_EQ(stage.answer(key(9)), names{});
  EXPECT_EQ(stage.play(wake{}), names{});
}

}  // namespace
}  // namespace rentwave::wallet
