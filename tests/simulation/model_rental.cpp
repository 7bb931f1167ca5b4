// Rentals: that rents, due times, fees and payouts are those agreed, period by period.
#include "persistence/codec.hpp"
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {
namespace {

using rental::status;

constexpr std::chrono::hours day{24};

/// What the owner keeps when the renter cancels.
money cancel_price(const rental_terms& terms, money rent, duration notice) {
  const money half{(rent.cents + 1) / 2};
  if (terms.cancellation == cancellation_policy::flexible) return {};
  if (terms.cancellation == cancellation_policy::moderate) return notice >= day ? money{} : half;
  return notice >= 7 * day ? half : rent;
}

struct rental_events {
  model& all;
  const stored_event& event;
  deal& self;

  void check(bool holds, const std::string& sentence) const { expect(holds, event, sentence); }
  void was(std::initializer_list<status> before) const {
    check(std::ranges::find(before, self.now) != before.end(), "not from the state it was in");
  }
  const rental_terms& terms() const {
    check(self.agreed.has_value(), "before the listing has agreed");
    return self.agreed->terms;
  }
  account_id owner() const { return self.agreed->owner; }
  const advert& item() const { return all.adverts[self.listing]; }
  /// A person did it, and the right one.
  void by(account_id whom) const { check(event.actor == to_string(whom), "by somebody else"); }
  void tell(account_id whom) const { ++all.notices_due[{whom, event.type, self.id, event.time}]; }

  void operator()(const rental::requested& e) const {
    check(e.at == event.time && e.when.start >= event.time, "a start in the past");
    by(e.renter);
    self.requested_at = e.at;
    self.listing = e.listing;
    self.renter = e.renter;
    self.wanted = e.when;
    self.expected_price = e.expected_price;
  }
  void operator()(const rental::reserved& e) const {
    was({status::pending});
    const auto& known = all.adverts[self.listing].agreed;
    const auto found = known.find(self.id);
    check(found != known.end() && found->second == e.agreed, "not what the listing agreed to");
    check(!self.expected_price || *self.expected_price == e.agreed.rent, "at another price");
    self.agreed = e.agreed;
    self.rent = e.agreed.rent;
    self.due = e.agreed.when.end;
  }
  void operator()(const rental::booked& e) const {
    was({status::pending});
    check(self.held, "booked, and the wallet holds nothing");
    check(event.time < self.due, "booked when it is over");
    check(e.when == self.wanted, "for another time");
    check(e.rent == self.rent && e.deposit == terms().deposit, "other amounts than agreed");
    check(e.about.owner == owner() && e.about.renter == self.renter, "other people than agreed");
    self.now = status::booked;
    tell(owner());
  }
  void operator()(const rental::hand_over_requested&) const {
    was({status::booked});
    check(event.time >= self.wanted.start, "before its start");
    check(!std::exchange(self.hand_over_asked, event.time), "a second time");
  }
  void operator()(const rental::waited&) const {
    was({status::booked});
    check(self.hand_over_asked.has_value(), "nobody asked for the item");
    check(item().queued.contains(self.id) || item().with == self.id, "it is not in the queue");
    tell(self.renter);
    self.now = status::waiting;
  }
  void operator()(const rental::started& e) const {
    was({status::booked, status::waiting});
    check(event.time >= self.wanted.start, "before its start");
    check(item().with == self.id, "the item is not with its renter");
    check(e.due == self.due, "another due time than agreed");
    // Whoever found the item there pays from the start on, whenever the alarm came; whoever had to
    // wait pays for what is left.
    money rent = self.rent;
    instant at = self.wanted.start;
    check(e.waited == (self.now == status::waiting), "it does not say whether the renter waited");
    if (self.now == status::waiting) {
      tell(self.renter);
      check(event.time < self.due, "when it is over");
      at = std::max(at, event.time);
      rent = std::min(rent, price_of(terms().price, self.due - at));
    }
    check(e.at == at, "from " + text(e.at) + " on instead of " + text(at));
    check(e.rent == rent, "a rent of " + text(e.rent) + " instead of " + text(rent));
    self.rent = e.rent;
    self.started_at = e.at;
    self.now = status::active;
  }
  void operator()(const rental::reminded& e) const {
    was({status::active});
    const auto next = next_of(self);
    check(!self.wish && !self.reminded && next, "it needs no reminder");
    check(e.due == self.due && event.time >= next->at, "too early");
    self.reminded = true;
    check(event.time < next_of(self)->at, "too late");
    tell(self.renter);
  }
  void operator()(const rental::late& e) const {
    was({status::active, status::late});
    check(!self.wish, "a late fee while an extension is pending");
    const int n = static_cast<int>(self.periods.size()) + 1;
    check(e.n == n, "period " + std::to_string(e.n) + " after " + std::to_string(n - 1));
    check(n <= terms().max_late_periods, "more late periods than agreed");
    const auto due = falls_due(terms(), self.due, n);
    check(e.due == due, "due at " + text(e.due) + " instead of " + text(due));
    check(event.time >= due, "before its time, at " + text(event.time));
    check(e.fee == terms().late_fee.amount, "a fee of " + text(e.fee));
    self.periods.push_back({e.due, e.fee});
    self.now = status::late;
    tell(self.renter);
    if (n == 1) tell(owner());
  }
  void operator()(const rental::charged& e) const {
    check(e.n >= 1 && e.n <= std::ssize(self.periods), "a period that never fell due");
    auto& period = self.periods[static_cast<std::size_t>(e.n - 1)];
    check(period.charged == e.result, "the wallet did not charge it so");
    check(!std::exchange(period.has_receipt, true), "a second receipt");
  }
  void operator()(const rental::returned& e) const {
    was({status::active, status::late});
    check(e.at == event.time, "at another time");
    check(!self.wish, "an extension is pending");
    by(e.by == rental::party::owner ? owner() : self.renter);
    const int n = static_cast<int>(self.periods.size());
    check(n >= terms().max_late_periods || falls_due(terms(), self.due, n + 1) > event.time,
          "late period " + std::to_string(n + 1) + " had fallen due and was not charged");
    self.now = status::returned;
    self.returned_at = e.at;
    self.owner_has_it = e.by == rental::party::owner;
    tell(e.by == rental::party::owner ? self.renter : owner());
  }
  void operator()(const rental::disputed& e) const {
    was({status::returned});
    by(owner());
    check(e.late == !self.periods.empty(), "late, or not");
    tell(self.renter);
    check(event.time < *self.returned_at + 2 * day, "after 48 hours");
    check(!self.owner_has_it, "by who said that it was back");
    check(e.at == event.time, "at another time");
    self.disputed_at = e.at;
    self.now = self.periods.empty() ? status::active : status::late;
    self.returned_at.reset();
  }
  void operator()(const rental::completed& e) const {
    was({status::returned});
    check(e.rent == self.rent, "a rent of " + text(e.rent) + " instead of " + text(self.rent));
    check(e.claim >= money{} && e.claim <= terms().deposit, "a claim above the deposit");
    check(e.automatic == (event.time >= *self.returned_at + 2 * day),
          "automatic only after 48 hours");
    if (!e.automatic) by(owner());
    self.now = status::completed;
    self.claim = e.claim;
    tell(self.renter);
    tell(owner());
  }
  void operator()(const rental::arbitrated& e) const {
    was({status::active, status::late, status::returned});
    check(!self.wish, "an extension is pending");
    money fees;
    for (const auto& period : self.periods) fees += period.fee;
    const auto within = [](money part, money most) { return part >= money{} && part <= most; };
    check(within(e.decided.rent, self.rent), "more rent than was agreed");
    check(within(e.decided.late_fees, fees), "more late fees than fell due");
    check(within(e.decided.deposit, terms().deposit), "more than the deposit");
    check(!event.actor.empty() && event.actor.find('/') == std::string::npos, "by nobody");
    self.decided = e.decided;
    self.rent = e.decided.rent;
    self.now = status::completed;
    if (!self.returned_at) self.returned_at = e.at;
    tell(self.renter);
    tell(owner());
  }
  void operator()(const rental::rejected& e) const {
    was({status::pending});
    check(e.renter == self.renter && e.listing == self.listing, "somebody else's");
    tell(self.renter);
    self.now = status::rejected;
  }
  void operator()(const rental::cancelled& e) const {
    was({status::pending, status::booked, status::waiting});
    money fee;
    if (self.now == status::booked && e.by == rental::party::renter) {
      check(event.time < self.wanted.start, "after the start");
      fee = cancel_price(terms(), self.rent, self.wanted.start - event.time);
    }
    check(e.fee == fee, "a fee of " + text(e.fee) + " instead of " + text(fee));
    check(!self.wish, "an extension is pending");
    switch (e.by) {
      case rental::party::renter:
        by(self.renter);
        break;
      case rental::party::owner:
        by(owner());
        break;
      case rental::party::nobody:
        check(event.time >= self.due || !item().calendar.contains(self.id), "for no reason");
        break;
    }
    if (self.agreed && e.by != rental::party::owner) tell(owner());
    if (e.by != rental::party::renter) tell(self.renter);
    self.fee = e.fee;
    self.now = status::cancelled;
  }
  void operator()(const rental::lost& e) const {
    was({status::active, status::late});
    const int cap = terms().max_late_periods;
    check(!self.wish, "an extension is pending");
    check(std::ssize(self.periods) == cap, "lost before the last period was charged");
    check(e.at == lost_at(self) && event.time >= e.at, "before its time");
    self.claim = terms().deposit;
    self.now = status::lost;
    tell(self.renter);
    tell(owner());
  }
  void operator()(const rental::extension_requested& e) const {
    was({status::booked, status::active});
    check(!self.wish && event.time < self.due && e.ends_at > self.due,
          "a wish that makes no sense");
    by(self.renter);
    self.wish = wish_for_more{e.n, e.ends_at, std::nullopt, event.time};
  }
  void operator()(const rental::extension_reserved& e) const {
    check(self.wish && self.wish->n == e.n, "nobody wished for it");
    const auto rent = price_of(terms().price, self.wish->ends_at - self.wanted.start) -
                      price_of(terms().price, self.due - self.wanted.start);
    check(e.rent == rent, "a further rent of " + text(e.rent) + " instead of " + text(rent));
    self.wish->rent = e.rent;
    self.further_rents[e.n] = e.rent;
  }
  void operator()(const rental::extended& e) const {
    was({status::booked, status::waiting, status::active});
    check(self.wish && self.wish->n == e.n && self.wish->rent == e.rent, "not what was agreed");
    check(e.due == self.wish->ends_at, "until another time than agreed");
    self.due = e.due;
    self.rent += e.rent;
    self.reminded = false;
    self.wish.reset();
    tell(owner());
  }
  void operator()(const rental::extension_rejected& e) const {
    check(self.wish && self.wish->n == e.n, "nobody wished for it");
    self.wish.reset();
  }
  void operator()(const rental::reviewed& e) const {
    was({status::completed, status::lost});
    const bool by_renter = e.by == rental::party::renter;
    const auto author = by_renter ? self.renter : owner();
    const auto about = by_renter ? owner() : self.renter;
    by(author);
    check(e.at == event.time, "at another time");
    check(e.rating >= 1 && e.rating <= 5, std::to_string(e.rating) + " stars");
    check(self.reviews.emplace(e.by, e.rating).second, "a second review by the same side");
    all.ratings[account_ref(about)].due[self.id] = e.rating;
    if (by_renter) all.ratings[listing_ref(self.listing)].due[self.id] = e.rating;
    tell(about);
  }
  void operator()(const rental::settled& e) const {
    check(e.what != rental::step::charge, "a late fee without a receipt");
  }
};

}  // namespace

void see_rental(model& all, const stored_event& event) {
  const auto happened = decode<rental::event>(event.type, event.schema, event.data);
  const auto id = parse_id<rental_id>(event.entity.id);
  expect(happened.has_value() && id, event, "the event cannot be read");
  const bool is_first = std::holds_alternative<rental::requested>(*happened);
  expect(is_first != all.deals.contains(*id), event, "a rental is asked for once, and first");
  auto& self = all.deals[*id];
  self.id = *id;
  expect(is_first || !self.is_final() || std::holds_alternative<rental::settled>(*happened) ||
             std::holds_alternative<rental::charged>(*happened) ||
             std::holds_alternative<rental::reviewed>(*happened),
         event, "after the rental's end");
  std::visit(rental_events{all, event, self}, *happened);
}

}  // namespace rentwave::simulation
