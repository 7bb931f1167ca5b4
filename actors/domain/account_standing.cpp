// A person who leaves is let go in two parts. First everybody is asked for what can be taken back:
// the wallet is closed, adverts are hidden, and nothing may be open. Only when all have agreed is
// the person erased, and from then on nobody is asked any more, only told. Orders are numbered and
// the highest counts, so no undo can be overtaken.
#include "actors/domain/account_standing.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>

#include "actors/domain/unfolding.hpp"
#include "actors/domain/want.hpp"

namespace rentwave::account {
namespace {

using story = unfolding<state>;

/// Of one page, told at the same time.
constexpr std::size_t adverts_at_once = 20;

refusal no(refusal_code code, const char* why) {
  return {code, why, {}};
}

bool is_tour(step what) {
  return what == step::hide_free || what == step::hide || what == step::show ||
         what == step::retire;
}

std::string key_of(const obligation<step>& owed) {
  std::string key = boost::describe::enum_to_string(owed.step, "unknown");
  std::ranges::replace(key, '_', '-');
  return key + '-' + std::to_string(owed.n);
}

std::string survey_key(const obligation<step>& owed, const tour& where) {
  return key_of(owed) + "-page-" + std::to_string(where.page);
}

std::string advert_key(const obligation<step>& owed, listing_id listing) {
  return key_of(owed) + '-' + to_string(listing);
}

int next_order(const story& s) {
  return s.now.standing.order + 1;
}

std::optional<refusal> why_nobody(const state& s) {
  if (s.exists && s.standing.now != standing::erased) return std::nullopt;
  return no(refusal_code::unknown_entity, "There is no such account.");
}

/// Once all have agreed that the person may leave.
void go_on(story& s, instant now) {
  const auto& at = s.now.standing;
  if (at.now == standing::closing && at.owed.empty()) s.emit(erased{next_order(s), now});
}

void refuse(story& s, const refusal& why) {
  s.emit(close_refused{next_order(s), why});
}

void on_advert(story& s, listing_id listing, const outcome& result) {
  const auto* why = std::get_if<refusal>(&result);
  // Any other refusal means that there is no such advert any more.
  if (why && why->code == refusal_code::listing_in_use &&
      s.now.standing.owed.front().step == step::hide_free)
    return refuse(s, *why);
  s.emit(advert_done{listing});
}

void on_tour(story& s, const answered& c) {
  const auto owed = s.now.standing.owed.front();
  const auto& where = s.now.standing.adverts;
  if (where.left.empty() && c.want == survey_key(owed, where)) {
    if (const auto* found = std::get_if<belongings>(&c.result))
      s.emit(surveyed{found->adverts, found->next});
    return;
  }
  const auto found = std::ranges::find_if(
      where.left, [&](listing_id each) { return advert_key(owed, each) == c.want; });
  if (found != where.left.end()) on_advert(s, *found, c.result);
}

void on_step(story& s, const answered& c) {
  const auto owed = s.now.standing.owed.front();
  if (c.want != key_of(owed)) return;
  const auto* why = std::get_if<refusal>(&c.result);
  const bool asks = owed.step == step::close_wallet || owed.step == step::check;
  if (why && asks) return refuse(s, *why);
  s.emit(step_done{owed.step});
}

// --- evolve ---

/// What is told from now on makes of no account what was told before, but for the wallet, which
/// only hears of leaving.
void supersede(affairs& s, int order) {
  s.order = order;
  std::erase_if(s.owed, [](const auto& each) { return each.step != step::reopen_wallet; });
  s.adverts = {};
}

void settle_first(affairs& s) {
  s.owed.erase(s.owed.begin());
  s.adverts = {};
}

/// The page is done.
void turn_page(affairs& s) {
  if (!s.adverts.next) return settle_first(s);
  ++s.adverts.page;
}

// --- wants ---

listing::command advert_command(const obligation<step>& owed) {
  switch (owed.step) {
    case step::show:
      return listing::show{listing::hider::account, owed.n};
    case step::retire:
      return listing::retire{owed.n};
    default:
      return listing::hide{listing::hider::account, owed.n, {}, owed.step == step::hide_free};
  }
}

std::vector<want> tour_wants(const state& s, const obligation<step>& owed) {
  const auto& where = s.standing.adverts;
  if (where.left.empty())
    return {{survey_key(owed, where), estate_ref(s.id),
             estate::command{estate::survey{s.id, where.next}}}};
  std::vector<want> result;
  for (std::size_t i = 0; i < std::min(where.left.size(), adverts_at_once); ++i)
    result.push_back(
        {advert_key(owed, where.left[i]), listing_ref(where.left[i]), advert_command(owed)});
  return result;
}

want to_login(const state& s, const obligation<step>& owed, login::gate gate) {
  return {key_of(owed), login_ref(s.username), login::command{login::set_gate{owed.n, gate}}};
}

want step_want(const state& s, const obligation<step>& owed) {
  switch (owed.step) {
    case step::close_wallet:
      return {key_of(owed), wallet_ref(s.id), wallet::command{wallet::close{s.id, owed.n}}};
    case step::reopen_wallet:
      return {key_of(owed), wallet_ref(s.id), wallet::command{wallet::reopen{s.id, owed.n}}};
    case step::check:
      return {key_of(owed), estate_ref(s.id), estate::command{estate::check{s.id}}};
    case step::lock_login:
      return to_login(s, owed, login::gate::locked);
    case step::unlock_login:
      return to_login(s, owed, login::gate::open);
    case step::close_login:
      return to_login(s, owed, login::gate::closed);
    case step::clear_inbox:
      return {key_of(owed), inbox_ref(s.id), inbox::command{inbox::close{s.id}}};
    case step::unfollow:
      return {key_of(owed), follower_ref(s.id), follower::command{follower::close{s.id}}};
    default:
      return {key_of(owed), estate_ref(s.id), estate::command{estate::forget{s.id}}};
  }
}

}  // namespace

// --- decide ---

decision<event> handle(const state& before, const close&, const context& given) {
  story s{before};
  if (!before.exists) return *why_nobody(before);
  if (given.caller != before.id)
    return no(refusal_code::not_owner, "Everybody closes only the own account.");
  if (before.standing.now == standing::suspended)
    return no(refusal_code::account_suspended, "A suspended account cannot be closed.");
  if (before.standing.now == standing::good) s.emit(closing{next_order(s)});
  return std::move(s.events);
}

/// The gateway lets administrators ask this, and `reinstate`, only.
decision<event> handle(const state& before, const suspend& c, const context& given) {
  story s{before};
  if (auto why = why_nobody(before)) return *why;
  if (!given.caller) return no(refusal_code::not_owner, "Somebody has to answer for it.");
  // So whoever suspends others is left, and can lift it again.
  if (given.caller == before.id)
    return no(refusal_code::own_account, "Nobody suspends the own account.");
  if (before.standing.now == standing::closing)
    return no(refusal_code::account_closed, "This person is about to leave.");
  if (c.until && *c.until <= given.now)
    return no(refusal_code::too_late, "A suspension ends later than now.");
  const bool is_so = before.standing.now == standing::suspended &&
                     before.standing.reason == c.reason && before.standing.until == c.until;
  if (!is_so) s.emit(suspended{next_order(s), c.reason, c.until, given.now});
  return std::move(s.events);
}

decision<event> handle(const state& before, const reinstate&, const context& given) {
  story s{before};
  if (auto why = why_nobody(before)) return *why;
  if (!given.caller) return no(refusal_code::not_owner, "Somebody has to answer for it.");
  if (before.standing.now == standing::suspended) s.emit(reinstated{next_order(s)});
  return std::move(s.events);
}

decision<event> handle(const state& before, const answered& c, const context& given) {
  story s{before};
  if (before.standing.owed.empty()) return std::vector<event>{};
  if (is_tour(before.standing.owed.front().step)) {
    on_tour(s, c);
  } else {
    on_step(s, c);
  }
  go_on(s, given.now);
  return std::move(s.events);
}

decision<event> handle(const state& before, const wake&, const context& given) {
  story s{before};
  const auto is_due = [&](const std::optional<instant>& when) {
    return when && *when <= given.now;
  };
  if (is_due(s.now.standing.until)) s.emit(reinstated{next_order(s)});
  if (is_due(s.now.standing.look_again)) s.emit(looked_again{next_order(s)});
  return std::move(s.events);
}

// --- evolve ---

void apply(state& s, const closing& e) {
  auto& at = s.standing;
  at.order = e.order;
  at.now = standing::closing;
  at.refused.reset();
  for (const auto each : {step::close_wallet, step::hide_free, step::check})
    owe(at.owed, each, e.order);
}

/// Whoever was asked is told, whatever they answered.
void apply(state& s, const close_refused& e) {
  auto& at = s.standing;
  const bool was_wallet = !at.owed.empty() && at.owed.front().step == step::close_wallet;
  supersede(at, e.order);
  at.now = standing::good;
  at.refused = e.why;
  owe(at.owed, step::reopen_wallet, e.order);
  if (!was_wallet) owe(at.owed, step::show, e.order);
}

void apply(state& s, const erased& e) {
  auto& at = s.standing;
  supersede(at, e.order);
  at.now = standing::erased;
  for (const auto each :
       {step::close_login, step::forget, step::clear_inbox, step::unfollow, step::retire})
    owe(at.owed, each, e.order);
  at.look_again = e.at + second_look;
  s.display_name = {};
  s.email = {};
  s.address = {};
}

void apply(state& s, const suspended& e) {
  auto& at = s.standing;
  supersede(at, e.order);
  at.now = standing::suspended;
  at.reason = e.reason;
  at.until = e.until;
  owe(at.owed, step::lock_login, e.order);
  owe(at.owed, step::hide, e.order);
  at.look_again = e.at + second_look;
}

void apply(state& s, const reinstated& e) {
  auto& at = s.standing;
  supersede(at, e.order);
  at.now = standing::good;
  at.reason = {};
  at.until.reset();
  at.look_again.reset();
  owe(at.owed, step::unlock_login, e.order);
  owe(at.owed, step::show, e.order);
}

void apply(state& s, const looked_again& e) {
  auto& at = s.standing;
  at.order = e.order;
  at.look_again.reset();
  owe(at.owed, at.now == standing::erased ? step::retire : step::hide, e.order);
}

void apply(state& s, const surveyed& e) {
  auto& where = s.standing.adverts;
  where.left = e.adverts;
  where.next = e.next;
  if (where.left.empty()) turn_page(s.standing);
}

void apply(state& s, const advert_done& e) {
  auto& left = s.standing.adverts.left;
  std::erase(left, e.listing);
  if (left.empty()) turn_page(s.standing);
}

void apply(state& s, const step_done&) {
  settle_first(s.standing);
}

std::vector<want> standing_wants(const state& now) {
  if (now.standing.owed.empty()) return {};
  const auto& first = now.standing.owed.front();
  if (is_tour(first.step)) return tour_wants(now, first);
  return {step_want(now, first)};
}

std::optional<instant> standing_alarm(const state& now) {
  const auto& [until, again] = std::pair{now.standing.until, now.standing.look_again};
  if (until && again) return std::min(*until, *again);
  return until ? until : again;
}

}  // namespace rentwave::account
