// What a wallet decides, and what follows from its events. Every cent is in exactly one place: the
// balance, a holding, or a transfer on its way.
#include "actors/domain/wallet.hpp"

#include <algorithm>
#include <cassert>

#include "actors/domain/unfolding.hpp"
#include "actors/domain/want.hpp"

namespace rentwave::wallet {
namespace {

using story = unfolding<state>;
using answer = std::optional<refusal>;

refusal no(refusal_code code, std::string why) {
  return {code, std::move(why), {}};
}

money rent_of(const holding& h) {
  money sum;
  for (const auto& each : h.parts) sum += each.rent;
  return sum;
}

bool has_part(const holding& h, int part) {
  return std::any_of(h.parts.begin(), h.parts.end(),
                     [part](const auto& each) { return each.part == part; });
}

std::string key_of(const transfer& t) {
  return "transfer-" + to_string(t.id);
}
std::string key_of(const open_payment& p) {
  return "payment-" + to_string(p.id);
}

template <class T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// --- commands of the owner ---

answer why_not_owner(account_id owner, const context& given) {
  if (given.caller == owner) return {};
  return no(refusal_code::not_owner, "Only its owner may move money in or out of a wallet.");
}

/// A payment's id is used once; the provider would take a second use for a repeat of the first.
bool is_known(const state& s, payment_id id) {
  return contains(s.done_payments, id) ||
         std::any_of(s.payments.begin(), s.payments.end(),
                     [id](const auto& each) { return each.id == id; });
}

answer why_no_payment(const state& s, payment_id id, money amount) {
  if (contains(s.failed_payments, id))
    return no(refusal_code::payment_failed, "The payment provider refused this payment.");
  if (amount <= money{} || amount > max_amount)
    return no(refusal_code::amount_invalid, "An amount is positive and not above the limit.");
  if (s.payments.size() >= max_open_payments)
    return no(refusal_code::payment_failed, "Too many payments are open.");
  return {};
}

refusal is_closed() {
  return no(refusal_code::account_closed, "The account of this wallet is closed.");
}

answer handle(story& s, const top_up& c, const context& given) {
  if (auto why = why_not_owner(c.owner, given)) return why;
  if (is_known(s.now, c.payment)) return {};
  if (s.now.is_closed) return is_closed();
  if (auto why = why_no_payment(s.now, c.payment, c.amount)) return why;
  s.emit(top_up_requested{c.owner, c.payment, c.amount});
  return {};
}

answer handle(story& s, const withdraw& c, const context& given) {
  if (auto why = why_not_owner(c.owner, given)) return why;
  if (is_known(s.now, c.payment)) return {};
  if (auto why = why_no_payment(s.now, c.payment, c.amount)) return why;
  if (s.now.owed() > money{}) return no(refusal_code::debt, "Who owes cannot withdraw.");
  if (c.amount > s.now.balance)
    return no(refusal_code::insufficient_funds, "The balance does not cover it.");
  s.emit(withdrawn{c.owner, c.payment, c.amount, s.now.balance - c.amount});
  return {};
}

// --- commands of rentals ---

/// The id of what goes to the owner after the rental's end. A debt only shrinks once the hold is
/// closed, so what is left of it names each repayment for good.
transfer_id repayment_id(const debt& d) {
  return derive_id<transfer_id>(d.rental, "repay-" + std::to_string(d.amount.cents));
}

/// Whenever money has become free: debts come first, the oldest before the others.
void repay_debts(story& s) {
  while (s.now.balance > money{} && !s.now.debts.empty()) {
    const debt oldest = s.now.debts.front();
    const money amount = std::min(s.now.balance, oldest.amount);
    const bool into_hold = s.now.holds.contains(oldest.rental);
    s.emit(repaid{oldest.rental, amount, into_hold, s.now.balance - amount});
    if (!into_hold) s.emit(sent{repayment_id(oldest), oldest.to, oldest.rental, amount});
  }
}

answer handle(story& s, const hold& c, const context&) {
  const auto found = s.now.holds.find(c.rental);
  const bool open = found != s.now.holds.end();
  if (open && has_part(found->second, c.part)) return {};
  // An extension of a hold that is over comes too late as well.
  if (contains(s.now.undone, {c.rental, c.part}) || (c.part > 0 && !open))
    return no(refusal_code::undone, "This hold was undone before it came.");
  if (s.now.is_closed) return is_closed();
  if (c.rent < money{} || c.deposit < money{})
    return no(refusal_code::amount_invalid, "Rent and deposit are not negative.");
  if (s.now.owed() > money{}) return no(refusal_code::debt, "Who owes cannot rent.");
  if (c.rent + c.deposit > s.now.balance)
    return no(refusal_code::insufficient_funds, "The balance does not cover rent and deposit.");
  if (!open && s.now.holds.size() >= max_holds)
    return no(refusal_code::too_many_holds, "Too many rentals are open.");
  s.emit(held{c.owner, c.rental, c.part, c.rent, c.deposit, s.now.balance - c.rent - c.deposit});
  return {};
}

answer handle(story& s, const release& c, const context&) {
  if (contains(s.now.undone, {c.rental, c.part})) return {};
  money amount;
  if (const auto found = s.now.holds.find(c.rental); found != s.now.holds.end()) {
    for (const auto& each : found->second.parts)
      if (each.part == c.part) amount = each.rent;
    if (c.part == 0) amount += found->second.deposit;
  }
  s.emit(released{c.owner, c.rental, c.part, amount, s.now.balance + amount});
  repay_debts(s);
  return {};
}

answer handle(story& s, const charge& c, const context&) {
  const auto found = s.now.holds.find(c.rental);
  // A rental charges only while its hold is open, so this is a late copy: to charge it again would
  // take money that nothing ever pays out.
  if (found == s.now.holds.end())
    return no(refusal_code::undone, "The hold of this rental is over.");
  if (c.n <= found->second.charged) return {};
  if (c.fee < money{}) return no(refusal_code::amount_invalid, "A fee is not negative.");
  charge_result result;
  result.from_balance = std::min(s.now.balance, c.fee);
  result.from_deposit = std::min(found->second.deposit, c.fee - result.from_balance);
  result.owed = c.fee - result.from_balance - result.from_deposit;
  s.emit(charged{c.rental, c.n, c.to, result, s.now.balance - result.from_balance});
  return {};
}

answer handle(story& s, const pay& c, const context&) {
  const auto found = s.now.holds.find(c.rental);
  if (found == s.now.holds.end()) return {};
  const holding& h = found->second;
  const money rent = std::clamp(c.rent, money{}, rent_of(h));
  const money claim = std::clamp(c.claim, money{}, h.deposit);
  const money due = rent + h.fees + claim;
  const money rest = h.total() - due;
  s.emit(paid{c.rental, due, rest, s.now.balance + rest});
  if (due > money{}) s.emit(sent{derive_id<transfer_id>(c.rental, "pay"), c.to, c.rental, due});
  repay_debts(s);
  return {};
}

answer handle(story& s, const divide& c, const context&) {
  const auto found = s.now.holds.find(c.rental);
  if (found == s.now.holds.end()) return {};
  const money total = found->second.total();
  const money wanted = std::clamp(c.rent, money{}, rent_of(found->second)) +
                       std::max(c.late_fees, money{}) + std::max(c.deposit, money{});
  const money due = std::min(wanted, total);
  money owed;
  for (const auto& each : s.now.debts)
    if (each.rental == c.rental) owed += each.amount;
  const money forgiven = owed - std::min(owed, wanted - due);
  s.emit(divided{c.rental, due, total - due, forgiven, s.now.balance + total - due});
  if (due > money{}) s.emit(sent{derive_id<transfer_id>(c.rental, "pay"), c.to, c.rental, due});
  repay_debts(s);
  return {};
}

answer handle(story& s, const receive& c, const context&) {
  if (c.amount <= money{}) return no(refusal_code::amount_invalid, "A transfer moves something.");
  s.emit(received{c.owner, c.transfer, c.from, c.rental, c.amount, s.now.balance + c.amount});
  repay_debts(s);
  return {};
}

// --- commands of the account ---

/// What is still in it, or on its way.
answer why_not_empty(const state& s) {
  if (!s.payments.empty())
    return no(refusal_code::wallet_not_empty, "A payment of this wallet is under way.");
  if (s.balance == money{} && s.holds.empty() && s.debts.empty()) return {};
  const auto cents = [](money amount) { return std::to_string(amount.cents); };
  return no(refusal_code::wallet_not_empty, "The wallet is not empty: in cents, a balance of " +
                                                cents(s.balance) + ", held " + cents(s.held()) +
                                                " and owed " + cents(s.owed()) + ".");
}

answer why_not_account(const context& given) {
  if (!given.caller) return {};
  return no(refusal_code::not_owner, "A wallet is closed with its account.");
}

answer handle(story& s, const close& c, const context& given) {
  if (auto why = why_not_account(given)) return why;
  if (c.order <= s.now.order) return {};
  if (auto why = why_not_empty(s.now)) return why;
  s.emit(closed{c.owner, c.order});
  return {};
}

answer handle(story& s, const reopen& c, const context& given) {
  if (auto why = why_not_account(given)) return why;
  if (c.order > s.now.order) s.emit(reopened{c.owner, c.order});
  return {};
}

// --- what others say ---

void on_payment(story& s, const open_payment& p, const outcome& result) {
  const auto* why = std::get_if<refusal>(&result);
  if (p.way == direction::in && !why) {
    s.emit(topped_up{p.id, p.amount, s.now.balance + p.amount});
  } else if (p.way == direction::in) {
    s.emit(top_up_failed{p.id, *why});
  } else if (!why) {
    s.emit(paid_out{p.id, p.amount});
  } else {
    s.emit(withdrawal_failed{p.id, p.amount, s.now.balance + p.amount, *why});
  }
  repay_debts(s);
}

template <class Owed>
std::optional<Owed> find(const std::vector<Owed>& all, const std::string& key) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&key](const auto& each) { return key_of(each) == key; });
  return found == all.end() ? std::nullopt : std::optional{*found};
}

