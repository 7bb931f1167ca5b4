// Purses: every cent is in exactly one place, and each movement is the one agreed.
#include "persistence/codec.hpp"
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {
namespace {

struct wallet_events {
  model& all;
  const stored_event& event;
  account_id id;
  purse& self;

  void check(bool holds, const std::string& sentence) const { expect(holds, event, sentence); }
  void balance_is(money told) const {
    check(told == self.balance, "a balance of " + text(told) + " instead of " + text(self.balance));
  }
  void by_its_owner() const { check(event.actor == event.entity.id, "by somebody else"); }
  deal& rental(rental_id which) const {
    const auto found = all.deals.find(which);
    check(found != all.deals.end(), "for a rental that nobody asked for");
    return found->second;
  }
  hold& held_for(rental_id which) const {
    const auto found = self.holds.find(which);
    check(found != self.holds.end(), "nothing is held for " + to_string(which));
    return found->second;
  }
  payment_made& open(payment_id which) const {
    const auto found = self.payments.find(which);
    check(found != self.payments.end() && !found->second.done, "a payment that is not open");
    return found->second;
  }

  void owe(rental_id which, money amount) const {
    for (auto& [rental, owed] : self.debts)
      if (rental == which) {
        owed += amount;
        return;
      }
    self.debts.emplace_back(which, amount);
  }

  void operator()(const wallet::top_up_requested& e) const {
    check(!self.payments.contains(e.payment), "the same payment twice");
    by_its_owner();
    check(!self.closed, "into a closed wallet");
    self.payments[e.payment] = {false, e.amount};
  }
  void operator()(const wallet::topped_up& e) const {
    auto& payment = open(e.payment);
    check(!payment.out && payment.amount == e.amount, "another amount than asked for");
    payment.done = true;
    self.balance += e.amount;
    all.brought_in += e.amount;
    balance_is(e.balance);
  }
  void operator()(const wallet::top_up_failed& e) const {
    auto& payment = open(e.payment);
    check(!payment.out, "a withdrawal");
    payment.done = payment.failed = true;
  }
  void operator()(const wallet::withdrawn& e) const {
    check(!self.payments.contains(e.payment), "the same payment twice");
    by_its_owner();
    check(self.debt() == money{}, "who owes cannot withdraw");
    self.payments[e.payment] = {true, e.amount};
    self.balance -= e.amount;
    all.brought_in -= e.amount;
    balance_is(e.balance);
  }
  void operator()(const wallet::paid_out& e) const {
    auto& payment = open(e.payment);
    check(payment.out && payment.amount == e.amount, "another amount than asked for");
    payment.done = true;
  }
  void operator()(const wallet::withdrawal_failed& e) const {
    auto& payment = open(e.payment);
    check(payment.out && payment.amount == e.amount, "another amount than asked for");
    payment.done = payment.failed = true;
    self.balance += e.amount;
    all.brought_in += e.amount;
    balance_is(e.balance);
  }
  void operator()(const wallet::held& e) const {
    auto& about = rental(e.rental);
    check(about.renter == id && about.agreed, "the wrong wallet, or before the listing agreed");
    check(!self.closed, "in a closed wallet");
    if (e.part == 0) {
      check(!about.held && e.rent == about.agreed->rent && e.deposit == about.agreed->terms.deposit,
            "another amount than agreed, or twice");
      about.held = true;
    } else {
      check(e.deposit == money{}, "a second deposit");
      const auto agreed = about.further_rents.find(e.part);
      check(agreed != about.further_rents.end() && agreed->second == e.rent,
            "another amount than the extension costs");
    }
    check(self.debt() == money{}, "who owes cannot rent");
    auto& one = self.holds[e.rental];
    check(one.parts.emplace(e.part, e.rent).second, "the same part twice");
    one.deposit += e.deposit;
    self.balance -= e.rent + e.deposit;
    balance_is(e.balance);
  }
  void operator()(const wallet::released& e) const {
    rental(e.rental);
    money amount;
    if (const auto found = self.holds.find(e.rental); found != self.holds.end()) {
      auto& one = found->second;
      if (const auto part = one.parts.find(e.part); part != one.parts.end()) {
        amount = part->second;
        one.parts.erase(part);
      }
      if (e.part == 0) amount += std::exchange(one.deposit, money{});
      if (one.parts.empty() && one.total() == money{}) self.holds.erase(found);
    }
    check(e.amount == amount, text(e.amount) + " come back instead of " + text(amount));
    self.balance += amount;
    balance_is(e.balance);
  }
  void operator()(const wallet::charged& e) const {
    auto& about = rental(e.rental);
    check(e.n >= 1 && e.n <= std::ssize(about.periods), "a period that never fell due");
    auto& period = about.periods[static_cast<std::size_t>(e.n - 1)];
    check(!period.charged, "period " + std::to_string(e.n) + " is charged twice");
    check(event.time >= period.due, "before its time");
    auto& one = held_for(e.rental);
    const money first = std::min(self.balance, period.fee);
    const money second = std::min(one.deposit, period.fee - first);
    period.charged = e.result;
    check(e.result == charge_result{first, second, period.fee - first - second},
          "the fee is met in another way than by balance, deposit, debt");
    self.balance -= first;
    one.deposit -= second;
    one.fees += first + second;
    if (e.result.owed > money{}) owe(e.rental, e.result.owed);
    balance_is(e.balance);
  }
  /// Of the pot, so much goes to the owner; what is missing is owed as far as it was before.
  void operator()(const wallet::divided& e) const {
    auto& about = rental(e.rental);
    check(about.decided.has_value(), "nobody has decided that");
    check(!std::exchange(about.paid, true), "the owner is paid twice");
    for (const auto& period : about.periods)
      check(period.charged.has_value(), "before every fee was charged");
    const auto& one = held_for(e.rental);
    const auto& decided = *about.decided;
    const money wanted = std::min(decided.rent, one.rent()) + decided.late_fees + decided.deposit;
    check(e.paid == std::min(wanted, one.total()), text(e.paid) + " go to the owner");
    check(e.refunded == one.total() - e.paid, text(e.refunded) + " come back");
    money owed;
    for (auto& [which, amount] : self.debts)
      if (which == e.rental) {
        owed = amount;
        amount -= e.forgiven;
      }
    check(owed - e.forgiven == std::min(owed, wanted - e.paid), text(e.forgiven) + " are forgiven");
    std::erase_if(self.debts, [](const auto& each) { return each.second == money{}; });
    self.balance += e.refunded;
    self.leaving += e.paid;
    self.holds.erase(e.rental);
    balance_is(e.balance);
  }
  void operator()(const wallet::closed&) const {
    check(self.balance == money{} && self.holds.empty() && self.debts.empty(), "it is not empty");
    for (const auto& [which, payment] : self.payments) check(payment.done, "a payment is open");
    self.closed = true;
  }
  void operator()(const wallet::reopened&) const { self.closed = false; }
  void operator()(const wallet::paid& e) const {
    auto& about = rental(e.rental);
    check(about.is_final(), "before the rental's end");
    check(!std::exchange(about.paid, true), "the owner is paid twice");
    for (const auto& period : about.periods)
      check(period.charged.has_value(), "before every fee was charged");
    const auto& one = held_for(e.rental);
    const money rent = about.now == rental::status::cancelled ? about.fee : about.rent;
    check(rent <= one.rent(), "less was held than the rent");
    const money due = rent + one.fees + std::min(about.claim, one.deposit);
    check(e.paid == due, text(e.paid) + " go to the owner instead of " + text(due));
    check(e.refunded == one.total() - due, text(e.refunded) + " come back");
    self.balance += e.refunded;
    self.leaving += e.paid;
    self.holds.erase(e.rental);
    balance_is(e.balance);
  }
  void operator()(const wallet::repaid& e) const {
    check(!self.debts.empty() && self.debts.front().first == e.rental, "not the oldest debt");
    auto& owed = self.debts.front().second;
    check(e.amount > money{} && e.amount <= owed, "more than is owed");
    check(e.into_hold == self.holds.contains(e.rental), "into the hold only while there is one");
    owed -= e.amount;
    if (owed == money{}) self.debts.erase(self.debts.begin());
    self.balance -= e.amount;
    if (e.into_hold)
      held_for(e.rental).fees += e.amount;
    else
      self.leaving += e.amount;
    balance_is(e.balance);
  }
  void operator()(const wallet::sent& e) const {
    check(e.amount == self.leaving && e.amount > money{}, "not what has left the wallet");
    check(!all.transfers.contains(e.transfer), "the same transfer twice");
    check(e.to == rental(e.rental).agreed->owner, "to somebody else than the owner");
    self.leaving = {};
    all.transfers[e.transfer] = {id, e.to, e.rental, e.amount};
  }
  void operator()(const wallet::arrived& e) const {
    auto& one = all.transfers[e.transfer];
    check(one.received && !std::exchange(one.arrived, true), "nobody has received it");
  }
  void operator()(const wallet::received& e) const {
    const auto found = all.transfers.find(e.transfer);
    check(found != all.transfers.end(), "nobody has sent it");
    auto& one = found->second;
    check(one.to == id && one.amount == e.amount && one.from == e.from,
          "another transfer than sent");
    check(!std::exchange(one.received, true), "the same transfer arrives twice");
    self.balance += e.amount;
    balance_is(e.balance);
  }
};

/// What is in this purse, and has left it without having arrived yet.
money content(const purse& p) {
  money sum = p.balance + p.leaving;
  for (const auto& [rental, one] : p.holds) sum += one.total();
  return sum;
}

}  // namespace

void see_wallet(model& all, const stored_event& event) {
  const auto happened = decode<wallet::event>(event.type, event.schema, event.data);
  const auto id = parse_id<account_id>(event.entity.id);
  expect(happened.has_value() && id, event, "the event cannot be read");
  auto& self = all.purses[*id];
  if (self.last_command != event.command)
    expect(self.debt() == money{} || self.balance == money{}, event, "a debt was not paid at once");
  self.last_command = event.command;

  const money before = content(self);
  const money brought_before = all.brought_in;
  std::visit(wallet_events{all, event, *id, self}, *happened);
  expect(self.balance >= money{}, event, "the balance is negative");

  money change = content(self) - before;
  if (std::holds_alternative<wallet::sent>(*happened))
    change += std::get<wallet::sent>(*happened).amount;
  if (std::holds_alternative<wallet::received>(*happened))
    change -= std::get<wallet::received>(*happened).amount;
  expect(change == all.brought_in - brought_before, event,
         "money came from nowhere: " + text(change));
}

/// In one snapshot: balances, holds and transfers on their way are what was brought in.
void check_money(const model& all) {
  money sum;
  for (const auto& [id, one] : all.purses) {
    if (one.leaving != money{})
      throw violation{wallet_ref(id), text(one.leaving) + " left for nowhere"};
    sum += content(one);
  }
  for (const auto& [id, one] : all.transfers)
    if (!one.received) sum += one.amount;
  if (sum != all.brought_in)
    throw violation{{entity_kind::wallet, ""},
                    text(sum) + " are there, " + text(all.brought_in) + " were brought in"};
}

}  // namespace rentwave::simulation
