// Several wallets, a provider and the post between them, under a random stream of commands whose
// copies are lost, repeated and reordered. No cent is made or lost, and every owner gets his due.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/dice.hpp"
#include "tests/unit/wallet_scene.hpp"

namespace rentwave::wallet {
namespace {

using code = refusal_code;

/// What the test knows of a rental, as its saga would.
struct deal {
  rental_id id;
  std::size_t renter = 0;
  std::size_t owner = 1;
  enum { fresh, open, over } stage = fresh;
  hold first;
  std::vector<hold> extensions;
  int charges = 0;
  money rent;  // held, extensions included
  money deposit_left;
  money fees;                   // charged, whether met or owed
  money owed_to_owner;          // fixed when it is over
  std::vector<command> copies;  // of everything sent to the renter's wallet: they may come again
};

struct letter {
  std::size_t from = 0;
  std::optional<want> ask;  // otherwise an answer to `from`
  answered answer;
};

class world {
 public:
  explicit world(std::uint64_t seed) : chance_{seed} {
    for (int n = 0; n < 4; ++n) {
      owners_.push_back(make_id<account_id>(n + 1));
      wallets_.emplace_back();
    }
  }

  void run(int steps) {
    for (int n = 0; n < steps && !testing::Test::HasFailure(); ++n) {
      step();
      check();
    }
    settle();
  }

 private:
  void step() {
    switch (chance_.below(10)) {
      case 0:
        return pay_in_or_out();
      case 1:
        return begin_deal();
      case 2:
      case 3:
        return go_on();
      case 4:
        return repeat();
      case 5:
      case 6:
        return post(chance_.below(4));
      default:
        return deliver();
    }
  }

  void pay_in_or_out() {
    const auto n = who();
    const payment_id id = make_id<payment_id>(++numbers_);
    const money amount{chance_.between(-10, 400)};
    if (chance_.percent(70)) {
      tell(n, top_up{owners_[n], id, amount}, {code::amount_invalid, code::payment_failed},
           owners_[n]);
    } else {
      tell(n, withdraw{owners_[n], id, amount},
           {code::amount_invalid, code::debt, code::insufficient_funds, code::payment_failed},
           owners_[n]);
    }
  }

  void begin_deal() {
    deal d;
    d.id = make_id<rental_id>(++numbers_);
    d.renter = who();
    d.owner = (d.renter + 1 + static_cast<std::size_t>(chance_.below(3))) % 4;
    d.first = {owners_[d.renter], d.id, 0, {chance_.below(200)}, {chance_.below(100)}};
    if (chance_.percent(10)) {  // undone before it came: the hold after it must be refused
      tell(d.renter, release{owners_[d.renter], d.id, 0}, {});
      EXPECT_FALSE(tell(d.renter, d.first, {code::undone}));
      return;
    }
    deals_.push_back(d);
  }

  void go_on() {
    if (deals_.empty()) return;
    deal& d = chance_.pick(deals_);
    if (d.stage == deal::over) return;
    if (d.stage == deal::fresh) return open(d);
    switch (chance_.below(6)) {
      case 0:
      case 1:
        return charge_fee(d);
      case 2:
        return extend_or_shorten(d);
      case 3:
        return end(d);
      default:
        return;
    }
  }

  void open(deal& d) {
    if (!tell(d.renter, d.first, {code::debt, code::insufficient_funds})) return;
    d.stage = deal::open;
    d.rent = d.first.rent;
    d.deposit_left = d.first.deposit;
    d.copies.emplace_back(d.first);
  }

  void charge_fee(deal& d) {
    const charge ask{d.id, ++d.charges, owners_[d.owner], {chance_.below(150)}};
    const auto events = tell(d.renter, ask, {});
    ASSERT_TRUE(events);
    const auto met = std::get<charge_result>(reply(wallets_[d.renter], *events));
    EXPECT_EQ(met.from_balance + met.from_deposit + met.owed, ask.fee);
    d.fees += ask.fee;
    d.deposit_left -= met.from_deposit;
    d.copies.emplace_back(ask);
  }