answer handle(story& s, const answered& c, const context&) {
  if (const auto payment = find(s.now.payments, c.want)) {
    on_payment(s, *payment, c.result);
  } else if (const auto transfer = find(s.now.outgoing, c.want)) {
    // A transfer that is refused stays on its way: the money has nowhere else to go.
    if (!std::holds_alternative<refusal>(c.result)) s.emit(arrived{transfer->id});
  }
  return {};
}

answer handle(story&, const wake&, const context&) {
  return {};
}

// --- evolve ---

template <class T>
void remember(std::vector<T>& newest, T one, std::size_t limit) {
  if (newest.size() >= limit) newest.erase(newest.begin());
  newest.push_back(std::move(one));
}

void close_payment(state& s, payment_id id) {
  std::erase_if(s.payments, [id](const auto& each) { return each.id == id; });
}

void apply(state& s, const top_up_requested& e) {
  s.owner = e.owner;
  s.payments.push_back({e.payment, direction::in, e.amount});
}

void apply(state& s, const topped_up& e) {
  close_payment(s, e.payment);
  remember(s.done_payments, e.payment, remembered_payments);
  s.balance += e.amount;
}

void apply(state& s, const top_up_failed& e) {
  close_payment(s, e.payment);
  remember(s.failed_payments, e.payment, remembered_payments);
}

