// What a listing decides. Its calendar is in listing_calendar.cpp, the fold in listing_evolve.cpp.
#include "actors/domain/listing.hpp"

#include <algorithm>

#include "actors/domain/tariff.hpp"

namespace rentwave::listing {
namespace {

using events = std::vector<event>;
using answer = decision<event>;

refusal no(refusal_code code, const char* why) {
  return {code, why, {}};
}

refusal no_listing() {
  return no(refusal_code::unknown_entity, "There is no such advert.");
}

/// The event type that the item's kind has for itself.
template <template <item_kind> class Event, class... Members>
event of_kind(item_kind kind, Members&&... members) {
  switch (kind) {
    case item_kind::book:
      return Event<item_kind::book>{std::forward<Members>(members)...};
    case item_kind::vehicle:
      return Event<item_kind::vehicle>{std::forward<Members>(members)...};
    case item_kind::room:
      break;
  }
  return Event<item_kind::room>{std::forward<Members>(members)...};
}

bool was_released(const state& s, rental_id rental) {
  return std::ranges::find(s.undone, rental) != s.undone.end();
}

/// Whether the item is with somebody else, or nobody knows where.
bool is_away(const state& s, rental_id but_for) {
  return s.missing || std::ranges::any_of(s.bookings, [but_for](const booking& each) {
           return each.out && each.rental != but_for;
         });
}

/// Adds the hand-over to who has waited longest, once the item is here. Whose period has passed
/// meanwhile gets nothing: that rental ends by itself.
void hand_to_next(events& happened, const state& s, instant now,
                  std::optional<rental_id> but_for = {}) {
  const auto next = std::ranges::find_if(s.bookings, [&](const booking& each) {
    return each.queued && each.when.end > now && each.rental != but_for;
  });
  if (next != s.bookings.end()) happened.push_back(handed_over{next->rental});
}

/// Adds that the item can be had again, if these events leave it so: subscribers know nothing of
/// the calendar.
void tell_if_free(events& happened, const state& s, instant now) {
  state after = s;
  for (const auto& each : happened) after = evolve(std::move(after), each);
  if (!after.active || after.is_hidden() || !is_free(after, {now, now + duration{1}}, now)) return;
  happened.push_back(freed{after.id, after.owner, after.content.title, after.content.isbn()});
}

// --- the owner ---

answer handle(const state& s, const post& c, const context& given) {
  if (given.caller != c.owner)
    return no(refusal_code::not_owner, "Nobody posts adverts for somebody else.");
  if (s.exists && s.id == c.id && s.owner == c.owner) return events{};
  if (s.exists) return no(refusal_code::already_exists, "There is another advert of this id.");
  return events{of_kind<added>(c.content.kind(), c.id, c.owner, c.content, given.now)};
}

/// Why the caller may not change the advert.
std::optional<refusal> why_not_owner(const state& s, const context& given) {
  if (!s.exists || s.removed) return no_listing();
  if (given.caller != s.owner)
    return no(refusal_code::not_owner, "Only its owner may change an advert.");
  return std::nullopt;
}

answer handle(const state& s, const update& c, const context& given) {
  if (auto why = why_not_owner(s, given)) return *why;
  if (c.revision && *c.revision != s.revision)
    return no(refusal_code::stale_revision, "The advert has changed since it was read.");
  const auto& content = c.content ? *c.content : s.content;
  // What subscribers and search know as a book never turns into a room.
  if (content.kind() != s.content.kind())
    return no(refusal_code::already_exists, "The advert is of another kind, which stays.");
  if (s.hidden_why && c.active.value_or(false))
    return refusal{refusal_code::listing_hidden,
                   "An administrator has hidden the advert: " + *s.hidden_why,
                   {}};
  const bool active = c.active.value_or(s.active);
  if (active == s.active && content == s.content) return events{};
  events happened{of_kind<updated>(content.kind(), s.revision + 1, active, content, s.is_hidden())};
  // Whoever switches a lost item's advert on again has it back.
  if (s.missing && active) hand_to_next(happened, s, given.now);
  if (active && !s.active) tell_if_free(happened, s, given.now);
  return happened;
}

answer handle(const state& s, const remove&, const context& given) {
  if (s.removed && given.caller == s.owner) return events{};
  if (auto why = why_not_owner(s, given)) return *why;
  if (!s.bookings.empty()) return no(refusal_code::listing_in_use, "Bookings of it are open.");
  return events{removed{}};
}

// --- those who hide it ---

/// An administrator is a person; the gateway lets only those ask. An account is none.
std::optional<refusal> why_not_hider(const state& s, hider by, const context& given) {
  if (!s.exists || s.removed) return no_listing();
  if (given.caller.has_value() != (by == hider::administrator))
    return no(refusal_code::not_owner, "This is not up to whoever asked it.");
  return std::nullopt;
}

bool is_outdated(const state& s, hider by, int order) {
  return by == hider::account && order <= s.account_order;
}

event hidden_now(const state& s, hider by, int order, const std::string& reason) {
  return hidden{by, order, reason, s.owner, s.content.title, s.revision, s.content.isbn()};
}

answer handle(const state& s, const hide& c, const context& given) {
  if (auto why = why_not_hider(s, c.by, given)) return *why;
  if (is_outdated(s, c.by, c.order)) return events{};
  if (c.by == hider::administrator && s.hidden_why == c.reason) return events{};
  if (c.if_free && !s.bookings.empty())
    return no(refusal_code::listing_in_use, "Bookings of an advert are open.");
  return events{hidden_now(s, c.by, c.order, c.reason)};
}

answer handle(const state& s, const show& c, const context& given) {
  if (auto why = why_not_hider(s, c.by, given)) return *why;
  if (is_outdated(s, c.by, c.order)) return events{};
  const bool by_administrator = c.by == hider::administrator;
  if (by_administrator && !s.hidden_why) return events{};
  const bool hidden_still = by_administrator ? s.withheld : s.hidden_why.has_value();
  return events{shown{c.by, c.order, s.active && !hidden_still, s.owner, s.revision, s.content}};
}

answer handle(const state& s, const retire& c, const context& given) {
  if (s.removed && !given.caller) return events{};
  if (auto why = why_not_hider(s, hider::account, given)) return *why;
  if (s.bookings.empty()) return events{removed{}};
  if (is_outdated(s, hider::account, c.order)) return events{};
  events happened{hidden_now(s, hider::account, c.order, {})};
  // Bookings may end in peace; what the person showed goes now.
  for (const auto& each : s.photos) happened.push_back(photo_removed{each.id});
  return happened;
}

// --- rentals ---

answer handle(const state& s, const reserve& c, const context& given) {
  if (!s.exists) return no_listing();
  if (was_released(s, c.rental))
    return no(refusal_code::undone, "The rental ended before it was reserved.");
  if (booking_of(s, c.rental)) return events{};
  if (s.active && c.renter == s.owner)
    return no(refusal_code::own_listing, "Nobody rents from himself.");
  if (auto why = why_not(s, c.when, given.now)) return *why;
  // A period that has begun and is free means that the item is here: whoever has it occupies the
  // present.
  const bool begins = c.when.start <= given.now;
  const auto& terms = s.content.terms;
  events happened{reserved{c.rental,
                           c.renter,
                           {s.owner, s.content.kind(), s.content.title, c.when, terms,
                            rent_for(terms.price, c.when.length()), begins, s.content.isbn()}}};
  if (begins) happened.push_back(handed_over{c.rental});
  return happened;
}

answer handle(const state& s, const hand_over& c, const context&) {
  if (!s.exists) return no_listing();
  const auto* mine = booking_of(s, c.rental);
  if (!mine) return no(refusal_code::undone, "The rental's booking has been released.");
  if (mine->out) return events{};
  if (!is_away(s, c.rental)) return events{handed_over{c.rental}};
  if (mine->queued) return events{};
  return events{queued{c.rental}};
}

/// Recorded even on an advert that never was: the id may yet come to be, and the reserve arrive.
answer handle(const state& s, const release& c, const context& given) {
  const auto* mine = booking_of(s, c.rental);
  if (!mine && was_released(s, c.rental)) return events{};
  events happened{released{c.rental, c.was_started && mine && !mine->counted}};
  if (mine && !is_away(s, c.rental)) hand_to_next(happened, s, given.now, c.rental);
  if (mine && c.was_started) tell_if_free(happened, s, given.now);
  return happened;
}

answer handle(const state& s, const reclaim& c, const context&) {
  if (!s.exists) return no_listing();
  if (booking_of(s, c.rental)) return events{};
  period when = c.when;
  for (const auto& each : in_the_way(s, when)) when.end = std::min(when.end, each.when.start);
  // With somebody else, or gone for good, it cannot be with this renter. A released booking stays
  // so, and the event lets no late copy of the command find the item back and block it for ever.
  if (s.removed || is_away(s, c.rental) || when.end <= when.start)
    return events{released{c.rental}};
  return events{reclaimed{c.rental, c.renter, when, c.when.end, c.terms.value_or(s.content.terms),
                          c.extensions}};
}

answer handle(const state& s, const extend& c, const context& given) {
  if (!s.exists) return no_listing();
  const auto* mine = booking_of(s, c.rental);
  if (!mine) return no(refusal_code::undone, "The rental's booking has been released.");
  if (c.n > 0 && c.n <= mine->retracted)
    return no(refusal_code::undone, "The extension was undone before it arrived.");
  if (c.ends_at <= mine->due)
    return no(refusal_code::period_invalid, "An extension ends later than the rental.");
  const period wanted{mine->when.start, c.ends_at};
  if (wanted.length() > s.content.max_duration)
    return no(refusal_code::duration_not_permitted, "The owner does not let it for so long.");
  const period further{mine->when.end, c.ends_at};
  if (!is_free(s, further, given.now, c.rental))
    return refusal{refusal_code::not_available, "Somebody else has booked it then.",
                   next_free(s, further.start, further.length(), given.now)};
  const auto& price = mine->terms.price;
  const money rent = rent_for(price, wanted.length()) -
                     rent_for(price, period{mine->when.start, mine->due}.length());
  return events{rescheduled{
      .rental = c.rental,
      .ends_at = c.ends_at,
      .rent = rent,
      .due = c.ends_at,
      .agreed = reservation{s.owner, s.content.kind(), s.content.title, wanted, mine->terms, rent,
                            mine->out, s.content.isbn()},
  }};
}

answer handle(const state& s, const retract_extension& c, const context&) {
  const auto* mine = booking_of(s, c.rental);
  if (!mine || (c.n > 0 && c.n <= mine->retracted)) return events{};
  // Never later than it is: that would have to be free.
  const instant ends_at = std::min(mine->when.end, c.old_end);
  if (c.n == 0 && ends_at == mine->when.end) return events{};
  return events{rescheduled{.rental = c.rental,
                            .ends_at = ends_at,
                            .rent = {},
                            .due = std::max(ends_at, std::min(mine->due, c.old_end)),
                            .agreed = {},
                            .retracted = c.n}};
}

/// Without a booking there is nothing to lose: somebody else has the item, or it was lost before.
answer handle(const state& s, const lose& c, const context&) {
  const auto* mine = booking_of(s, c.rental);
  if (!mine) return events{};
  return events{lost{c.rental, s.revision + 1, !mine->counted}};
}

/// Also of an advert that was removed meanwhile. It adds up reviews without knowing them.
answer handle(const state& s, const rate& c, const context&) {
  if (!s.exists) return no_listing();
  return events{rated{c.rental, c.rating, s.rating.with(c.rating)}};
}

// --- the owner's blocks ---

/// What ended long ago makes room.
answer handle(const state& s, const block& c, const context& given) {
  if (auto why = why_not_owner(s, given)) return *why;
  if (std::ranges::find(s.blocks, c.id, &owner_block::id) != s.blocks.end()) return events{};
  const period when{std::max(c.when.start, given.now), c.when.end};
  if (when.end <= when.start)
    return no(refusal_code::period_invalid, "A block ends after its start, and not in the past.");
  if (when.end - given.now > block_horizon)
    return no(refusal_code::period_invalid, "A block ends at most ten years ahead.");
  if (!in_the_way(s, when).empty())
    return refusal{refusal_code::not_available, "It is booked or blocked then.",
                   next_free(s, when.start, when.length(), given.now)};
  events happened{blocked{{c.id, when, c.note}}};
  for (const auto& each : s.blocks)
    if (each.when.end + block_memory < given.now) happened.push_back(unblocked{each.id});
  if (s.blocks.size() + 2 - happened.size() > max_blocks)
    return no(refusal_code::too_many_bookings, "The calendar of this advert is full.");
  return happened;
}

/// It is news if the block kept others from the item now, and not only later.
answer handle(const state& s, const unblock& c, const context& given) {
  if (auto why = why_not_owner(s, given)) return *why;
  const auto found = std::ranges::find(s.blocks, c.id, &owner_block::id);
  if (found == s.blocks.end()) return events{};
  events happened{unblocked{c.id}};
  if (found->when.contains(given.now)) tell_if_free(happened, s, given.now);
  return happened;
}

// --- photos ---

answer handle(const state& s, const add_photo& c, const context& given) {
  if (auto why = why_not_owner(s, given)) return *why;
  if (photo_of(s, c.what.id)) return events{};
  if (s.photos.size() >= max_photos)
    return no(refusal_code::too_many_photos, "An advert has at most eight photos.");
  return events{photo_added{c.what}};
}

answer handle(const state& s, const remove_photo& c, const context& given) {
  if (auto why = why_not_owner(s, given)) return *why;
  if (!photo_of(s, c.id)) return events{};
  return events{photo_removed{c.id}};
}

// --- the rest ---

answer handle(const state& s, const answered& c, const context&) {
  const bool is_owed =
      std::ranges::any_of(s.owed, [&c](const owed_command& each) { return each.key() == c.want; });
  return is_owed ? events{settled{c.want}} : events{};
}

delayed delay_of(const state& s, const booking& next, rental_id late) {
  return {.rental = next.rental,
          .renter = next.renter,
          .owner = s.owner,
          .when = next.when,
          .by = late,
          .kind = s.content.kind(),
          .title = s.content.title,
          .isbn = s.content.isbn(),
          .where = s.content.where};
}

/// However much later than the alarm: whoever is to be told is told.
answer handle(const state& s, const wake&, const context& given) {
  events happened;
  if (const auto* late = booking_out(s))
    for (const auto& each : s.bookings)
      if (const auto since = delays_from(*late, each); since && *since <= given.now)
        happened.push_back(delay_of(s, each, late->rental));
  return happened;
}

}  // namespace

const photo* photo_of(const state& now, const photo_id& id) {
  const auto found = std::ranges::find(now.photos, id, &photo::id);
  return found == now.photos.end() ? nullptr : &*found;
}

decision<event> decide(const state& before, const command& asked, const context& given) {
  return std::visit([&](const auto& c) { return handle(before, c, given); }, asked);
}

}  // namespace rentwave::listing
