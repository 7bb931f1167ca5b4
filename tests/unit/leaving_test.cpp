// Leaving and being suspended: the account as the one that asks and tells, and those that it tells,
// each by itself.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/stage.hpp"

namespace rentwave {
namespace {

const auto admin = numbered<account_id>(9);

listing_id advert_number(int n) {
  return numbered<listing_id>(200 + n);
}

struct person_scene : stage<account::state> {
  person_scene() {
    has_alarms = true;
    play(account::open{ada, "ada", {"Ada"}, {"ada@example.org"}, {"1 High Street"}});
  }
  account::standing standing() const { return s.standing.now; }
  /// Answers the one thing that is wanted.
  names agree(outcome how = accepted{}) {
    const auto keys = owed();
    if (keys.size() != 1) {
      ADD_FAILURE() << keys.size() << " things are wanted";
      return {};
    }
    return acknowledge(keys[0], std::move(how));
  }
  /// Agrees to everything that is wanted; the person has no adverts. The keys, in order.
  names agree_to_all() {
    names keys;
    while (!owed().empty() && keys.size() < 20) {
      keys.push_back(owed()[0]);
      agree(owed()[0].find("-page-") != std::string::npos ? outcome{belongings{}} : accepted{});
    }
    return keys;
  }
  template <class Command, class Kind>
  Command asks(std::size_t n = 0) const {
    return std::get<Command>(std::get<Kind>(wants(s).at(n).body));
  }
};

// --- leaving ---

TEST(Leaving, asks_everybody_before_anything_is_gone) {
  person_scene stage;
  EXPECT_EQ(stage.play(account::close{}, ada), names{"account.close"});
  EXPECT_EQ(stage.owed(), names{"close-wallet-1"});
  EXPECT_EQ((stage.asks<wallet::close, wallet::command>().order), 1);
  stage.agree();
  EXPECT_EQ(stage.owed(), names{"hide-free-1-page-0"});
  stage.agree(belongings{{advert_number(1)}, {}});
  const auto hide = stage.asks<listing::hide, listing::command>();
  EXPECT_EQ(hide.by, listing::hider::account);
  EXPECT_TRUE(hide.if_free);
  stage.agree();
  EXPECT_EQ(stage.owed(), names{"check-1"});
  EXPECT_EQ(stage.s.display_name.text, "Ada") << "there is a way back until then";
  EXPECT_EQ(stage.standing(), account::standing::closing);

  EXPECT_EQ(stage.agree(), (names{"account.step", "account.erase"}));
  EXPECT_EQ(stage.standing(), account::standing::erased);
  EXPECT_EQ(stage.s.display_name.text + stage.s.email.text + stage.s.address.text, "");
  EXPECT_EQ(stage.owed(), names{"close-login-2"});
  EXPECT_EQ((stage.asks<login::set_gate, login::command>().to), login::gate::closed);
  EXPECT_EQ(stage.agree_to_all(),
            (names{"close-login-2", "forget-2", "clear-inbox-2", "unfollow-2", "retire-2-page-0"}));
}

TEST(Leaving, is_up_to_the_person) {
  person_scene stage;
  EXPECT_EQ(stage.code(account::close{}, bob), "not_owner");
  EXPECT_EQ(stage.code(account::close{}), "not_owner");
  EXPECT_EQ(rentwave::stage<account::state>{}.code(account::close{}, ada), "unknown_entity");
}

TEST(Leaving, comes_to_nothing_when_the_wallet_says_no) {
  person_scene stage;
  stage.play(account::close{}, ada);
  const refusal why{refusal_code::wallet_not_empty, "5 cents", {}};
  EXPECT_EQ(stage.agree(why), names{"account.close-refuse"});
  EXPECT_EQ(stage.standing(), account::standing::good);
  EXPECT_EQ(stage.s.standing.refused, why);
  EXPECT_EQ(stage.agree_to_all(), names{"reopen-wallet-2"}) << "the question may come late";
  EXPECT_EQ(stage.s.display_name.text, "Ada");
  EXPECT_EQ(stage.play(account::close{}, ada), names{"account.close"});
  EXPECT_EQ(stage.s.standing.refused, std::nullopt);
  EXPECT_EQ(stage.owed(), names{"close-wallet-3"});
}

TEST(Leaving, comes_to_nothing_when_an_advert_is_booked_or_a_rental_is_open) {
  for (const bool by_advert : {true, false}) {
    person_scene stage;
    stage.play(account::close{}, ada);
    stage.agree();
    stage.agree(belongings{{advert_number(1), advert_number(2)}, {}});
    ASSERT_EQ(stage.owed().size(), 2u);
    stage.acknowledge(stage.owed()[0]);
    if (by_advert) {
      stage.agree(refusal{refusal_code::listing_in_use, "", {}});
    } else {
      stage.agree(refusal{refusal_code::unknown_entity, "", {}});  // removed meanwhile
      stage.agree(refusal{refusal_code::rentals_open, "", {}});
    }
    EXPECT_EQ(stage.standing(), account::standing::good);
    EXPECT_EQ(stage.agree_to_all(), (names{"reopen-wallet-2", "show-2-page-0"}));
  }
}

TEST(Leaving, goes_through_all_adverts_page_by_page) {
  person_scene stage;
  stage.play(account::close{}, ada);
  stage.agree();
  std::vector<listing_id> many;
  for (int n = 0; n < 50; ++n) many.push_back(advert_number(n));
  stage.agree(belongings{many, "more"});
  std::size_t told = 0;
  while (stage.owed()[0].find("-page-") == std::string::npos) {
    EXPECT_LE(stage.owed().size(), 20u) << "not all at once";
    stage.acknowledge(stage.owed()[0]);
    ASSERT_LE(++told, many.size());
  }
  EXPECT_EQ(told, many.size());
  EXPECT_EQ(stage.owed(), names{"hide-free-1-page-1"});
  EXPECT_EQ((stage.asks<estate::survey, estate::command>().cursor), "more");
  stage.agree(belongings{});
  EXPECT_EQ(stage.owed(), names{"check-1"});
}

TEST(Leaving, looks_once_more_for_adverts_that_were_posted_meanwhile) {
  person_scene stage;
  stage.play(account::close{}, ada);
  stage.agree_to_all();
  ASSERT_EQ(alarm(stage.s), stage.now + account::second_look);
  EXPECT_EQ(stage.play(wake{}), names{});
  stage.now += account::second_look;
  EXPECT_EQ(stage.play(wake{}), names{"account.look-again"});
  EXPECT_EQ(alarm(stage.s), std::nullopt);
  stage.agree(belongings{{advert_number(7)}, {}});
  EXPECT_EQ((stage.asks<listing::retire, listing::command>().order), 3);
  stage.agree();
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Leaving, is_for_good) {
  person_scene stage;
  stage.play(account::close{}, ada);
  stage.agree_to_all();
  EXPECT_EQ(stage.code(account::edit{personal{"Eve"}, {}, {}}, ada), "unknown_entity");
  EXPECT_EQ(stage.code(account::suspend{{"x"}, {}}, admin), "unknown_entity");
  EXPECT_EQ(stage.play(account::close{}, ada), names{});
  EXPECT_EQ(stage.play(account::open{ada, "ada", {"Ada"}, {}, {}}), names{});
  EXPECT_EQ(stage.s.display_name.text, "");
}

// --- suspending ---

TEST(Suspension, locks_the_login_and_hides_the_adverts_until_it_is_lifted) {
  person_scene stage;
  EXPECT_EQ(stage.code(account::suspend{{"spam"}, {}}), "not_owner") << "nobody asked";
  EXPECT_EQ(stage.code(account::suspend{{"spam"}, {}}, ada), "own_account");
  EXPECT_EQ(stage.play(account::suspend{{"spam"}, {}}, admin), names{"account.suspend"});
  EXPECT_EQ(stage.code(account::close{}, ada), "account_suspended");
  EXPECT_EQ(stage.owed(), names{"lock-login-1"});
  stage.agree();
  stage.agree(belongings{{advert_number(1)}, {}});
  EXPECT_FALSE((stage.asks<listing::hide, listing::command>().if_free));
  stage.agree();
  EXPECT_EQ(stage.owed(), names{});

  EXPECT_EQ(stage.play(account::reinstate{}, admin), names{"account.reinstate"});
  EXPECT_EQ((stage.asks<login::set_gate, login::command>().to), login::gate::open);
  stage.agree();
  stage.agree(belongings{{advert_number(1)}, {}});
  EXPECT_EQ((stage.asks<listing::show, listing::command>().order), 2);
  stage.agree();
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.play(account::reinstate{}, admin), names{});
}

TEST(Suspension, ends_by_itself_at_its_time) {
  person_scene stage;
  const instant until = stage.now + one_day;
  EXPECT_EQ(stage.code(account::suspend{{"spam"}, stage.now}, admin), "too_late");
  stage.play(account::suspend{{"spam"}, until}, admin);
  stage.now += account::second_look;
  EXPECT_EQ(stage.play(wake{}), names{"account.look-again"});
  EXPECT_EQ(alarm(stage.s), until);
  stage.now = until;
  EXPECT_EQ(stage.play(wake{}), names{"account.reinstate"});
  EXPECT_EQ(stage.standing(), account::standing::good);
  EXPECT_EQ(alarm(stage.s), std::nullopt);
  EXPECT_EQ(stage.agree_to_all(), (names{"unlock-login-3", "show-3-page-0"}))
      << "what was told before is of no account any more";
}

TEST(Suspension, comes_not_between_a_person_and_the_door) {
  person_scene stage;
  stage.play(account::close{}, ada);
  EXPECT_EQ(stage.code(account::suspend{{"spam"}, {}}, admin), "account_closed");
}

TEST(Suspension, keeps_the_wallet_that_is_to_be_opened_again_in_mind) {
  person_scene stage;
  stage.play(account::close{}, ada);
  stage.agree(refusal{refusal_code::wallet_not_empty, "", {}});
  stage.play(account::suspend{{"spam"}, {}}, admin);
  EXPECT_EQ(stage.agree_to_all(), (names{"reopen-wallet-2", "lock-login-3", "hide-3-page-0"}));
}

// --- the login ---

session_id visit(int n) {
  return numbered<session_id>(100 + n);
}

struct gate_scene : stage<login::state> {
  gate_scene() {
    play(login::sign_up{"ada", ada, {"hash"}, {"Ada"}, {}, {}});
    acknowledge("open");
    play(login::add_session{visit(1), 1});
    play(login::add_session{visit(2), 0, visit(1)});
  }
};

TEST(Gate, ends_sessions_and_tokens_when_it_is_shut) {
  gate_scene stage;
  EXPECT_EQ(stage.code(login::set_gate{1, login::gate::locked}, admin), "bad_credentials");
  EXPECT_EQ(stage.play(login::set_gate{1, login::gate::locked}), names{"user.gate"});
  EXPECT_EQ(stage.owed(), (names{"end-" + to_string(visit(1)), "end-" + to_string(visit(2))}));
  EXPECT_EQ(stage.code(login::add_session{visit(3), 1}), "account_suspended");
  EXPECT_EQ(stage.code(login::add_session{visit(3), 0, visit(1)}), "account_suspended");
  EXPECT_EQ(stage.play(login::set_gate{2, login::gate::open}), names{"user.gate"});
  EXPECT_EQ(stage.play(login::add_session{visit(3), 1}), names{"user.login"});
}

TEST(Gate, obeys_the_newest_order_whichever_comes_first) {
  gate_scene stage;
  stage.play(login::set_gate{2, login::gate::open});
  EXPECT_EQ(stage.play(login::set_gate{1, login::gate::locked}), names{});
  EXPECT_EQ(stage.s.now, login::gate::open);
  EXPECT_EQ(stage.s.sessions.size(), 1u);
}

TEST(Gate, that_is_closed_forgets_the_password_and_keeps_the_name) {
  gate_scene stage;
  stage.play(login::set_gate{1, login::gate::closed});
  EXPECT_EQ(stage.s.password_hash.text, "");
  EXPECT_EQ(stage.code(login::add_session{visit(3), 1}), "account_closed");
  EXPECT_EQ(stage.code(login::change_password{1, {"x"}, {}}, ada), "account_closed");
  EXPECT_EQ(stage.code(login::reset_password{{"x"}}, admin), "unknown_entity");
  EXPECT_EQ(stage.code(login::sign_up{"ada", bob, {"hash"}, {}, {}, {}}), "username_taken");
}

TEST(Login, takes_a_password_that_was_given_out_for_one_session_within_a_day) {
  gate_scene stage;
  EXPECT_EQ(stage.code(login::reset_password{{"once"}}), "bad_credentials") << "nobody asked";
  EXPECT_EQ(stage.play(login::reset_password{{"once"}}, admin), names{"user.reset"});
  EXPECT_EQ(stage.s.password_version, 2);
  EXPECT_EQ(stage.owed().size(), 2u) << "session and token end";
  auto late = stage;
  late.now += login::one_time_life + duration{1};
  EXPECT_EQ(late.code(login::add_session{visit(3), 2}), "bad_credentials");

  EXPECT_EQ(stage.play(login::add_session{visit(3), 2}), names{"user.login"});
  EXPECT_EQ(stage.code(login::add_session{visit(4), 2}), "bad_credentials");
  stage.play(login::change_password{2, {"own"}, visit(3)}, ada);
  EXPECT_EQ(stage.play(login::add_session{visit(4), 3}), names{"user.login"});
  EXPECT_EQ(stage.play(login::add_session{visit(5), 3}), names{"user.login"});
}

// --- the wallet ---

const auto some_rental = numbered<rental_id>(300);
const auto some_payment = numbered<payment_id>(301);

TEST(Closed_wallet, takes_nothing_but_what_others_owe) {
  stage<wallet::state> stage;
  EXPECT_EQ(stage.code(wallet::close{ada, 1}, ada), "not_owner");
  EXPECT_EQ(stage.play(wallet::close{ada, 1}), names{"wallet.close"});
  EXPECT_EQ(stage.code(wallet::top_up{ada, some_payment, money{100}}, ada), "account_closed");
  EXPECT_EQ(stage.code(wallet::hold{ada, some_rental, 0, {}, {}}), "account_closed");
  const wallet::receive late{ada, numbered<transfer_id>(1), bob, some_rental, money{30}};
  EXPECT_EQ(stage.play_once(late), names{"wallet.receive"}) << "it has nowhere else to go";
  EXPECT_EQ(stage.s.balance, money{30});
}

TEST(Closed_wallet, was_empty) {
  stage<wallet::state> stage;
  stage.play(wallet::top_up{ada, some_payment, money{100}}, ada);
  EXPECT_EQ(stage.code(wallet::close{ada, 1}), "wallet_not_empty") << "a payment is under way";
  stage.acknowledge("payment-" + to_string(some_payment));
  EXPECT_EQ(stage.code(wallet::close{ada, 1}), "wallet_not_empty") << "a balance";
  stage.play(wallet::hold{ada, some_rental, 0, money{60}, money{40}});
  EXPECT_EQ(stage.code(wallet::close{ada, 1}), "wallet_not_empty") << "a hold";
  stage.play(wallet::charge{some_rental, 1, bob, money{50}});
  stage.play(wallet::pay{some_rental, bob, money{60}, {}});
  EXPECT_EQ(stage.s.balance, money{});
  EXPECT_EQ(stage.code(wallet::close{ada, 1}), "wallet_not_empty") << "a debt";
}

TEST(Closed_wallet, is_opened_by_the_later_order_whichever_comes_first) {
  stage<wallet::state> stage;
  EXPECT_EQ(stage.play(wallet::reopen{ada, 2}), names{"wallet.reopen"});
  EXPECT_EQ(stage.play(wallet::close{ada, 1}), names{});
  EXPECT_EQ(stage.code(wallet::hold{ada, some_rental, 0, {}, {}}), "");
  EXPECT_EQ(stage.play(wallet::close{ada, 3}), names{"wallet.close"});
  EXPECT_EQ(stage.play(wallet::reopen{ada, 4}), names{"wallet.reopen"});
  EXPECT_EQ(stage.code(wallet::hold{ada, some_rental, 0, {}, {}}), "");
}

// --- the inbox ---

TEST(Closed_inbox, is_told_nothing) {
  stage<inbox::state> stage;
  stage.play_once(inbox::deliver{ada, {}});
  EXPECT_EQ(stage.code(inbox::close{ada}, ada), "not_owner");
  EXPECT_EQ(stage.play(inbox::close{ada}), names{"inbox.close"});
  EXPECT_EQ(stage.s.unread(), 0);
  EXPECT_EQ(stage.play(inbox::deliver{ada, {}}), names{});
}

}  // namespace
}  // namespace rentwave