void apply(state& s, const withdrawn& e) {
  s.owner = e.owner;
  s.balance -= e.amount;
  s.payments.push_back({e.payment, direction::out, e.amount});
}

void apply(state& s, const paid_out& e) {
  close_payment(s, e.payment);
  remember(s.done_payments, e.payment, remembered_payments);
}

void apply(state& s, const withdrawal_failed& e) {
  close_payment(s, e.payment);
  remember(s.failed_payments, e.payment, remembered_payments);
  s.balance += e.amount;
}

void apply(state& s, const held& e) {
  s.owner = e.owner;
  s.balance -= e.rent + e.deposit;
  auto& h = s.holds[e.rental];
  h.parts.push_back({e.part, e.rent});
  h.deposit += e.deposit;
}

void apply(state& s, const released& e) {
  s.owner = e.owner;
  s.balance += e.amount;
  remember(s.undone, {e.rental, e.part}, max_undone);
  const auto found = s.holds.find(e.rental);
  if (found == s.holds.end()) return;
  auto& h = found->second;
  std::erase_if(h.parts, [&e](const auto& each) { return each.part == e.part; });
  if (e.part == 0) h.deposit = {};
  if (h.parts.empty() && h.total() == money{}) s.holds.erase(found);
}

void apply(state& s, const charged& e) {
  const auto& [from_balance, from_deposit, owed] = e.result;
  s.balance -= from_balance;
  auto& h = s.holds[e.rental];
  h.deposit -= from_deposit;
  h.fees += from_balance + from_deposit;
  h.charged = e.n;
  if (owed == money{}) return;
  const auto known = std::find_if(s.debts.begin(), s.debts.end(),
                                  [&e](const auto& each) { return each.rental == e.rental; });
  if (known == s.debts.end()) {
    s.debts.push_back({e.rental, e.to, owed});
  } else {
    known->amount += owed;
  }
}