  void extend_or_shorten(deal& d) {
    if (!d.extensions.empty() && chance_.percent(30)) {
      const auto last = d.extensions.back();
      d.extensions.pop_back();
      d.rent -= last.rent;
      const release undo{last.owner, last.rental, last.part};
      EXPECT_TRUE(tell(d.renter, undo, {}));
      d.copies.emplace_back(undo);
      return;
    }
    const hold ask{owners_[d.renter], d.id, ++numbers_, {chance_.below(60)}, {}};
    if (!tell(d.renter, ask, {code::debt, code::insufficient_funds})) return;
    d.extensions.push_back(ask);
    d.rent += ask.rent;
    d.copies.emplace_back(ask);
  }

  /// An administrator says what goes to the owner, be it more than there is.
  void arbitrate(deal& d) {
    const divide ask{
        d.id, owners_[d.owner], {chance_.below(300)}, {chance_.below(300)}, {chance_.below(120)}};
    EXPECT_TRUE(tell(d.renter, ask, {}));
    d.stage = deal::over;
    const money wanted = std::min(ask.rent, d.rent) + ask.late_fees + ask.deposit;
    d.owed_to_owner = std::min(wanted, d.rent + d.fees + d.deposit_left);
    d.copies.emplace_back(ask);
  }

  void end(deal& d) {
    if (chance_.percent(25)) return arbitrate(d);
    const money rent = chance_.percent(80) ? d.rent : money{chance_.below(300)};
    const money claim{chance_.below(120)};
    const pay ask{d.id, owners_[d.owner], rent, claim};
    EXPECT_TRUE(tell(d.renter, ask, {}));
    d.stage = deal::over;
    d.owed_to_owner = std::min(rent, d.rent) + d.fees + std::min(claim, d.deposit_left);
    d.copies.emplace_back(ask);
  }

  /// A late copy of anything that was told to a wallet has no effect.
  void repeat() {
    if (deals_.empty()) return;
    deal& d = chance_.pick(deals_);
    if (d.copies.empty()) return;
    const auto decided = decide(wallets_[d.renter], chance_.pick(d.copies), {});
    EXPECT_TRUE(!decided || decided->empty());
  }

  // --- the post ---

  void post(std::int64_t n) {
    for (const auto& each : wants(wallets_[static_cast<std::size_t>(n)]))
      if (chance_.percent(60)) mail_.push_back({static_cast<std::size_t>(n), each, {}});
  }

  void deliver() {
    if (mail_.empty()) return;
    const auto at =
        static_cast<std::size_t>(chance_.below(static_cast<std::int64_t>(mail_.size())));
    const letter one = mail_[at];
    if (!chance_.percent(40)) mail_.erase(mail_.begin() + static_cast<std::ptrdiff_t>(at));
    if (chance_.percent(20)) return;  // this copy is lost
    if (one.ask) {
      mail_.push_back({one.from, std::nullopt, {one.ask->key, answer_to(*one.ask)}});
    } else {
      tell(one.from, one.answer, {});
    }
  }

  outcome answer_to(const want& asked) {
    if (asked.to.kind == entity_kind::payment) return ask_provider(asked);
    const auto& body = std::get<receive>(std::get<command>(asked.body));
    // As the runtime does: the command's id tells a copy from the first.
    if (!received_.insert(asked.key).second) return accepted{};
    const auto to = std::find(owners_.begin(), owners_.end(), body.owner) - owners_.begin();
    EXPECT_TRUE(tell(static_cast<std::size_t>(to), body, {}));
    income_[{body.rental, body.owner}] += body.amount;
    return accepted{};
  }

