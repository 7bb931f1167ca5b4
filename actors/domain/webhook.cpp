#include "actors/domain/webhook.hpp"

#include <algorithm>

#include "actors/domain/want.hpp"

namespace rentwave::webhook {
namespace {

using events = std::vector<event>;
using answer = decision<event>;

constexpr int gone = 410;  // RFC 9110 section 15.5.11

refusal no(refusal_code code, const char* why) {
  return {code, why, {}};
}

refusal unknown() {
  return no(refusal_code::unknown_entity, "There is no such webhook.");
}

std::string post_key(const state& s) {
  return "post-" + std::to_string(s.tries + 1);
}

// --- decide ---

answer handle(const state& s, const create& c, const context& given) {
  if (given.caller != c.owner)
    return no(refusal_code::not_owner, "Everybody has only the own notices posted.");
  if (s.now == status::none)
    return events{created{c.id, c.owner, c.url, c.secret, c.types, given.now}};
  // The id tells a repeat; its secret is another one, and forgotten.
  if (s.owner == c.owner) return events{};
  return no(refusal_code::already_exists, "It is another's webhook.");
}

/// The first ring may come before the answer to `attach`.
answer handle(const state& s, const ring& c, const context&) {
  if (s.now != status::attaching && s.now != status::active) return unknown();
  return c.up_to > s.rung ? events{rung{c.up_to}} : events{};
}

answer handle(const state& s, const remove&, const context& given) {
  if (s.now == status::none || (given.caller && given.caller != s.owner)) return unknown();
  return s.exists() ? events{removed{}} : events{};
}

answer on_attach(const outcome& result) {
  if (const auto* yes = std::get_if<attachment>(&result)) return events{attached{yes->cursor}};
  if (const auto* why = std::get_if<refusal>(&result)) return events{rejected{*why}};
  return events{};
}

answer on_post(const state& s, const posted_so_far& how, instant now) {
  if (!how.why) return events{posted{s.tries + 1, how.up_to, how.anything}};
  const int failures = s.failures + 1;
  events all{failed{s.tries + 1, how.up_to, *how.why, failures, now, how.again}};
  if (failures >= most_failures || how.why->status == gone)
    all.push_back(switched_off{s.owner, *how.why, failures});
  return all;
}

answer handle(const state& s, const answered& c, const context& given) {
  if (s.now == status::attaching && c.want == "attach") return on_attach(c.result);
  if (s.owes_detach && c.want == "detach") return events{detached{}};
  const auto* how = std::get_if<posted_so_far>(&c.result);
  if (s.now == status::active && how && c.want == post_key(s)) return on_post(s, *how, given.now);
  return events{};
}

answer handle(const state& s, const wake&, const context& given) {
  return s.again && *s.again <= given.now ? events{resumed{}} : events{};
}

// --- evolve ---

void forget(state& s) {
  s.url = {};
  s.secret = {};
  s.again.reset();
}

void apply(state& s, const created& e) {
  s.now = status::attaching;
  s.id = e.id;
  s.owner = e.owner;
  s.url = e.url;
  s.secret = e.secret;
  s.types = e.types;
  s.since = e.at;
}

void apply(state& s, const attached& e) {
  s.now = status::active;
  s.cursor = e.cursor;
}

/// A copy of what was refused must not be accepted later, when there is room.
void apply(state& s, const rejected& e) {
  forget(s);
  s.now = status::rejected;
  s.why_rejected = e.why;
  s.owes_detach = true;
}

void apply(state& s, const rung& e) {
  s.rung = e.up_to;
}

void apply(state& s, const posted& e) {
  s.tries = e.n;
  s.cursor = e.up_to;
  if (!e.anything) return;
  s.failures = 0;
  s.last_failure.reset();
}

void apply(state& s, const failed& e) {
  s.tries = e.n;
  s.cursor = e.up_to;
  s.failures = e.failures;
  s.last_failure = trouble{e.why, e.at};
  s.again = e.again;
}

void apply(state& s, const resumed&) {
  s.again.reset();
}

/// Its owner sees where it was.
void apply(state& s, const switched_off&) {
  s.now = status::off;
  s.secret = {};
  s.again.reset();
}

/// Whoever was asked is told, whatever they answered.
void apply(state& s, const removed&) {
  forget(s);
  s.now = status::removed;
  s.owes_detach = true;
}

void apply(state& s, const detached&) {
  s.owes_detach = false;
}

bool has_to_post(const state& s) {
  return s.now == status::active && s.cursor < s.rung && !s.again;
}

}  // namespace

duration pause_after(int failures) {
  constexpr duration first = std::chrono::seconds{5};
  constexpr duration longest = std::chrono::hours{8};
  duration pause = first;
  for (int n = 1; n < failures && pause < longest; ++n) pause *= 3;
  return std::min(pause, longest);
}

std::string_view receiver_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return url;
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

decision<event> decide(const state& before, const command& asked, const context& given) {
  return std::visit([&](const auto& c) { return handle(before, c, given); }, asked);
}

state evolve(state before, const event& happened) {
  std::visit([&before](const auto& e) { apply(before, e); }, happened);
  return before;
}

std::vector<want> wants(const state& now) {
  if (now.now == status::attaching)
    return {{"attach", inbox_ref(now.owner),
             inbox::command{inbox::attach{now.owner, now.id, now.types}}}};
  if (now.owes_detach)
    return {{"detach", inbox_ref(now.owner), inbox::command{inbox::detach{now.id}}}};
  if (has_to_post(now))
    return {{post_key(now), postman_ref(now.id),
             postman::command{
                 postman::post{now.id, now.tries + 1, std::string{receiver_of(now.url.text)}}}}};
  return {};
}

std::optional<instant> alarm(const state& now) {
  return now.again;
}

outcome reply(const state&, const std::vector<event>&) {
  return accepted{};
}

}  // namespace rentwave::webhook
