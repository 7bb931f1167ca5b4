// One person's money: free (`balance`), set aside for rentals (`held`) and missing (`debts`). Money
// enters and leaves only through the payment provider, and moves only from wallet to wallet, as
// transfers with an id. A wallet has its account's id; it exists from its first event.
#pragma once

#include <boost/describe.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/domain/decision.hpp"
#include "actors/domain/entity.hpp"
#include "actors/domain/outcome.hpp"

namespace rentwave {
struct want;
}

namespace rentwave::wallet {

// --- commands ---

/// The owner pays in; the provider is asked before anything is credited.
struct top_up {
  static constexpr std::string_view type = "wallet/top-up";
  account_id owner;  ///< whose wallet this is
  payment_id payment;
  money amount;
};
BOOST_DESCRIBE_STRUCT(top_up, (), (owner, payment, amount))
/// The owner takes out; the amount leaves the balance at once, and comes back if that fails.
struct withdraw {
  static constexpr std::string_view type = "wallet/withdraw";
  account_id owner;
  payment_id payment;
  money amount;
};
BOOST_DESCRIBE_STRUCT(withdraw, (), (owner, payment, amount))
/// A rental sets money aside: part 0 is rent and deposit, part n the rent of extension n.
struct hold {
  static constexpr std::string_view type = "wallet/hold";
  account_id owner;
  rental_id rental;
  int part = 0;
  money rent;
  money deposit;
};
BOOST_DESCRIBE_STRUCT(hold, (), (owner, rental, part, rent, deposit))
/// Undo of `hold`, also of one that never came. Late fees that are covered stay until `pay`.
struct release {
  static constexpr std::string_view type = "wallet/release";
  account_id owner;
  rental_id rental;
  int part = 0;
};
BOOST_DESCRIBE_STRUCT(release, (), (owner, rental, part))
/// The fee of late period n: out of the balance into the hold, then out of the deposit; the rest
/// is owed.
struct charge {
  static constexpr std::string_view type = "wallet/charge";
  rental_id rental;
  int n = 0;
  account_id to;  ///< the item's owner
  money fee;
};
BOOST_DESCRIBE_STRUCT(charge, (), (rental, n, to, fee))
/// The end of a hold: rent, the fees that were covered and at most `claim` of what is left of the
/// deposit go to the item's owner, everything else comes back.
struct pay {
  static constexpr std::string_view type = "wallet/pay";
  rental_id rental;
  account_id to;
  money rent;
  money claim;
};
BOOST_DESCRIBE_STRUCT(pay, (), (rental, to, rent, claim))
/// Another wallet's transfer arrives.
struct receive {
  static constexpr std::string_view type = "wallet/receive";
  account_id owner;
  transfer_id transfer;
  account_id from;
  rental_id rental;
  money amount;
};
BOOST_DESCRIBE_STRUCT(receive, (), (owner, transfer, from, rental, amount))

/// The end of a hold as an administrator has decided it: so much is to go to the item's owner, and
/// what is left comes back. What the hold cannot cover stays owed, as far as it was owed before.
struct divide {
  static constexpr std::string_view type = "wallet/divide";
  rental_id rental;
  account_id to;
  money rent;
  money late_fees;
  money deposit;
};
BOOST_DESCRIBE_STRUCT(divide, (), (rental, to, rent, late_fees, deposit))
/// Its person leaves: nothing may be held or paid in any more. Undone by `reopen`; of the two the
/// one of the higher order counts, whichever comes first.
struct close {
  static constexpr std::string_view type = "wallet/close";
  account_id owner;
  int order = 0;
};
BOOST_DESCRIBE_STRUCT(close, (), (owner, order))
struct reopen {
  static constexpr std::string_view type = "wallet/reopen";
  account_id owner;
  int order = 0;
};
BOOST_DESCRIBE_STRUCT(reopen, (), (owner, order))

using command = std::variant<top_up, withdraw, hold, release, charge, pay, receive, divide, close,
                             reopen, answered, wake>;

// --- events: what moves the balance says what it is afterwards; a statement needs no sums ---

struct top_up_requested {
  static constexpr std::string_view type = "wallet.top-up-request";
  account_id owner;
  payment_id payment;
  money amount;
};
BOOST_DESCRIBE_STRUCT(top_up_requested, (), (owner, payment, amount))
struct topped_up {
  static constexpr std::string_view type = "wallet.top-up";
  payment_id payment;
  money amount;
  money balance;
};
BOOST_DESCRIBE_STRUCT(topped_up, (), (payment, amount, balance))
struct top_up_failed {
  static constexpr std::string_view type = "wallet.top-up-fail";
  payment_id payment;
  refusal why;
};
BOOST_DESCRIBE_STRUCT(top_up_failed, (), (payment, why))
struct withdrawn {
  static constexpr std::string_view type = "wallet.withdraw";
  account_id owner;
  payment_id payment;
  money amount;
  money balance;
};
BOOST_DESCRIBE_STRUCT(withdrawn, (), (owner, payment, amount, balance))
/// The provider paid out.
struct paid_out {
  static constexpr std::string_view type = "wallet.pay-out";
  payment_id payment;
  money amount;
};
BOOST_DESCRIBE_STRUCT(paid_out, (), (payment, amount))
struct withdrawal_failed {
  static constexpr std::string_view type = "wallet.withdraw-fail";
  payment_id payment;
  money amount;
  money balance;
  refusal why;
};
BOOST_DESCRIBE_STRUCT(withdrawal_failed, (), (payment, amount, balance, why))
struct held {
  static constexpr std::string_view type = "wallet.hold";
  account_id owner;
  rental_id rental;
  int part = 0;
  money rent;
  money deposit;
  money balance;
};
BOOST_DESCRIBE_STRUCT(held, (), (owner, rental, part, rent, deposit, balance))
/// Held money is free again. Zero when the hold never came: then it is refused from now on.
struct released {
  static constexpr std::string_view type = "wallet.release";
  account_id owner;
  rental_id rental;
  int part = 0;
  money amount;
  money balance;
};
BOOST_DESCRIBE_STRUCT(released, (), (owner, rental, part, amount, balance))
struct charged {
  static constexpr std::string_view type = "wallet.charge";
  rental_id rental;
  int n = 0;
  account_id to;
  charge_result result;
  money balance;
};
BOOST_DESCRIBE_STRUCT(charged, (), (rental, n, to, result, balance))
/// The hold of a rental ended: `paid` left as a transfer (an event of its own), `refunded` came
/// back.
struct paid {
  static constexpr std::string_view type = "wallet.pay";
  rental_id rental;
  money paid;
  money refunded;
  money balance;
};
BOOST_DESCRIBE_STRUCT(paid, (), (rental, paid, refunded, balance))
/// Out of the balance towards a debt: into the rental's hold while that is open, else onward as a
/// transfer.
struct repaid {
  static constexpr std::string_view type = "wallet.repay";
  rental_id rental;
  money amount;
  bool into_hold = false;
  money balance;
};
BOOST_DESCRIBE_STRUCT(repaid, (), (rental, amount, into_hold, balance))
/// Money is on its way; it counts for nobody until `received` there. The amount has left this
/// wallet by the `paid` or `repaid` before it.
struct sent {
  static constexpr std::string_view type = "wallet.send";
  transfer_id transfer;
  account_id to;
  rental_id rental;
  money amount;
};
BOOST_DESCRIBE_STRUCT(sent, (), (transfer, to, rental, amount))
/// The other wallet has it.
struct arrived {
  static constexpr std::string_view type = "wallet.arrive";
  transfer_id transfer;
};
BOOST_DESCRIBE_STRUCT(arrived, (), (transfer))
struct received {
  static constexpr std::string_view type = "wallet.receive";
  account_id owner;
  transfer_id transfer;
  account_id from;
  rental_id rental;
  money amount;
  money balance;
};
BOOST_DESCRIBE_STRUCT(received, (), (owner, transfer, from, rental, amount, balance))

/// As `paid`, by an administrator's decision; `forgiven` is not owed any more.
struct divided {
  static constexpr std::string_view type = "wallet.divide";
  rental_id rental;
  money paid;
  money refunded;
  money forgiven;
  money balance;
};
BOOST_DESCRIBE_STRUCT(divided, (), (rental, paid, refunded, forgiven, balance))
struct closed {
  static constexpr std::string_view type = "wallet.close";
  account_id owner;
  int order = 0;
};
BOOST_DESCRIBE_STRUCT(closed, (), (owner, order))
struct reopened {
  static constexpr std::string_view type = "wallet.reopen";
  account_id owner;
  int order = 0;
};
BOOST_DESCRIBE_STRUCT(reopened, (), (owner, order))

using event = std::variant<top_up_requested, topped_up, top_up_failed, withdrawn, paid_out,
                           withdrawal_failed, held, released, charged, paid, repaid, sent, arrived,
                           received, divided, closed, reopened>;

// --- state ---

struct held_part {
  int part = 0;
  money rent;
};
BOOST_DESCRIBE_STRUCT(held_part, (), (part, rent))

/// What is set aside for one rental.
struct holding {
  std::vector<held_part> parts;
  money deposit;    ///< what is left of it
  money fees;       ///< late fees that are covered
  int charged = 0;  ///< the last late period that was charged
  money total() const;
};
BOOST_DESCRIBE_STRUCT(holding, (), (parts, deposit, fees, charged))

struct debt {
  rental_id rental;
  account_id to;
  money amount;
};
BOOST_DESCRIBE_STRUCT(debt, (), (rental, to, amount))

struct transfer {
  transfer_id id;
  account_id to;
  rental_id rental;
  money amount;
};
BOOST_DESCRIBE_STRUCT(transfer, (), (id, to, rental, amount))

enum class direction { in, out };
BOOST_DESCRIBE_ENUM(direction, in, out)

/// The provider has been asked and has not answered.
struct open_payment {
  payment_id id;
  direction way{};
  money amount;
};
BOOST_DESCRIBE_STRUCT(open_payment, (), (id, way, amount))

/// A hold that was undone before it came.
struct undone_hold {
  rental_id rental;
  int part = 0;
  friend bool operator==(const undone_hold&, const undone_hold&) = default;
};
BOOST_DESCRIBE_STRUCT(undone_hold, (), (rental, part))

struct state {
  using command_type = command;
  using event_type = event;

