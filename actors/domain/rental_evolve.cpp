// The rental's events folded, and what follows from the fold: wants, alarm with its instants,
// reply. The decisions are in rental.cpp.
#include "actors/domain/rental.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <cassert>

#include "actors/domain/rental_clock.hpp"
#include "actors/domain/tariff.hpp"
#include "actors/domain/want.hpp"

namespace rentwave::rental {
namespace {

// --- evolve ---

void apply(state& s, const requested& e) {
  s.id = e.id;
  s.now = status::pending;
  s.about.listing = e.listing;
  s.about.renter = e.renter;
  s.when = e.when;
  s.requested_at = e.at;
  s.expected_price = e.expected_price;
  owe(s.owed, step::reserve);
}

void apply(state& s, const reserved& e) {
  s.about.owner = e.agreed.owner;
  s.about.kind = e.agreed.kind;
  s.about.title = e.agreed.title;
  s.about.isbn = e.agreed.isbn;
  s.when = e.agreed.when;
  s.terms = e.agreed.terms;
  s.rent = e.agreed.rent;
  s.handed_over = e.agreed.handed_over;
  s.reserved = true;
  settle(s.owed, step::reserve);
  owe(s.owed, step::hold);
}

void apply(state& s, const booked&) {
  s.now = status::booked;
  settle(s.owed, step::hold);
}

void apply(state& s, const hand_over_requested&) {
  s.hand_over_asked = true;
  owe(s.owed, step::hand_over);
}

void apply(state& s, const waited&) {
  s.now = status::waiting;
  settle(s.owed, step::hand_over);
}

void apply(state& s, const started& e) {
  s.now = status::active;
  s.handed_over = true;
  s.started_at = e.at;
  s.when.end = e.due;
  s.rent = e.rent;
  settle(s.owed, step::hand_over);
}

void apply(state& s, const reminded&) {
  s.reminded = true;
}

void apply(state& s, const late& e) {
  s.now = status::late;
  s.receipts.push_back({e.n, e.due, e.fee, std::nullopt});
  owe(s.owed, step::charge, e.n);
}

void apply(state& s, const charged& e) {
  for (auto& each : s.receipts)
    if (each.n == e.n) each.result = e.result;
  settle(s.owed, step::charge, e.n);
}

void apply(state& s, const returned& e) {
  s.now = status::returned;
  s.returned_at = e.at;
  s.returned_by = e.by;
  owe(s.owed, step::release, ++s.returns);
}

void apply(state& s, const disputed& e) {
  s.now = s.receipts.empty() ? status::active : status::late;
  s.returned_at.reset();
  s.disputed_at = e.at;
  owe(s.owed, step::reclaim, ++s.disputes);
}

void apply(state& s, const completed& e) {
  s.now = status::completed;
  s.claim = e.claim;
  owe(s.owed, step::pay);
}

void apply(state& s, const arbitrated& e) {
  s.now = status::completed;
  s.rent = e.decided.rent;
  s.claim = e.decided.deposit;
  s.decided = e.decided;
  if (!s.returned_at) {
    s.returned_at = e.at;
    owe(s.owed, step::release, ++s.returns);
  }
  owe(s.owed, step::pay);
}

// A rejection or a cancel ends what is still being asked and undoes it: the answer may be on its
// way, or the question may yet arrive.
void apply(state& s, const rejected& e) {
  s.now = status::rejected;
  s.rejection = e.why;
  settle(s.owed, step::reserve);
  settle(s.owed, step::hold);
  owe(s.owed, step::release);
  if (s.reserved) owe(s.owed, step::undo_hold);
}

void apply(state& s, const cancelled& e) {
  const bool was_booked = s.now == status::booked || s.now == status::waiting;
  s.now = status::cancelled;
  s.fee = e.fee;
  settle(s.owed, step::reserve);
  settle(s.owed, step::hold);
  settle(s.owed, step::hand_over);
  owe(s.owed, step::release);
  if (was_booked) {
    owe(s.owed, step::pay);
  } else if (s.reserved) {
    owe(s.owed, step::undo_hold);
  }
}

void apply(state& s, const lost&) {
  s.now = status::lost;
  s.claim = s.terms.deposit;
  owe(s.owed, step::deactivate);
  owe(s.owed, step::pay);
}

void apply(state& s, const extension_requested& e) {
  s.extensions = e.n;
  s.pending_extension = extension{e.n, s.when.end, e.ends_at, {}, false};
  s.extension_refusal.reset();
  owe(s.owed, step::extend, e.n);
}

void apply(state& s, const extension_reserved& e) {
  if (s.pending_extension) {
    s.pending_extension->rent = e.rent;
    s.pending_extension->reserved = true;
  }
  settle(s.owed, step::extend, e.n);
  owe(s.owed, step::hold_extension, e.n);
}

void apply(state& s, const extended& e) {
  s.when.end = e.due;
  s.rent += e.rent;
  s.reminded = false;
  s.pending_extension.reset();
  settle(s.owed, step::hold_extension, e.n);
}

void apply(state& s, const extension_rejected& e) {
  const bool money_was_asked = s.pending_extension && s.pending_extension->reserved;
  s.pending_extension.reset();
  s.extension_refusal = e.why;
  settle(s.owed, step::extend, e.n);
  settle(s.owed, step::hold_extension, e.n);
  owe(s.owed, step::undo_extend, e.n);
  if (money_was_asked) owe(s.owed, step::undo_hold_extension, e.n);
}

void apply(state& s, const reviewed& e) {
  s.reviews.push_back({e.by, e.rating, e.text, e.at});
  if (e.by == party::renter) {
    owe(s.owed, step::rate_listing);
    owe(s.owed, step::rate_owner);
  } else {
    owe(s.owed, step::rate_renter);
  }
}

void apply(state& s, const settled& e) {
  settle(s.owed, e.what, e.n);
}

// --- wants ---

enum class addressee { listing, wallet, owner, renter };

addressee addressee_of(step what) {
  switch (what) {
    case step::hold:
    case step::charge:
    case step::pay:
    case step::undo_hold:
    case step::hold_extension:
    case step::undo_hold_extension:
      return addressee::wallet;
    case step::rate_owner:
      return addressee::owner;
    case step::rate_renter:
      return addressee::renter;
    case step::reserve:
    case step::hand_over:
    case step::release:
    case step::reclaim:
    case step::deactivate:
    case step::extend:
    case step::undo_extend:
    case step::rate_listing:
      break;
  }
  return addressee::listing;
}

int rating_by(const state& s, party side) {
  const auto* found = review_by(s, side);
  assert(found);
  return found->rating;
}

/// What the owner gets of the rent; the claim goes along with it.
wallet::command payment(const state& s) {
  if (s.decided)
    return wallet::divide{s.id, s.about.owner, s.decided->rent, s.decided->late_fees,
                          s.decided->deposit};
  if (s.now == status::cancelled) return wallet::pay{s.id, s.about.owner, s.fee, {}};
  return wallet::pay{s.id, s.about.owner, s.rent, s.claim};
}

wallet::command wallet_command(const state& s, const obligation<step>& owed) {
  const auto renter = s.about.renter;
  switch (owed.step) {
    case step::hold:
      return wallet::hold{renter, s.id, 0, s.rent, s.terms.deposit};
    case step::undo_hold:
      return wallet::release{renter, s.id, 0};
    case step::hold_extension:
      return wallet::hold{renter, s.id, owed.n, s.pending_extension->rent, {}};
    case step::undo_hold_extension:
      return wallet::release{renter, s.id, owed.n};
    case step::charge: {
      const auto receipt = std::find_if(s.receipts.begin(), s.receipts.end(),
                                        [&](const auto& each) { return each.n == owed.n; });
      assert(receipt != s.receipts.end());
      return wallet::charge{s.id, owed.n, s.about.owner, receipt->fee};
    }
    default:
      return payment(s);
  }
}

/// Of the extensions that were ever asked for; the listing hears of a pending one only afterwards.
int answered_extensions(const state& s) {
  return s.extensions - (s.pending_extension ? 1 : 0);
}

listing::command listing_command(const state& s, const obligation<step>& owed) {
  switch (owed.step) {
    case step::reserve:
      return listing::reserve{s.id, s.about.renter, s.when};
    case step::hand_over:
      return listing::hand_over{s.id};
    case step::reclaim:
      return listing::reclaim{s.id, s.about.renter, s.when, s.terms, answered_extensions(s)};
    case step::deactivate:
      return listing::lose{s.id};
    case step::extend:
      return listing::extend{s.id, s.pending_extension->ends_at, owed.n};
    case step::undo_extend:
      // No later extension can have moved the end: it is asked for only after this undo.
      return listing::retract_extension{s.id, s.when.end, owed.n};
    case step::rate_listing:
      return listing::rate{s.id, rating_by(s, party::renter)};
    default:
      return listing::release{s.id, s.started_at.has_value()};
  }
}

want want_of(const state& s, const obligation<step>& owed) {
  const auto rate_person = [&](account_id person, party by) {
    return want{key_of(owed), account_ref(person),
                account::command{account::rate{person, s.id, rating_by(s, by)}}};
  };
  switch (addressee_of(owed.step)) {
    case addressee::wallet:
      return {key_of(owed), wallet_ref(s.about.renter), wallet_command(s, owed)};
    case addressee::owner:
      return rate_person(s.about.owner, party::renter);
    case addressee::renter:
      return rate_person(s.about.renter, party::owner);
    case addressee::listing:
      break;
  }
  return {key_of(owed), listing_ref(s.about.listing), listing_command(s, owed)};
}

}  // namespace

state evolve(state before, const event& happened) {
  std::visit([&before](const auto& e) { apply(before, e); }, happened);
  return before;
}

std::vector<want> wants(const state& now) {
  std::vector<want> result;
  for (const auto whom :
       {addressee::listing, addressee::wallet, addressee::owner, addressee::renter}) {
    const auto oldest = std::ranges::find_if(
        now.owed, [whom](const auto& each) { return addressee_of(each.step) == whom; });
    if (oldest != now.owed.end()) result.push_back(want_of(now, *oldest));
  }
  return result;
}

std::optional<instant> alarm(const state& now) {
  switch (now.now) {
    case status::booked:
      if (now.hand_over_asked) return std::nullopt;
      return now.when.start;
    case status::waiting:
      return now.when.end;
    case status::active:
      if (!clock_runs(now)) return std::nullopt;
      return now.reminded ? next_late(now) : std::min(reminder_of(now), next_late(now));
    case status::late:
      return next_late(now);
    case status::returned:
      return *now.returned_at + dispute_window;
    default:
      return std::nullopt;
  }
}

outcome reply(const state&, const std::vector<event>&) {
  return accepted{};
}

bool clock_runs(const state& s) {
  return (s.now == status::active || s.now == status::late) && !s.pending_extension;
}

instant reminder_of(const state& s) {
  return remind_at(s.terms, {s.started_at.value_or(s.when.start), s.when.end});
}

instant next_late(const state& s) {
  const int n = static_cast<int>(s.receipts.size()) + 1;
  return n > s.terms.max_late_periods ? loss_of(s) : late_at(s.terms, s.when.end, n);
}

instant loss_of(const state& now) {
  const instant at = lost_at(now.terms, now.when.end);
  return now.disputed_at ? std::max(at, *now.disputed_at + dispute_window) : at;
}

std::string key_of(const obligation<step>& owed) {
  std::string key = boost::describe::enum_to_string(owed.step, "unknown");
  std::replace(key.begin(), key.end(), '_', '-');
  if (owed.n > 0) key += '-' + std::to_string(owed.n);
  return key;
}

const written_review* review_by(const state& now, party side) {
  const auto found = std::ranges::find(now.reviews, side, &written_review::by);
  return found == now.reviews.end() ? nullptr : &*found;
}

money late_fees(const state& now) {
  money sum;
  for (const auto& each : now.receipts) sum += each.fee;
  return sum;
}

}  // namespace rentwave::rental
