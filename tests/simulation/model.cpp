#include "tests/simulation/model.hpp"

#include "actors/domain/book.hpp"
#include "persistence/codec.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::simulation {
namespace {

void see_order(model& all, const stored_event& event) {
  const auto position = ++all.positions[event.partition];
  expect(event.position == position, event,
         "position " + std::to_string(event.position) + " of the partition instead of " +
             std::to_string(position));
  const auto version = ++all.versions[event.entity];
  expect(event.version == version, event,
         "version " + std::to_string(event.version) + " instead of " + std::to_string(version));
  const int n = all.commands[{event.entity, event.command}]++;
  expect(event.n == n, event, "the command has another event " + std::to_string(event.n));
  auto& time = all.times[event.entity];
  expect(event.time >= time, event, "domain time went back");
  time = event.time;
  all.effects.insert({event.entity, event.command, event.type});
}

void see_book(model& all, const stored_event& event) {
  const auto happened = decode<book::event>(event.type, event.schema, event.data);
  expect(happened.has_value(), event, "the event cannot be read");
  const bool is_attached = std::holds_alternative<book::attached>(*happened);
  all.shelves[event.entity.id] += is_attached ? 1 : -1;
}

void check_deal(const deal& d) {
  const auto where = rental_ref(d.id);
  if (!d.is_final()) throw violation{where, "the rental never reached a final state"};
  if (d.wish) throw violation{where, "an extension is pending after the rental's end"};
  for (std::size_t i = 0; i < d.periods.size(); ++i)
    if (!d.periods[i].charged || !d.periods[i].has_receipt)
      throw violation{where, "late period " + std::to_string(i + 1) +
                                 (d.periods[i].charged ? " has no receipt" : " was never charged")};
  const bool owes_pay = d.now == rental::status::completed || d.now == rental::status::lost;
  if (owes_pay && !d.paid)
    throw violation{where, "the rental has ended and its owner was not paid"};
}

void check_purse(account_id whose, const purse& p) {
  const auto where = wallet_ref(whose);
  for (const auto& [rental, held] : p.holds)
    throw violation{where, text(held.total()) + " are still held for " + to_string(rental)};
  for (const auto& [id, payment] : p.payments)
    if (!payment.done) throw violation{where, "payment " + to_string(id) + " was never answered"};
  if (p.debt() > money{} && p.balance > money{})
    throw violation{where, "the wallet has " + text(p.balance) + " and owes " + text(p.debt())};
}

void check_notices(const model& all) {
  auto keys = all.notices_due;
  keys.insert(all.notices_sent.begin(), all.notices_sent.end());
  for (const auto& [key, ignored] : keys) {
    const auto& [whom, type, rental, time] = key;
    const auto due = all.notices_due.find(key);
    const auto sent = all.notices_sent.find(key);
    if (all.closed_inboxes.contains(whom)) continue;
    const int wanted = due == all.notices_due.end() ? 0 : due->second;
    const int got = sent == all.notices_sent.end() ? 0 : sent->second;
    if (wanted != got)
      throw violation{inbox_ref(whom), std::to_string(got) + " notices of " + type + " at " +
                                           text(time) + " about " + to_string(rental) +
                                           " instead of " + std::to_string(wanted)};
  }
}

void check_shelves(const model& all) {
  auto left = all.shelves;
  for (const auto& [id, one] : all.adverts)
    if (const auto* book = std::get_if<book_details>(&one.content.item); book && !one.removed)
      --left[book->isbn];
  for (const auto& [isbn, count] : left)
    if (count != 0)
      throw violation{book_ref(isbn),
                      std::to_string(count) + " adverts too many hang on this book"};
}

}  // namespace

money price_of(const rate& price, duration length) {
  const std::int64_t unit = price.per == time_unit::hour ? 3'600'000'000 : 86'400'000'000;
  std::int64_t begun = length.count() / unit;
  if (begun * unit < length.count()) ++begun;
  if (begun < 1) begun = 1;
  return {price.amount.cents * begun};
}

instant falls_due(const rental_terms& terms, instant due, int n) {
  const std::chrono::hours unit{terms.late_fee.per == time_unit::hour ? 1 : 24};
  const instant begins = due + unit * (n - 1);
  const instant tolerated = due + terms.grace;
  return begins < tolerated ? tolerated : begins;
}

instant lost_at(const deal& d) {
  const auto& terms = d.agreed->terms;
  const instant at = falls_due(terms, d.due, terms.max_late_periods + 1);
  return d.disputed_at ? std::max(at, *d.disputed_at + std::chrono::hours{48}) : at;
}

void expect(bool holds, const stored_event& event, const std::string& sentence) {
  if (!holds) throw violation{event.entity, event.type + ": " + sentence};
}

std::string text(money amount) {
  return std::to_string(amount.cents) + " cents";
}

std::string text(instant at) {
  return format_instant(at);
}

bool deal::is_final() const {
  using enum rental::status;
  return now == completed || now == cancelled || now == rejected || now == lost;
}

money hold::rent() const {
  money sum;
  for (const auto& [part, rent] : parts) sum += rent;
  return sum;
}

money purse::debt() const {
  money sum;
  for (const auto& [rental, amount] : debts) sum += amount;
  return sum;
}

void see(model& all, const stored_event& event) {
  see_order(all, event);
  switch (event.entity.kind) {
    case entity_kind::login:
      return see_login(all, event);
    case entity_kind::account:
      return see_account(all, event);
    case entity_kind::session:
      return see_session(all, event);
    case entity_kind::listing:
      return see_listing(all, event);
    case entity_kind::rental:
      return see_rental(all, event);
    case entity_kind::wallet:
      return see_wallet(all, event);
    case entity_kind::inbox:
      return see_inbox(all, event);
    case entity_kind::book:
      return see_book(all, event);
    case entity_kind::keyed_request:
      return see_keyed_request(all, event);
    case entity_kind::topic:
      return see_topic(all, event);
    case entity_kind::audience:
      return see_audience(all, event);
    case entity_kind::follower:
      return see_follower(all, event);
    case entity_kind::webhook:
      return see_webhook(all, event);
    case entity_kind::payment:
    case entity_kind::crier:
    case entity_kind::estate:
    case entity_kind::postman:
      throw violation{event.entity, "what keeps nothing has an event in the journal"};
  }
}

void check_settled(const model& all) {
  check_people(all);
  check_standings(all);
  for (const auto& [id, one] : all.deals) check_deal(one);
  for (const auto& [id, one] : all.adverts)
    for (const auto& [rental, when] : one.calendar)
      throw violation{listing_ref(id), "the calendar still has " + to_string(rental)};
  for (const auto& [id, one] : all.purses) check_purse(id, one);
  for (const auto& [id, one] : all.transfers)
    if (!one.received || !one.arrived)
      throw violation{wallet_ref(one.from),
                      "transfer " + to_string(id) + " of " + text(one.amount) +
                          (one.received ? " is not acknowledged" : " was lost")};
  check_notices(all);
  check_shelves(all);
  check_ratings(all);
  check_follows(all);
}

}  // namespace rentwave::simulation
