// Those who leave, and administrators: they hide, suspend, give out passwords, and decide what
// nobody else can agree on.
#include "tests/simulation/crowd.hpp"

namespace rentwave::simulation {
namespace {

const account_id administrator = derive_id<account_id>(account_id{}, "administrator");

template <class Map>
const auto& some_of(dice& dice, const Map& all) {
  return *std::next(all.begin(), dice.between(0, std::ssize(all) - 1));
}

}  // namespace

/// Whoever has money takes it out first, mostly.
void crowd::leave(const model& known) {
  const auto who = anyone();
  const auto purse = known.purses.find(who);
  const bool has_money = purse != known.purses.end() && purse->second.balance > money{};
  if (has_money && !dice_.one_in(5)) {
    const wallet::withdraw all{who, payment_id{world_->fresh_id().value}, purse->second.balance};
    issue(wallet_ref(who), wallet::command{all}, who, wallet::withdrawn::type);
    if (!dice_.one_in(3)) return;
  }
  issue(account_ref(who), account::command{account::close{}}, who, "");
}

void crowd::administrate(const model& known) {
  switch (dice_.between(0, 4)) {
    case 0:
    case 1: {
      const auto who = anyone();
      account::command what = account::reinstate{};
      if (dice_.one_in(3)) {
        account::suspend wish{{"Reason " + std::to_string(++editions_)}, {}};
        if (dice_.one_in(2)) wish.until = world_->now() + one_hour * dice_.between(1, 72);
        what = wish;
      }
      return issue(account_ref(who), what, administrator, "");
    }
    case 2: {
      if (known.logins.empty()) return;
      const auto& [name, one] = some_of(dice_, known.logins);
      const personal fresh{"hash " + std::to_string(++editions_)};
      return issue(login_ref(name), login::command{login::reset_password{fresh}}, administrator,
                   "");
    }
    default: {
      if (known.adverts.empty()) return;
      const auto& [id, one] = some_of(dice_, known.adverts);
      listing::command what = listing::show{};
      if (!one.hidden && dice_.one_in(2))
        what = listing::hide{{}, 0, "Reason " + std::to_string(++editions_), false};
      return issue(listing_ref(id), what, administrator, "");
    }
  }
}

/// Now and then more than there is to be divided, and often where the renter owes.
void crowd::arbitrate(const model& known) {
  if (known.deals.empty()) return;
  std::vector<rental_id> owing;
  for (const auto& [who, purse] : known.purses)
    for (const auto& [which, amount] : purse.debts)
      if (known.deals.contains(which)) owing.push_back(which);
  const bool is_owed = !owing.empty() && dice_.one_in(2);
  const auto id = is_owed ? dice_.pick(owing) : some_of(dice_, known.deals).first;
  const auto& one = known.deals.at(id);
  if (!one.is_out() && one.now != rental::status::returned) return;
  const auto part_of = [&](money most) {
    return money{dice_.between(0, most.cents + most.cents / 20)};
  };
  rental::arbitrate decision;
  if (dice_.one_in(2)) decision.rent = part_of(one.rent);
  money fees;
  for (const auto& period : one.periods) fees += period.fee;
  if (dice_.one_in(2)) decision.late_fees = part_of(fees);
  decision.deposit = part_of(one.agreed->terms.deposit);
  decision.reason = "because";
  issue(rental_ref(id), rental::command{decision}, administrator, rental::arbitrated::type);
}

}  // namespace rentwave::simulation