  account_id owner;
  money balance;  ///< free money; never negative
  std::map<rental_id, holding> holds;
  std::vector<debt> debts;         ///< oldest first; paid in this order
  std::vector<transfer> outgoing;  ///< sent, not acknowledged
  std::vector<open_payment> payments;
  std::vector<undone_hold> undone;        ///< undone or paid, the newest `max_undone`: never again
  std::vector<payment_id> done_payments;  ///< the newest `remembered_payments`: never again
  std::vector<payment_id> failed_payments;  ///< likewise; also for who asks how it went
  bool is_closed = false;
  int order = 0;  ///< of the last `close` or `reopen`

  money held() const;
  money owed() const;
};
BOOST_DESCRIBE_STRUCT(state, (),
                      (owner, balance, holds, debts, outgoing, payments, undone, done_payments,
                       failed_payments, is_closed, order))

inline constexpr std::size_t max_holds = 1000;
inline constexpr std::size_t max_undone = 1000;
inline constexpr std::size_t max_open_payments = 100;
inline constexpr std::size_t remembered_payments = 100;

// --- the entity's functions (design.md section 4) ---

/// Refuses with: not_owner, amount_invalid, insufficient_funds, debt, undone, too_many_holds,
/// payment_failed (also when too many payments are open), wallet_not_empty, account_closed. Money
/// that becomes free pays debts at once, the oldest first, so nobody has both. What others owe
/// arrives in a closed wallet too: it has nowhere else to go.
decision<event> decide(const state& before, const command& asked, const context& given);
state evolve(state before, const event& happened);
/// Towards the provider for open payments, towards other wallets for transfers.
std::vector<want> wants(const state& now);
std::optional<instant> alarm(const state& now);
/// A `charge_result` for a charge.
outcome reply(const state& after, const std::vector<event>& events);

}  // namespace rentwave::wallet
