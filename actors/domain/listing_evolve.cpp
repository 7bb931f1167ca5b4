// The listing's events folded, and what follows from the fold: wants, alarm, reply. The decisions
// are in listing.cpp.
#include <boost/describe/enum_to_string.hpp>

#include <algorithm>

#include "actors/domain/listing.hpp"
#include "actors/domain/want.hpp"

namespace rentwave::listing {
namespace {

// --- evolve ---

void owe(state& s, step what, const offer& about) {
  const auto& book = std::get<book_details>(about.item);
  owed_command owed{
      .what = what, .n = ++s.sequence, .isbn = book.isbn, .title = {}, .author = {}, .rental = {}};
  if (what == step::attach) {
    owed.title = book.title;
    owed.author = book.author;
  }
  s.owed.push_back(std::move(owed));
}

booking* find(state& s, rental_id rental) {
  const auto found = std::ranges::find(s.bookings, rental, &booking::rental);
  return found == s.bookings.end() ? nullptr : &*found;
}

void insert(state& s, booking b) {
  const auto place = std::ranges::upper_bound(s.bookings, b.when.start, {},
                                              [](const booking& each) { return each.when.start; });
  s.bookings.insert(place, std::move(b));
}

/// The newest are at the end; the oldest is forgotten first.
void remember_undone(state& s, rental_id rental) {
  std::erase(s.undone, rental);
  s.undone.push_back(rental);
  if (s.undone.size() > max_undone) s.undone.erase(s.undone.begin());
}

void take_away(state& s, rental_id rental) {
  std::erase_if(s.bookings, [rental](const booking& each) { return each.rental == rental; });
  remember_undone(s, rental);
}

template <item_kind Kind>
void apply(state& s, const added<Kind>& e) {
  s.exists = true;
  s.active = true;
  s.id = e.id;
  s.owner = e.owner;
  s.content = e.content;
  s.added_at = e.at;
  s.revision = 1;
  if constexpr (Kind == item_kind::book) owe(s, step::attach, s.content);
}

template <item_kind Kind>
void apply(state& s, const updated<Kind>& e) {
  if constexpr (Kind == item_kind::book) {
    const auto& was = std::get<book_details>(s.content.item);
    if (was.isbn != std::get<book_details>(e.content.item).isbn) {
      owe(s, step::detach, s.content);
      owe(s, step::attach, e.content);
    }
  }
  s.revision = e.revision;
  s.active = e.active;
  s.content = e.content;
  if (e.active) s.missing = false;
}

void apply(state& s, const removed&) {
  s.removed = true;
  s.active = false;
  s.blocks.clear();
  s.photos.clear();
  if (s.content.kind() == item_kind::book) owe(s, step::detach, s.content);
}

void apply(state& s, const reserved& e) {
  insert(s, {.rental = e.rental,
             .renter = e.renter,
             .when = e.agreed.when,
             .due = e.agreed.when.end,
             .terms = e.agreed.terms});
}

void apply(state& s, const handed_over& e) {
  auto* b = find(s, e.rental);
  if (!b) return;
  // Who waits has been told "not yet", so has to be told again.
  if (b->queued)
    s.owed.push_back({.what = step::ready,
                      .n = ++s.sequence,
                      .isbn = {},
                      .title = {},
                      .author = {},
                      .rental = e.rental});
  b->out = true;
  b->queued = false;
}

void apply(state& s, const queued& e) {
  if (auto* b = find(s, e.rental)) b->queued = true;
}

void apply(state& s, const released& e) {
  take_away(s, e.rental);
  if (e.rented) ++s.times_rented;
}

void apply(state& s, const reclaimed& e) {
  std::erase(s.undone, e.rental);
  insert(s, {.rental = e.rental,
             .renter = e.renter,
             .when = e.when,
             .out = true,
             .due = e.due,
             .terms = e.terms,
             .retracted = e.extensions,
             .counted = true});
}

void apply(state& s, const rescheduled& e) {
  auto* b = find(s, e.rental);
  if (!b) return;
  b->when.end = e.ends_at;
  b->due = e.due;
  b->retracted = std::max(b->retracted, e.retracted);
}

void apply(state& s, const lost& e) {
  take_away(s, e.rental);
  if (e.rented) ++s.times_rented;
  s.active = false;
  s.missing = true;
  s.revision = e.revision;
}

void apply(state& s, const rated& e) {
  s.rating = e.total;
}

void apply(state& s, const hidden& e) {
  if (e.by == hider::administrator) {
    s.hidden_why = e.reason;
  } else {
    s.withheld = true;
    s.account_order = e.order;
  }
}

void apply(state& s, const shown& e) {
  if (e.by == hider::administrator) {
    s.hidden_why.reset();
  } else {
    s.withheld = false;
    s.account_order = e.order;
  }
}

void apply(state& s, const settled& e) {
  std::erase_if(s.owed, [&e](const owed_command& each) { return each.key() == e.want; });
}

void apply(state&, const freed&) {}

void apply(state& s, const blocked& e) {
  const auto place = std::ranges::upper_bound(
      s.blocks, e.what.when.start, {}, [](const owner_block& each) { return each.when.start; });
  s.blocks.insert(place, e.what);
}

void apply(state& s, const unblocked& e) {
  std::erase_if(s.blocks, [&e](const owner_block& each) { return each.id == e.id; });
}

void apply(state& s, const photo_added& e) {
  s.photos.push_back(e.what);
}

void apply(state& s, const photo_removed& e) {
  std::erase_if(s.photos, [&e](const photo& each) { return each.id == e.id; });
}

void apply(state& s, const delayed& e) {
  if (auto* b = find(s, e.rental)) b->delayed_by = e.by;
}

want want_of(const state& s, const owed_command& owed) {
  switch (owed.what) {
    case step::attach:
      return {owed.key(), book_ref(owed.isbn),
              book::command{book::attach{owed.isbn, s.id, owed.title, owed.author}}};
    case step::detach:
      return {owed.key(), book_ref(owed.isbn), book::command{book::detach{s.id}}};
    case step::ready:
      break;
  }
  return {owed.key(), rental_ref(owed.rental.value_or(rental_id{})),
          rental::command{rental::item_ready{}}};
}

}  // namespace

std::string owed_command::key() const {
  return std::string{boost::describe::enum_to_string(what, "unknown")} + '-' + std::to_string(n);
}

state evolve(state before, const event& happened) {
  std::visit([&before](const auto& e) { apply(before, e); }, happened);
  return before;
}

std::vector<want> wants(const state& now) {
  std::vector<want> result;
  // Books hear one thing at a time: a detach that overtook its attach would count wrong for good.
  bool book_is_asked = false;
  for (const auto& each : now.owed) {
    const bool for_book = each.what != step::ready;
    if (for_book && book_is_asked) continue;
    book_is_asked = book_is_asked || for_book;
    result.push_back(want_of(now, each));
  }
  return result;
}

std::optional<instant> alarm(const state& now) {
  std::optional<instant> earliest;
  if (const auto* late = booking_out(now))
    for (const auto& each : now.bookings)
      if (const auto since = delays_from(*late, each); since && (!earliest || *since < *earliest))
        earliest = since;
  return earliest;
}

outcome reply(const state&, const std::vector<event>& events) {
  if (events.empty()) return accepted{};
  // The first event is the command's own; others tell what it meant for the next in line.
  const auto& first = events.front();
  if (const auto* e = std::get_if<reserved>(&first)) return e->agreed;
  if (const auto* e = std::get_if<rescheduled>(&first); e && e->agreed) return *e->agreed;
  if (std::holds_alternative<handed_over>(first)) return hand_over_result{true};
  if (std::holds_alternative<queued>(first)) return hand_over_result{false};
  return accepted{};
}

}  // namespace rentwave::listing
