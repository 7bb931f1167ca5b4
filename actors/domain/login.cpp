#include "actors/domain/login.hpp"

#include <algorithm>

#include "actors/domain/want.hpp"

namespace rentwave::login {
namespace {

using events = std::vector<event>;
using answer = decision<event>;

constexpr std::string_view open_key = "open";
constexpr std::string_view end_prefix = "end-";

refusal no(refusal_code code, const char* why) {
  return {code, why, {}};
}

bool contains(const std::vector<session_id>& all, session_id one) {
  return std::ranges::find(all, one) != all.end();
}

bool is_known(const state& s, session_id session) {
  return contains(s.sessions, session) || contains(s.ending, session) ||
         std::ranges::find(s.programs, session, &token::session) != s.programs.end();
}

std::optional<refusal> why_barred(const state& s) {
  if (s.username.empty()) return no(refusal_code::unknown_entity, "Nobody has this name.");
  if (s.now == gate::closed) return no(refusal_code::account_closed, "This person has left.");
  if (s.now == gate::locked)
    return no(refusal_code::account_suspended, "This account is suspended.");
  return std::nullopt;
}

/// Why the holder of this version of the password may not go on.
std::optional<refusal> why_not(const state& s, int password_version) {
  if (auto why = why_barred(s)) return why;
  if (password_version != s.password_version)
    return no(refusal_code::bad_credentials, "The password has changed.");
  return std::nullopt;
}

// --- decide ---

answer handle(const state& s, const sign_up& c, const context&) {
  if (s.username.empty())
    return events{
        signed_up{c.username, c.account, c.password_hash, c.display_name, c.email, c.address}};
  if (s.account == c.account) return events{};
  return no(refusal_code::username_taken, "Somebody else has this name.");
}

answer handle(const state& s, const change_password& c, const context& given) {
  if (auto why = why_not(s, c.password_version)) return *why;
  if (given.caller != s.account)
    return no(refusal_code::bad_credentials, "Everybody changes only the own password.");
  return events{password_changed{s.password_version + 1, c.password_hash, c.keep}};
}

answer handle(const state& s, const add_session& c, const context& given) {
  if (is_known(s, c.session)) return events{};
  if (contains(s.dropped, c.session))
    return no(refusal_code::session_ended, "The session has ended.");
  if (c.by) {
    if (auto why = why_barred(s)) return *why;
    // Asked of the list itself: a session that was revoked a moment ago makes no token that would
    // outlive it.
    if (!contains(s.sessions, *c.by))
      return no(refusal_code::session_ended, "The session that makes the token has ended.");
    if (count_programs(s, c.life ? c.life->start : instant::min()) >= max_programs)
      return no(refusal_code::too_many_sessions, "There are as many tokens as there may be.");
    return events{session_added{c.session, true, c.life}};
  }
  if (auto why = why_not(s, c.password_version)) return *why;
  if (s.one_time_until && (s.one_time_used || given.now > *s.one_time_until))
    return no(refusal_code::bad_credentials, "This password was for one log-in, within a day.");
  return events{session_added{c.session, false}};
}

/// The gateway lets administrators ask this only.
answer handle(const state& s, const reset_password& c, const context& given) {
  if (s.username.empty() || s.now == gate::closed)
    return no(refusal_code::unknown_entity, "Nobody has this name.");
  if (!given.caller) return no(refusal_code::bad_credentials, "Somebody has to answer for it.");
  if (c.password_hash == s.password_hash) return events{};
  return events{password_reset{s.password_version + 1, c.password_hash, given.now + one_time_life}};
}

/// The account asks, which is no person.
answer handle(const state& s, const set_gate& c, const context& given) {
  if (s.username.empty()) return no(refusal_code::unknown_entity, "Nobody has this name.");
  if (given.caller) return no(refusal_code::bad_credentials, "This is not up to anybody.");
  return c.order > s.gate_order ? events{gate_set{c.order, c.to}} : events{};
}

/// Also of one that is not known: it may still be announced, by a message that was late.
answer handle(const state& s, const drop_session& c, const context&) {
  if (s.username.empty() || contains(s.dropped, c.session)) return events{};
  return events{session_dropped{c.session}};
}

answer handle(const state& s, const answered& c, const context&) {
  const bool is_refused = std::holds_alternative<refusal>(c.result);
  if (c.want == open_key && !is_refused && !s.username.empty() && !s.account_ready)
    return events{account_opened{}};
  if (!c.want.starts_with(end_prefix)) return events{};
  // However the session took it, it is over.
  const auto session = parse_id<session_id>(std::string_view{c.want}.substr(end_prefix.size()));
  if (session && contains(s.ending, *session)) return events{session_dropped{*session}};
  return events{};
}

answer handle(const state&, const wake&, const context&) {
  return events{};
}

// --- evolve ---

void apply(state& s, const signed_up& e) {
  s.username = e.username;
  s.account = e.account;
  s.password_hash = e.password_hash;
  s.password_version = 1;
  s.display_name = e.display_name;
  s.email = e.email;
  s.address = e.address;
}

/// The profile is the account's now, in one place.
void apply(state& s, const account_opened&) {
  s.account_ready = true;
  s.display_name = {};
  s.email = {};
  s.address = {};
}

template <class Event>
void take_password(state& s, const Event& e) {
  s.password_version = e.password_version;
  s.password_hash = e.password_hash;
  s.one_time_until.reset();
  s.one_time_used = false;
}

/// Those that end, here and below, are told so.
void end_sessions(state& s) {
  s.ending.insert(s.ending.end(), s.sessions.begin(), s.sessions.end());
  s.sessions.clear();
}

template <class Which>
void end_programs(state& s, Which is_over) {
  for (const auto& each : s.programs)
    if (is_over(each)) s.ending.push_back(each.session);
  std::erase_if(s.programs, is_over);
}
void end_programs(state& s) {
  end_programs(s, [](const token&) { return true; });
}

void apply(state& s, const password_changed& e) {
  take_password(s, e);
  const auto ends =
      std::ranges::stable_partition(s.sessions, [&e](session_id each) { return each == e.keep; });
  s.ending.insert(s.ending.end(), ends.begin(), ends.end());
  s.sessions.erase(ends.begin(), ends.end());
  // Whoever knew the old password may have made them.
  end_programs(s);
}

void apply(state& s, const password_reset& e) {
  take_password(s, e);
  s.one_time_until = e.until;
  end_sessions(s);
  end_programs(s);
}

void apply(state& s, const gate_set& e) {
  s.gate_order = e.order;
  s.now = e.to;
  if (s.now == gate::open) return;
  end_sessions(s);
  end_programs(s);
  if (s.now == gate::closed) s.password_hash = {};
}

void add_program(state& s, const session_added& e) {
  if (e.life) end_programs(s, [&e](const token& each) { return each.has_expired(e.life->start); });
  s.programs.push_back({e.session, e.life ? std::optional{e.life->end} : std::nullopt});
}

void apply(state& s, const session_added& e) {
  if (e.program) return add_program(s, e);
  s.one_time_used = s.one_time_until.has_value();
  s.sessions.push_back(e.session);
  if (s.sessions.size() <= max_sessions) return;
  s.ending.push_back(s.sessions.front());
  s.sessions.erase(s.sessions.begin());
}

void apply(state& s, const session_dropped& e) {
  std::erase(s.sessions, e.session);
  std::erase_if(s.programs, [&e](const token& each) { return each.session == e.session; });
  std::erase(s.ending, e.session);
  s.dropped.push_back(e.session);
  if (s.dropped.size() > max_dropped) s.dropped.erase(s.dropped.begin());
}

bool is_allowed(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

}  // namespace

std::optional<std::string> normalise_username(std::string_view text) {
  if (text.size() < 3 || text.size() > 32) return std::nullopt;
  std::string name{text};
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (!std::ranges::all_of(name, is_allowed)) return std::nullopt;
  return name;
}

std::size_t count_programs(const state& now, instant real_now) {
  const auto is_good = [real_now](const token& each) { return !each.has_expired(real_now); };
  return static_cast<std::size_t>(std::ranges::count_if(now.programs, is_good));
}

decision<event> decide(const state& before, const command& asked, const context& given) {
  return std::visit([&](const auto& c) { return handle(before, c, given); }, asked);
}

state evolve(state before, const event& happened) {
  std::visit([&before](const auto& e) { apply(before, e); }, happened);
  return before;
}

std::vector<want> wants(const state& now) {
  std::vector<want> result;
  if (!now.username.empty() && !now.account_ready)
    result.push_back({std::string{open_key}, account_ref(now.account),
                      account::command{account::open{now.account, now.username, now.display_name,
                                                     now.email, now.address}}});
  for (const auto& each : now.ending)
    result.push_back({std::string{end_prefix} + to_string(each), session_ref(each),
                      session::command{session::end{}}});
  return result;
}

std::optional<instant> alarm(const state&) {
  return std::nullopt;
}

outcome reply(const state&, const std::vector<event>&) {
  return accepted{};
}

}  // namespace rentwave::login