  outcome ask_provider(const want& asked) {
    const auto known = provider_.find(asked.key);
    if (known != provider_.end()) return known->second;
    const auto& body = std::get<payment::command>(asked.body);
    outcome said = accepted{};
    if (chance_.percent(25)) {
      said = refusal{code::payment_failed, "", {}};
    } else if (const auto* in = std::get_if<payment::collect>(&body)) {
      in_bank_ -= in->amount;
    } else {
      in_bank_ += std::get<payment::pay_out>(body).amount;
    }
    provider_.emplace(asked.key, said);
    return said;
  }

  // --- what must hold ---

  /// The events, or nothing when it was refused, for one of these reasons only.
  std::optional<std::vector<event>> tell(std::size_t n, const command& c, std::set<code> allowed,
                                         std::optional<account_id> caller = {}) {
    const auto decided = decide(wallets_[n], c, {{}, caller});
    if (!decided) {
      EXPECT_TRUE(allowed.contains(decided.error().code)) << to_string(decided.error().code);
      return std::nullopt;
    }
    wallets_[n] = fold(wallets_[n], *decided);
    for (const auto& each : *decided) {
      if (const auto* e = std::get_if<topped_up>(&each)) paid_in_ += e->amount;
      if (const auto* e = std::get_if<withdrawn>(&each)) paid_in_ -= e->amount;
      if (const auto* e = std::get_if<withdrawal_failed>(&each)) paid_in_ += e->amount;
      if (const auto* e = std::get_if<sent>(&each)) {
        EXPECT_TRUE(transfers_.insert(e->transfer).second) << "two transfers under one id";
      }
    }
    return *decided;
  }

  void check() {
    money sum;
    for (const auto& each : wallets_) {
      sum += each.balance + each.held();
      for (const auto& t : each.outgoing)
        if (!received_.contains("transfer-" + to_string(t.id))) sum += t.amount;
    }
    EXPECT_EQ(sum, paid_in_) << sum.cents << " are there, " << paid_in_.cents << " should be";
  }

  /// Ends every deal, delivers everything, pays every debt.
  void settle() {
    for (auto& each : deals_)
      if (each.stage == deal::open) end(each);
    for (int round = 0; round < 20; ++round) {
      for (std::size_t n = 0; n < wallets_.size(); ++n) {
        for (const auto& each : wants(wallets_[n]))
          tell(n, answered{each.key, answer_to(each)}, {});
        if (wallets_[n].owed() > money{})
          tell(n, top_up{owners_[n], make_id<payment_id>(++numbers_), wallets_[n].owed()}, {},
               owners_[n]);
        check();
      }
    }
    for (const auto& each : wallets_) {
      EXPECT_TRUE(wants(each).empty());
      EXPECT_TRUE(each.holds.empty());
      EXPECT_EQ(each.owed(), money{});
    }
    EXPECT_EQ(paid_in_, money{} - in_bank_) << "provider and wallets disagree";
    for (const auto& each : deals_)
      if (each.stage == deal::over) {
        const money income = income_[{each.id, owners_[each.owner]}];
        EXPECT_EQ(income, each.owed_to_owner)
            << income.cents << " came, " << each.owed_to_owner.cents << " were due";
      }
  }

  std::size_t who() { return static_cast<std::size_t>(chance_.below(4)); }

  dice chance_;
  int numbers_ = 100;
  std::vector<account_id> owners_;
  std::vector<state> wallets_;
  std::vector<deal> deals_;
  std::vector<letter> mail_;
  std::set<std::string> received_;
  std::set<transfer_id> transfers_;
  std::map<std::string, outcome> provider_;
  std::map<std::pair<rental_id, account_id>, money> income_;
  money paid_in_;
  money in_bank_;  // as the provider sees it: what it paid out less what it collected
};

TEST(Wallet, keeps_every_cent_whatever_the_post_does) {
  with_seeds(300, [](std::uint64_t seed) { world{seed}.run(400); });
}

}  // namespace
}  // namespace rentwave::wallet
