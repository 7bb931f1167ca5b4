// Who has the item when. Bookings are kept by their start, and no two of them overlap; what can
// overlap a later one is only the lateness of the one whose renter has the item.
#include <algorithm>

#include "actors/domain/listing.hpp"
#include "actors/domain/tariff.hpp"

namespace rentwave::listing {
namespace {

/// The first instant at which a late item could be with somebody else.
constexpr duration soonest{1};

period occupied(const booking& b, instant at) {
  if (!b.out) return b.when;
  return {std::min(b.when.start, at), std::max(b.when.end, at + soonest)};
}

/// By their start, which lateness can bring forward.
std::vector<period> all_occupied(const state& s, instant at) {
  std::vector<period> result;
  result.reserve(s.bookings.size() + s.blocks.size());
  for (const auto& each : s.bookings) result.push_back(occupied(each, at));
  for (const auto& each : s.blocks) result.push_back(each.when);
  std::ranges::stable_sort(result, {}, &period::start);
  return result;
}

}  // namespace

const booking* booking_of(const state& now, rental_id rental) {
  const auto found = std::ranges::find(now.bookings, rental, &booking::rental);
  return found == now.bookings.end() ? nullptr : &*found;
}

bool is_free(const state& now, const period& wanted, instant at, std::optional<rental_id> except) {
  return std::ranges::none_of(now.bookings,
                              [&](const booking& each) {
                                return each.rental != except && occupied(each, at).overlaps(wanted);
                              }) &&
         std::ranges::none_of(now.blocks,
                              [&](const owner_block& each) { return each.when.overlaps(wanted); });
}

std::optional<refusal> why_not(const state& now, const period& wanted, instant at,
                               std::optional<rental_id> except) {
  const auto no = [](refusal_code code, const char* why) { return refusal{code, why, {}}; };
  if (!now.exists) return no(refusal_code::unknown_entity, "There is no such advert.");
  if (!now.active || now.is_hidden())
    return no(refusal_code::listing_inactive, "The advert is switched off.");
  if (wanted.end <= wanted.start)
    return no(refusal_code::period_invalid, "A rental ends after its start.");
  if (wanted.length() < now.content.min_duration || wanted.length() > now.content.max_duration)
    return no(refusal_code::duration_not_permitted,
              "The owner lets it for a longer or a shorter time only.");
  if (wanted.end <= at) return no(refusal_code::period_invalid, "The period is over already.");
  if (!except && now.bookings.size() >= max_bookings)
    return no(refusal_code::too_many_bookings, "The calendar of this advert is full.");
  if (is_free(now, wanted, at, except)) return std::nullopt;
  return refusal{refusal_code::not_available, "It is taken then.",
                 next_free(now, wanted.start, wanted.length(), at)};
}

period next_free(const state& now, instant from, duration length, instant at) {
  instant start = std::max(from, at);
  // In order of their starts, so what has been passed cannot be met again.
  for (const auto& each : all_occupied(now, at))
    if (each.overlaps({start, start + length})) start = each.end;
  return {start, start + length};
}

std::vector<period> busy(const state& now, const period& window, instant at) {
  std::vector<period> taken;
  for (const auto& each : now.blocks) taken.push_back(each.when);
  for (const auto& each : now.bookings)
    taken.push_back({each.when.start, each.out ? std::max(each.when.end, at) : each.when.end});
  std::ranges::stable_sort(taken, {}, &period::start);
  std::vector<period> result;
  for (const auto& each : taken) {
    const period cut{std::max(each.start, window.start), std::min(each.end, window.end)};
    if (cut.end <= cut.start) continue;
    if (!result.empty() && cut.start < result.back().end) {
      result.back().end = std::max(result.back().end, cut.end);
    } else {
      result.push_back(cut);
    }
  }
  return result;
}

std::vector<entry> in_the_way(const state& now, const period& wanted) {
  std::vector<entry> result;
  for (const auto& each : now.bookings)
    if (each.when.overlaps(wanted)) result.push_back({each.when, each.rental, {}});
  for (const auto& each : now.blocks)
    if (each.when.overlaps(wanted)) result.push_back({each.when, {}, each.id});
  std::ranges::sort(result, {}, [](const entry& each) { return each.when.start; });
  return result;
}

// --- lateness that reaches the next renter ---

const booking* booking_out(const state& now) {
  const auto found = std::ranges::find(now.bookings, true, &booking::out);
  return found == now.bookings.end() ? nullptr : &*found;
}

std::optional<instant> delays_from(const booking& late, const booking& next) {
  const bool knows = next.renter == late.renter || next.delayed_by == late.rental;
  if (next.out || knows) return std::nullopt;
  const instant since = late_at(late.terms, late.due, 1);
  if (since >= next.when.end) return std::nullopt;
  return std::max(since, next.when.start - delay_notice);
}

}  // namespace rentwave::listing
