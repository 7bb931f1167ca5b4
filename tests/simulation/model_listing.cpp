// Adverts: who has the item when, and that what a listing agrees to is what its owner offers.
#include <algorithm>

#include "actors/domain/topic_name.hpp"
#include "persistence/codec.hpp"
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {
namespace {

bool can_be_had(const advert& one, instant at) {
  if (!one.is_offered() || one.with || one.missing) return false;
  for (const auto& [rental, when] : one.calendar)
    if (when.start <= at && at < when.end) return false;
  for (const auto& [block, when] : one.blocks)
    if (when.start <= at && at < when.end) return false;
  return true;
}

struct listing_events {
  model& all;
  const stored_event& event;
  listing_id id;

  void check(bool holds, const std::string& sentence) const { expect(holds, event, sentence); }
  advert& self() const {
    const auto found = all.adverts.find(id);
    check(found != all.adverts.end(), "there is no such advert");
    return found->second;
  }

  void occupy(rental_id rental, const period& when) const {
    check(when.start < when.end, "an empty booking");
    for (const auto& [other, taken] : self().calendar)
      check(other == rental || taken.end <= when.start || when.end <= taken.start,
            "the bookings of " + to_string(rental) + " and " + to_string(other) + " overlap");
    for (const auto& [block, taken] : self().blocks)
      check(taken.end <= when.start || when.end <= taken.start,
            "the booking of " + to_string(rental) + " overlaps block " + to_string(block));
    self().calendar[rental] = when;
  }

  template <item_kind Kind>
  void operator()(const listing::added<Kind>& e) const {
    check(!all.adverts.contains(id), "the advert is posted twice");
    check(event.actor == to_string(e.owner), "for somebody else");
    auto& fresh = all.adverts[id];
    fresh.owner = e.owner;
    fresh.content = e.content;
    fresh.added_at = e.at;
    std::vector<std::string> topics{topic_of(Kind), topic_of(e.owner)};
    if (const auto* book = std::get_if<book_details>(&e.content.item))
      topics.push_back(topic_of_isbn(book->isbn));
    note_news(all, event, id, e.owner, std::move(topics));
  }
  template <item_kind Kind>
  void operator()(const listing::updated<Kind>& e) const {
    check(!self().removed, "a removed advert changes");
    check(event.actor == to_string(self().owner), "by somebody else");
    check(e.revision == ++self().revision, "revision " + std::to_string(e.revision));
    check(e.hidden == (self().hidden || self().withheld), "hidden, or not");
    self().content = e.content;
    if (e.active && !self().active) self().news_due = event.time;
    self().active = e.active;
    if (e.active) self().missing = false;
  }
  void operator()(const listing::removed&) const {
    const bool has_left = all.characters[self().owner].now == account::standing::erased &&
                          event.actor == to_string(account_ref(self().owner));
    check(has_left || event.actor == to_string(self().owner), "by somebody else");
    check(self().calendar.empty(), "an advert with bookings is removed");
    self().removed = true;
    self().active = false;
    self().blocks.clear();
    self().photos.clear();
  }
  void operator()(const listing::reserved& e) const {
    const auto asked = all.deals.find(e.rental);
    check(asked != all.deals.end(), "it reserves for a rental that nobody asked for");
    check(self().is_offered(), "a reservation of an advert that is switched off, or hidden");
    check(e.renter == asked->second.renter && e.renter != self().owner, "the wrong renter");
    check(e.agreed.when == asked->second.wanted, "another period than was asked for");
    check(e.agreed.terms == self().content.terms, "other terms than were offered");
    const auto length = e.agreed.when.length();
    check(length >= self().content.min_duration && length <= self().content.max_duration,
          "for longer or shorter than the owner allows");
    const auto rent = price_of(self().content.terms.price, length);
    check(e.agreed.rent == rent, "a rent of " + text(e.agreed.rent) + " instead of " + text(rent));
    check(!self().agreed.contains(e.rental), "the rental is reserved twice");
    self().agreed[e.rental] = e.agreed;
    occupy(e.rental, e.agreed.when);
  }
  void operator()(const listing::handed_over& e) const {
    check(self().calendar.contains(e.rental), "the item goes to somebody without a booking");
    check(!self().with || self().with == e.rental, "the item goes to two renters");
    self().with = e.rental;
    self().queued.erase(e.rental);
  }
  void operator()(const listing::queued& e) const {
    check(self().calendar.contains(e.rental), "somebody without a booking is queued");
    check(self().with || self().missing, "somebody waits for an item that is there");
    self().queued.insert(e.rental);
  }
  void operator()(const listing::released& e) const {
    check(all.deals.contains(e.rental), "it releases a rental that nobody asked for");
    const auto found = all.adverts.find(id);
    if (found == all.adverts.end()) return;
    auto& one = found->second;
    one.calendar.erase(e.rental);
    one.queued.erase(e.rental);
    if (one.with != e.rental) return;
    one.with.reset();
    one.came_back = event.time;
    if (all.deals[e.rental].started_at) one.news_due = event.time;
  }
  void operator()(const listing::reclaimed& e) const {
    check(!self().with, "it is not with who it is reclaimed from");
    self().with = e.rental;
    occupy(e.rental, e.when);
  }
  void operator()(const listing::rescheduled& e) const {
    const auto found = self().calendar.find(e.rental);
    check(found != self().calendar.end(), "a booking that is not there moves");
    occupy(e.rental, {found->second.start, e.ends_at});
  }
  void operator()(const listing::lost& e) const {
    check(all.deals.contains(e.rental) && all.deals[e.rental].now == rental::status::lost,
          "the item is lost, and its rental is not");
    check(e.revision == ++self().revision, "revision " + std::to_string(e.revision));
    self().calendar.erase(e.rental);
    if (self().with == e.rental) self().with.reset();
    self().active = false;
    self().missing = true;
  }
  void operator()(const listing::rated& e) const {
    see_rating(all, event, e.rental, e.rating, e.total);
  }
  void operator()(const listing::hidden& e) const { hide(e, true); }
  void operator()(const listing::shown& e) const {
    hide(e, false);
    check(e.offered == self().is_offered(), "offered, or not");
    check(e.content == self().content && e.revision == self().revision, "not what it is");
  }
  template <class Event>
  void hide(const Event& e, bool so) const {
    check(e.owner == self().owner, "of somebody else");
    if (e.by == listing::hider::account) {
      check(event.actor == to_string(account_ref(self().owner)), "by another account");
      self().withheld = so;
      return;
    }
    check(!event.actor.empty() && event.actor.find('/') == std::string::npos, "by nobody");
    self().hidden = so;
    ++all.notices_due[{e.owner, event.type, rental_id{id.value}, event.time}];
  }
  void operator()(const listing::blocked& e) const {
    const auto& [block, when, note] = e.what;
    check(event.actor == to_string(self().owner), "by somebody else");
    check(when.start >= event.time && when.start < when.end, "a block of the past");
    check(!self().blocks.contains(block), "a block twice");
    for (const auto& [rental, taken] : self().calendar)
      check(taken.end <= when.start || when.end <= taken.start,
            "the block overlaps the booking of " + to_string(rental));
    for (const auto& [other, taken] : self().blocks)
      check(taken.end <= when.start || when.end <= taken.start, "two blocks overlap");
    self().blocks[block] = when;
  }
  void operator()(const listing::photo_added& e) const {
    auto& photos = self().photos;
    check(event.actor == to_string(self().owner), "by somebody else");
    check(!self().removed && photos.size() < listing::max_photos, "a photo too many");
    check(std::ranges::find(photos, e.what.id) == photos.end(), "a photo twice");
    photos.push_back(e.what.id);
  }
  void operator()(const listing::photo_removed& e) const {
    check(std::erase(self().photos, e.id) == 1, "a photo that is not there is taken away");
  }
  void operator()(const listing::unblocked& e) const {
    check(event.actor == to_string(self().owner), "by somebody else");
    const auto found = self().blocks.find(e.id);
    check(found != self().blocks.end(), "a block that is not there is taken away");
    if (found->second.contains(event.time)) self().news_due = event.time;
    self().blocks.erase(found);
  }
  void operator()(const listing::delayed& e) const {
    check(self().with == e.by, "by a renter who does not have the item");
    const auto booked = self().calendar.find(e.rental);
    check(booked != self().calendar.end() && booked->second == e.when, "another period");
    check(e.renter == all.deals[e.rental].renter && e.owner == self().owner, "to other people");
    const auto due = delay_due(all.deals[e.by], all.deals[e.rental], e.when);
    check(due && event.time >= *due, "before the item is late, or too early");
    // Once, as long as it is what they heard last. A return may be disputed after somebody else had
    // the item, and was late: then the renter of whom they heard first has it again, which is not
    // what they believe, and design.md section 6 wants them told of whatever makes it late.
    const auto told = self().told_of_delay.find(e.rental);
    check(told == self().told_of_delay.end() || told->second != e.by, "a second time");
    self().told_of_delay[e.rental] = e.by;
    ++all.notices_due[{e.renter, event.type, e.rental, event.time}];
    ++all.notices_due[{e.owner, event.type, e.rental, event.time}];
  }
  void operator()(const listing::settled&) const {}
  void operator()(const listing::freed& e) const {
    check(e.id == id && e.owner == self().owner && e.title == self().content.title,
          "it speaks of another advert");
    check(self().news_due == event.time, "nothing has freed it");
    check(can_be_had(self(), event.time), "it is said to be free, and it is not");
    self().told_free = true;
    note_news(all, event, id, e.owner, {topic_of(id)});
  }
};

/// That it is free again is said by the command that made it so.
void check_freed(advert& one, const stored_event& next) {
  const auto due = std::exchange(one.news_due, std::nullopt);
  const bool told = std::exchange(one.told_free, false);
  if (due)
    expect(told == can_be_had(one, *due), next,
           "before it, the item was free again, and nobody was to know");
}

/// Whoever waits gets it as soon as it is back, unless the own period has passed meanwhile.
void check_queue(advert& one, const stored_event& next) {
  const auto back = std::exchange(one.came_back, std::nullopt);
  if (!back || one.with || one.missing) return;
  for (const auto& rental : one.queued)
    expect(one.calendar[rental].end <= *back, next,
           "before it, the item came back and " + to_string(rental) + " did not get it");
}

}  // namespace

void see_listing(model& all, const stored_event& event) {
  const auto happened = decode<listing::event>(event.type, event.schema, event.data);
  const auto id = parse_id<listing_id>(event.entity.id);
  expect(happened.has_value() && id, event, "the event cannot be read");
  if (const auto found = all.adverts.find(*id); found != all.adverts.end()) {
    auto& one = found->second;
    if (one.last_command != event.command) {
      check_queue(one, event);
      check_freed(one, event);
    }
    one.last_command = event.command;
  }
  std::visit(listing_events{all, event, *id}, *happened);
}

}  // namespace rentwave::simulation
