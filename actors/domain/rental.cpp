// What a rental decides. Time speaks first: every decide begins with what fell due by now, so that
// a lagging alarm and a command can never disagree (design.md section 6).
#include "actors/domain/rental.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>

#include "actors/domain/rating.hpp"
#include "actors/domain/rental_clock.hpp"
#include "actors/domain/tariff.hpp"
#include "actors/domain/unfolding.hpp"

namespace rentwave::rental {
namespace {

using story = unfolding<state>;
using answer = std::optional<refusal>;

refusal no(refusal_code code, std::string why) {
  return {code, std::move(why), {}};
}

refusal not_now(const state& s, std::string_view wish) {
  const char* name = boost::describe::enum_to_string(s.now, "unknown");
  return no(refusal_code::wrong_status,
            "The rental is " + std::string{name} + " and cannot be " + std::string{wish} + ".");
}

/// Nobody owns a rental before the listing has said who its owner is.
std::optional<party> party_of(const state& s, const context& given) {
  if (!given.caller) return std::nullopt;
  if (*given.caller == s.about.renter) return party::renter;
  if (s.reserved && *given.caller == s.about.owner) return party::owner;
  return std::nullopt;
}

refusal not_party() {
  return no(refusal_code::not_party, "Only its renter and its owner may do this.");
}

// --- what falls due ---

/// What overtakes a pending extension undoes it.
void end_extension(story& s) {
  if (s.now.pending_extension)
    s.emit(extension_rejected{s.now.pending_extension->n,
                              no(refusal_code::undone, "The rental ended first.")});
}

void begin(story& s, instant now) {
  if (s.now.now != status::booked || now < s.now.when.start) return;
  if (s.now.handed_over) {
    s.emit(started{s.now.about, s.now.when.start, s.now.when.end, s.now.rent});
  } else if (!s.now.hand_over_asked) {
    s.emit(hand_over_requested{});
  }
}

void stop_waiting(story& s, instant now) {
  if (s.now.now != status::waiting || now < s.now.when.end) return;
  end_extension(s);
  s.emit(cancelled{s.now.about, party::nobody, {}});
}

/// Of no use to who is charged, or has lost it, already.
void remind(story& s, instant now) {
  if (!clock_runs(s.now) || s.now.now != status::active || s.now.reminded) return;
  if (now >= reminder_of(s.now) && now < next_late(s.now))
    s.emit(reminded{s.now.about, s.now.when.end});
}

void charge_late_periods(story& s, instant now) {
  if (!clock_runs(s.now)) return;
  for (int n = static_cast<int>(s.now.receipts.size()) + 1; n <= s.now.terms.max_late_periods;
       ++n) {
    const instant due = late_at(s.now.terms, s.now.when.end, n);
    if (now < due) return;
    s.emit(late{s.now.about, n, due, s.now.terms.late_fee.amount});
  }
}

void lose(story& s, instant now) {
  if (!clock_runs(s.now)) return;
  const instant at = loss_of(s.now);
  if (now >= at) s.emit(lost{s.now.about, at});
}

void complete(story& s, instant now) {
  if (s.now.now == status::returned && now >= *s.now.returned_at + dispute_window)
    s.emit(completed{s.now.about, s.now.rent, {}, "", true});
}

/// Each step looks at what the one before has left.
void catch_up(story& s, instant now) {
  begin(s, now);
  stop_waiting(s, now);
  remind(s, now);
  charge_late_periods(s, now);
  lose(s, now);
  complete(s, now);
}

// --- commands of people ---

/// Nothing when the period makes no sense.
std::optional<period> fix_period(const request& c, instant now) {
  if (c.ends_at.has_value() == c.length.has_value()) return std::nullopt;
  instant start = c.starts_at.value_or(now);
  if (start < now && start >= now - start_tolerance) start = now;
  if (start < now || start - now > booking_horizon) return std::nullopt;
  if (c.length && (*c.length <= duration::zero() || *c.length > max_length)) return std::nullopt;
  const instant end = c.ends_at ? *c.ends_at : start + *c.length;
  if (end <= start || end > start + max_length) return std::nullopt;
  return period{start, end};
}

answer handle(story& s, const request& c, const context& given) {
  if (given.caller != c.renter)
    return no(refusal_code::not_party, "Only the renter may ask for a rental.");
  if (s.now.now != status::none) {
    if (s.now.about.renter == c.renter && s.now.about.listing == c.listing) return {};
    return no(refusal_code::already_exists, "This id belongs to another rental.");
  }
  const auto when = fix_period(c, given.now);
  if (!when)
    return no(refusal_code::period_invalid,
              "A rental ends after it starts, and starts neither in the past nor too far ahead.");
  s.emit(requested{c.id, c.listing, c.renter, *when, c.expected_price, given.now});
  return {};
}

answer handle(story& s, const give_back&, const context& given) {
  const auto who = party_of(s.now, given);
  if (!who) return not_party();
  if (s.now.now != status::active && s.now.now != status::late) return not_now(s.now, "returned");
  // A pending extension had suspended lateness. It is undone, so the original due counts; but what
  // comes back is not lost.
  end_extension(s);
  charge_late_periods(s, given.now);
  s.emit(returned{s.now.about, given.now, *who});
  return {};
}

/// Why not, unless the caller is the owner.
answer owner_only(const state& s, const context& given) {
  const auto who = party_of(s, given);
  if (!who) return not_party();
  if (who != party::owner) return no(refusal_code::not_owner, "Only the item's owner may do this.");
  return {};
}

answer handle(story& s, const confirm& c, const context& given) {
  if (auto why = owner_only(s.now, given)) return why;
  if (s.now.now != status::returned) return not_now(s.now, "completed");
  if (c.claim < money{}) return no(refusal_code::amount_invalid, "A claim is not negative.");
  if (c.claim > s.now.terms.deposit)
    return no(refusal_code::claim_exceeds_deposit, "A claim is at most the deposit.");
  s.emit(completed{s.now.about, s.now.rent, c.claim, c.reason, false});
  return {};
}

answer handle(story& s, const dispute& c, const context& given) {
  if (auto why = owner_only(s.now, given)) return why;
  if (s.now.now == status::completed && given.now >= *s.now.returned_at + dispute_window)
    return no(refusal_code::too_late, "A return can be disputed for 48 hours.");
  if (s.now.now != status::returned) return not_now(s.now, "disputed");
  if (s.now.returned_by == party::owner)
    return no(refusal_code::wrong_status, "The owner has said that it is back.");
  s.emit(disputed{s.now.about, c.reason, !s.now.receipts.empty(), given.now});
  return {};
}

answer handle(story& s, const cancel&, const context& given) {
  const auto who = party_of(s.now, given);
  if (!who) return not_party();
  money fee;
  if (s.now.now == status::booked) {
    if (given.now >= s.now.when.start)
      return no(refusal_code::too_late, "The rental has begun and cannot be cancelled any more.");
    if (who == party::renter)
      fee = cancellation_fee(s.now.terms, s.now.rent, s.now.when.start, given.now);
  } else if (s.now.now != status::pending && s.now.now != status::waiting) {
    return not_now(s.now, "cancelled");
  }
  end_extension(s);
  s.emit(cancelled{s.now.about, *who, fee});
  return {};
}

/// The gateway lets administrators ask this only.
answer handle(story& s, const arbitrate& c, const context& given) {
  if (!given.caller) return not_party();
  const auto now = s.now.now;
  const bool is_disputed = now == status::active && s.now.disputes > 0;
  if (now != status::late && now != status::returned && !is_disputed)
    return not_now(s.now, "settled");
  const arbitration decided{c.rent.value_or(s.now.rent), c.late_fees.value_or(late_fees(s.now)),
                            c.deposit, c.reason};
  for (const auto& [part, most] :
       {std::pair{decided.rent, s.now.rent}, std::pair{decided.late_fees, late_fees(s.now)}})
    if (part < money{} || part > most)
      return no(refusal_code::amount_invalid,
                "The owner gets at most the rent and the late fees that are due.");
  if (decided.deposit < money{} || decided.deposit > s.now.terms.deposit)
    return no(refusal_code::claim_exceeds_deposit, "The owner gets at most the deposit.");
  end_extension(s);
  s.emit(arbitrated{s.now.about, decided, given.now});
  return {};
}

answer handle(story& s, const extend& c, const context& given) {
  const auto who = party_of(s.now, given);
  if (!who) return not_party();
  if (who != party::renter) return no(refusal_code::not_party, "Only the renter may extend it.");
  if (s.now.now != status::booked && s.now.now != status::active) return not_now(s.now, "extended");
  if (s.now.pending_extension) return not_now(s.now, "extended before the last wish is answered");
  if (s.now.extensions >= max_extensions)
    return no(refusal_code::wrong_status, "A rental can be extended 100 times at most.");
  if (given.now >= s.now.when.end)
    return no(refusal_code::too_late, "A rental can be extended until it is due.");
  if (c.ends_at <= s.now.when.end || c.ends_at > s.now.when.start + max_length)
    return no(refusal_code::period_invalid, "An extension ends later, and not too far ahead.");
  s.emit(extension_requested{s.now.extensions + 1, c.ends_at});
  return {};
}

/// Who never had the item has nothing to say, and while it is not over there is more to come.
answer handle(story& s, const review& c, const context& given) {
  const auto who = party_of(s.now, given);
  if (!who) return not_party();
  if (s.now.now != status::completed && s.now.now != status::lost)
    return not_now(s.now, "reviewed");
  if (!is_rating(c.rating)) return no(refusal_code::rating_invalid, "A rating is 1 to 5 stars.");
  if (review_by(s.now, *who))
    return no(refusal_code::already_reviewed, "Each side reviews a rental once.");
  s.emit(reviewed{s.now.about, *who, c.rating, c.text, given.now});
  return {};
}

// --- what others say ---

/// The item came late: from now on, for the rent of what is left.
void start_late(story& s, instant now) {
  const instant at = std::max(s.now.when.start, now);
  const money rest = rent_for(s.now.terms.price, s.now.when.end - at);
  s.emit(started{s.now.about, at, s.now.when.end, std::min(s.now.rent, rest), true});
}

/// It may overtake the listing's "not yet", and that alone would never start the rental.
answer handle(story& s, const item_ready&, const context& given) {
  if (owes(s.now.owed, step::hand_over)) s.emit(waited{s.now.about});
  stop_waiting(s, given.now);
  if (s.now.now == status::waiting) start_late(s, given.now);
  return {};
}

void reject(story& s, const refusal& why) {
  const auto& about = s.now.about;
  s.emit(rejected{about.listing, about.renter, why, about.isbn});
}

void on_reserve(story& s, const outcome& result) {
  if (const auto* why = std::get_if<refusal>(&result)) return reject(s, *why);
  const auto* agreed = std::get_if<reservation>(&result);
  if (!agreed) return;
  if (s.now.expected_price && *s.now.expected_price != agreed->rent)
    return reject(s, no(refusal_code::price_changed, "The rent is another than expected."));
  s.emit(reserved{*agreed});
}

void on_hold(story& s, const outcome& result, instant now) {
  if (const auto* why = std::get_if<refusal>(&result)) return reject(s, *why);
  if (!std::holds_alternative<accepted>(result)) return;
  // Booking took longer than the rental: whoever asked could only be late by now.
  if (now >= s.now.when.end)
    return reject(s, no(refusal_code::too_late, "The period was over before it was booked."));
  s.emit(booked{s.now.about, s.now.when, s.now.rent, s.now.terms.deposit});
}

void on_hand_over(story& s, const outcome& result, instant now) {
  const auto* said = std::get_if<hand_over_result>(&result);
  const bool is_over = now >= s.now.when.end;
  if (said && !is_over) {
    if (said->ready) {
      s.emit(started{s.now.about, s.now.when.start, s.now.when.end, s.now.rent});
    } else {
      s.emit(waited{s.now.about});
    }
  } else if (said || std::holds_alternative<refusal>(result)) {
    // The listing will never hand it over, or nobody was there to until it was over; nobody shall
    // pay for that.
    end_extension(s);
    s.emit(cancelled{s.now.about, party::nobody, {}});
  }
}

void on_charge(story& s, int n, const outcome& result) {
  if (const auto* met = std::get_if<charge_result>(&result)) {
    s.emit(charged{n, *met});
  } else {
    // The hold is gone, or the charge came twice: asking again would change nothing.
    s.emit(settled{step::charge, n});
  }
}

void on_extend(story& s, int n, const outcome& result) {
  if (const auto* why = std::get_if<refusal>(&result)) {
    s.emit(extension_rejected{n, *why});
  } else if (const auto* agreed = std::get_if<reservation>(&result)) {
    s.emit(extension_reserved{n, agreed->rent});
  }
}

void on_hold_extension(story& s, int n, const outcome& result) {
  if (const auto* why = std::get_if<refusal>(&result)) {
    s.emit(extension_rejected{n, *why});
  } else if (std::holds_alternative<accepted>(result)) {
    const auto& wish = *s.now.pending_extension;
    s.emit(extended{s.now.about, n, wish.ends_at, wish.rent});
  }
}

void on_acknowledged(story& s, const obligation<step>& owed, const outcome& result) {
  // Money is never forgotten: a payment that was refused is asked for again.
  if (owed.step == step::pay && std::holds_alternative<refusal>(result)) return;
  s.emit(settled{owed.step, owed.n});
}

answer handle(story& s, const answered& c, const context& given) {
  const auto found = std::find_if(s.now.owed.begin(), s.now.owed.end(),
                                  [&c](const auto& each) { return key_of(each) == c.want; });
  if (found == s.now.owed.end()) return {};
  const auto owed = *found;
  switch (owed.step) {
    case step::reserve:
      on_reserve(s, c.result);
      break;
    case step::hold:
      on_hold(s, c.result, given.now);
      break;
    case step::hand_over:
      on_hand_over(s, c.result, given.now);
      break;
    case step::charge:
      on_charge(s, owed.n, c.result);
      break;
    case step::extend:
      on_extend(s, owed.n, c.result);
      break;
    case step::hold_extension:
      on_hold_extension(s, owed.n, c.result);
      break;
    case step::release:
    case step::reclaim:
    case step::pay:
    case step::undo_hold:
    case step::deactivate:
    case step::undo_extend:
    case step::undo_hold_extension:
    case step::rate_listing:
    case step::rate_owner:
    case step::rate_renter:
      on_acknowledged(s, owed, c.result);
      break;
  }
  return {};
}

answer handle(story&, const wake&, const context&) {
  return {};
}

template <class Command>
constexpr bool needs_rental = !std::is_same_v<Command, request> &&
                              !std::is_same_v<Command, answered> && !std::is_same_v<Command, wake>;

}  // namespace

decision<event> decide(const state& before, const command& asked, const context& given) {
  story s{before};
  catch_up(s, given.now);
  const auto why = std::visit(
      [&]<class Command>(const Command& c) -> answer {
        if (needs_rental<Command> && s.now.now == status::none)
          return no(refusal_code::unknown_entity, "There is no such rental.");
        return handle(s, c, given);
      },
      asked);
  if (why) return *why;
  // A booking may be due at once, and a dispute restarts the late clock.
  catch_up(s, given.now);
  return std::move(s.events);
}

}  // namespace rentwave::rental
