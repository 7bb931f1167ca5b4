// Accounts: profiles, and who is welcome. Who leaves has left nothing open, and loses no cent that
// was on its way.
#include <algorithm>

#include "persistence/codec.hpp"
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {
namespace {

using account::standing;

struct account_events {
  model& all;
  const stored_event& event;
  account_id id;

  void check(bool holds, const std::string& sentence) const { expect(holds, event, sentence); }
  account::opened& profile() const {
    const auto found = all.accounts.find(id);
    check(found != all.accounts.end(), "there is no such account");
    return found->second;
  }
  void by_person() const { check(event.actor == event.entity.id, "by somebody else"); }
  void becomes(standing next, std::initializer_list<standing> before, int order) const {
    auto& self = all.characters[id];
    check(std::ranges::find(before, self.now) != before.end(), "not from what it was");
    check(order == ++self.order, "its orders are not numbered");
    self.now = next;
    self.since = event.time;
  }

  void operator()(const account::opened& e) const {
    const auto named = all.logins.find(e.username);
    check(named != all.logins.end() && named->second.account == id && e.id == id,
          "nobody of this name has signed up for it");
    check(all.accounts.emplace(id, e).second, "it is opened twice");
  }
  void operator()(const account::edited& e) const {
    by_person();
    check(all.characters[id].now != standing::erased, "of somebody who has left");
    profile().display_name = e.display_name;
    profile().email = e.email;
    profile().address = e.address;
  }
  void operator()(const account::rated& e) const {
    see_rating(all, event, e.rental, e.rating, e.total);
  }
  void operator()(const account::closing& e) const {
    by_person();
    becomes(standing::closing, {standing::good}, e.order);
  }
  void operator()(const account::close_refused& e) const {
    becomes(standing::good, {standing::closing}, e.order);
  }
  void operator()(const account::erased& e) const {
    const auto asked = all.characters[id].since;
    becomes(standing::erased, {standing::closing}, e.order);
    const auto& purse = all.purses[id];
    check(purse.closed && purse.holds.empty() && purse.debts.empty(), "with a wallet in use");
    for (const auto& [which, one] : all.deals) check_deal(one, asked);
    profile().display_name = profile().email = profile().address = {};
  }
  /// Adverts that were posted when the person had asked to leave are another matter.
  void check_deal(const deal& d, instant asked) const {
    if (!d.agreed || d.agreed->owner != id || all.adverts[d.listing].added_at >= asked) return;
    check(d.is_final(), "the owner leaves, and " + to_string(d.id) + " is open");
    const bool was_let = d.now == rental::status::completed || d.now == rental::status::lost;
    if ((was_let ? d.rent : d.fee) == money{}) return;
    const auto paid = all.transfers.find(derive_id<transfer_id>(d.id, "pay"));
    check(paid != all.transfers.end() && paid->second.received,
          "what " + to_string(d.id) + " pays is on its way, and nobody is there");
  }
  void operator()(const account::suspended& e) const {
    check(!event.actor.empty() && event.actor.find('/') == std::string::npos, "by nobody");
    becomes(standing::suspended, {standing::good, standing::suspended}, e.order);
  }
  void operator()(const account::reinstated& e) const {
    becomes(standing::good, {standing::suspended}, e.order);
  }
  void operator()(const account::looked_again& e) const {
    check(e.order == ++all.characters[id].order, "its orders are not numbered");
  }
  void operator()(const account::surveyed&) const {}
  void operator()(const account::advert_done&) const {}
  void operator()(const account::step_done&) const {}
};

}  // namespace

void see_account(model& all, const stored_event& event) {
  const auto id = parse_id<account_id>(event.entity.id);
  expect(id.has_value(), event, "not an account's id");
  const auto happened = decode<account::event>(event.type, event.schema, event.data);
  expect(happened.has_value(), event, "the event cannot be read");
  std::visit(account_events{all, event, *id}, *happened);
}

void check_standings(const model& all) {
  const auto character_of = [&](account_id whose) {
    const auto found = all.characters.find(whose);
    return found == all.characters.end() ? character{} : found->second;
  };
  for (const auto& [name, one] : all.logins) {
    const auto now = character_of(one.account).now;
    const auto wanted = now == standing::erased      ? login::gate::closed
                        : now == standing::suspended ? login::gate::locked
                                                     : login::gate::open;
    if (now == standing::closing)
      throw violation{account_ref(one.account), "whether it is closed was never decided"};
    if (one.gate != wanted) throw violation{login_ref(name), "its gate is not as it should be"};
    const auto purse = all.purses.find(one.account);
    if (purse != all.purses.end() && purse->second.closed != (now == standing::erased))
      throw violation{wallet_ref(one.account), "it is closed, or open, for no reason"};
    if (now == standing::erased && !all.closed_inboxes.contains(one.account))
      throw violation{inbox_ref(one.account), "its person has left, and it is open"};
  }
  for (const auto& [id, one] : all.adverts) {
    const auto owner = character_of(one.owner);
    if (one.removed) continue;
    if (owner.now == standing::good && one.withheld)
      throw violation{listing_ref(id), "it is withheld, and its owner is welcome"};
    if (owner.now != standing::good && one.added_at <= owner.since && !one.withheld)
      throw violation{listing_ref(id), "its owner is not welcome, and it is offered"};
  }
}

}  // namespace rentwave::simulation