void apply(state& s, const paid& e) {
  s.balance += e.refunded;
  s.holds.erase(e.rental);
  remember(s.undone, {e.rental, 0}, max_undone);
}

void lower_debt(state& s, rental_id rental, money by) {
  for (auto& each : s.debts)
    if (each.rental == rental) each.amount -= by;
  std::erase_if(s.debts, [](const auto& each) { return each.amount == money{}; });
}

void apply(state& s, const divided& e) {
  s.balance += e.refunded;
  s.holds.erase(e.rental);
  lower_debt(s, e.rental, e.forgiven);
  remember(s.undone, {e.rental, 0}, max_undone);
}

void apply(state& s, const repaid& e) {
  s.balance -= e.amount;
  if (e.into_hold) s.holds[e.rental].fees += e.amount;
  lower_debt(s, e.rental, e.amount);
}

void apply(state& s, const sent& e) {
  s.outgoing.push_back({e.transfer, e.to, e.rental, e.amount});
}

void apply(state& s, const arrived& e) {
  std::erase_if(s.outgoing, [&e](const auto& each) { return each.id == e.transfer; });
}

void apply(state& s, const received& e) {
  s.owner = e.owner;
  s.balance += e.amount;
}

void apply(state& s, const closed& e) {
  s.owner = e.owner;
  s.order = e.order;
  s.is_closed = true;
}

void apply(state& s, const reopened& e) {
  s.owner = e.owner;
  s.order = e.order;
  s.is_closed = false;
}

}  // namespace

money holding::total() const {
  return rent_of(*this) + deposit + fees;
}

money state::held() const {
  money sum;
  for (const auto& [rental, each] : holds) sum += each.total();
  return sum;
}

money state::owed() const {
  money sum;
  for (const auto& each : debts) sum += each.amount;
  return sum;
}

decision<event> decide(const state& before, const command& asked, const context& given) {
  story s{before};
  const auto why = std::visit([&](const auto& c) { return handle(s, c, given); }, asked);
  if (why) return *why;
  assert(s.now.balance >= money{});
  return std::move(s.events);
}

state evolve(state before, const event& happened) {
  std::visit([&before](const auto& e) { apply(before, e); }, happened);
  return before;
}

std::vector<want> wants(const state& now) {
  std::vector<want> result;
  for (const auto& each : now.payments) {
    const bool in = each.way == direction::in;
    const payment::command ask =
        in ? payment::command{payment::collect{each.id, now.owner, each.amount}}
           : payment::command{payment::pay_out{each.id, now.owner, each.amount}};
    result.push_back({key_of(each), payment_ref(each.id), ask});
  }
  for (const auto& each : now.outgoing) {
    const command ask = receive{each.to, each.id, now.owner, each.rental, each.amount};
    result.push_back({key_of(each), wallet_ref(each.to), ask});
  }
  return result;
}

std::optional<instant> alarm(const state&) {
  return std::nullopt;
}

outcome reply(const state&, const std::vector<event>& events) {
  for (const auto& each : events)
    if (const auto* fee = std::get_if<charged>(&each)) return fee->result;
  return accepted{};
}

}  // namespace rentwave::wallet
