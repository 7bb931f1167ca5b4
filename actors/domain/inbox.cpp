#include "actors/domain/inbox.hpp"

#include <algorithm>

#include "actors/domain/want.hpp"

namespace rentwave::inbox {
namespace {

using events = std::vector<event>;
using answer = decision<event>;

answer handle(const state& s, const deliver& c, const context&) {
  if (s.is_closed) return events{};
  return events{delivered{c.owner, s.last + 1, c.what}};
}

answer handle(const state& s, const mark_read& c, const context& given) {
  // Whose inbox it is, is known from the first notice on; before it there is nothing to read.
  if (s.last == 0) return events{};
  if (given.caller != s.owner)
    return refusal{refusal_code::not_owner, "Everybody reads only the own notices.", {}};
  const auto up_to = std::min(c.up_to, s.last);
  return up_to > s.read ? events{read{s.owner, up_to}} : events{};
}

/// By the account itself.
answer handle(const state& s, const close& c, const context& given) {
  if (given.caller)
    return refusal{refusal_code::not_owner, "An inbox is closed with its account.", {}};
  return s.is_closed ? events{} : events{closed{c.owner}};
}

answer handle(const state& s, const attach& c, const context& given) {
  if (given.caller) return refusal{refusal_code::not_owner, "A webhook is attached by itself.", {}};
  if (s.is_closed) return refusal{refusal_code::account_closed, "The person has left.", {}};
  if (std::ranges::find(s.undone, c.hook) != s.undone.end())
    return refusal{refusal_code::undone, "The webhook was removed.", {}};
  if (std::ranges::find(s.hooks, c.hook, &hook::id) != s.hooks.end()) return events{};
  if (s.hooks.size() >= max_hooks)
    return refusal{refusal_code::too_many_webhooks,
                   "You have as many webhooks as one may have: remove one.",
                   {}};
  return events{hook_attached{c.owner, c.hook, c.types, s.last}};
}

answer handle(const state& s, const detach& c, const context& given) {
  if (given.caller) return refusal{refusal_code::not_owner, "A webhook is detached by itself.", {}};
  const bool is_known = std::ranges::find(s.undone, c.hook) != s.undone.end();
  return is_known ? events{} : events{hook_detached{c.hook}};
}

/// Of those that were rung more than once only the last has to answer. Who is to remove himself
/// answers by detaching.
answer handle(const state& s, const answered& c, const context&) {
  const auto found = std::ranges::find(s.hooks, c.want, &hook::key);
  if (found == s.hooks.end() || s.is_closed || !found->has_to_be_rung()) return events{};
  if (std::holds_alternative<refusal>(c.result)) return events{hook_silenced{found->id}};
  return events{hook_rung{found->id, found->due}};
}

answer handle(const state&, const wake&, const context&) {
  return events{};
}

void apply(state& s, const delivered& e) {
  s.owner = e.owner;
  s.last = e.cursor;
  for (auto& each : s.hooks)
    if (!each.is_silent && each.takes(e.what.type)) each.due = e.cursor;
}

void apply(state& s, const read& e) {
  s.read = e.up_to;
}

void apply(state& s, const closed& e) {
  s.owner = e.owner;
  s.read = s.last;
  s.is_closed = true;
}

void apply(state& s, const hook_attached& e) {
  s.owner = e.owner;
  s.hooks.push_back({e.hook, e.types, e.cursor, e.cursor});
}

void apply(state& s, const hook_detached& e) {
  std::erase_if(s.hooks, [&e](const hook& each) { return each.id == e.hook; });
  s.undone.push_back(e.hook);
  if (s.undone.size() > max_undone) s.undone.erase(s.undone.begin());
}

void apply(state& s, const hook_rung& e) {
  const auto found = std::ranges::find(s.hooks, e.hook, &hook::id);
  if (found != s.hooks.end()) found->rung = e.up_to;
}

void apply(state& s, const hook_silenced& e) {
  const auto found = std::ranges::find(s.hooks, e.hook, &hook::id);
  if (found != s.hooks.end()) found->is_silent = true;
}

}  // namespace

bool hook::takes(const std::string& type) const {
  return types.empty() || std::ranges::binary_search(types, type);
}

std::string hook::key() const {
  return "ring-" + to_string(id) + '-' + std::to_string(due);
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
  for (const auto& each : now.hooks) {
    if (now.is_closed)
      result.push_back({"remove-" + to_string(each.id), webhook_ref(each.id),
                        webhook::command{webhook::remove{}}});
    else if (each.has_to_be_rung())
      result.push_back(
          {each.key(), webhook_ref(each.id), webhook::command{webhook::ring{each.due}}});
  }
  return result;
}

std::optional<instant> alarm(const state&) {
  return std::nullopt;
}

outcome reply(const state&, const std::vector<event>& events) {
  for (const auto& each : events)
    if (const auto* e = std::get_if<hook_attached>(&each)) return attachment{e->cursor};
  return accepted{};
}

}  // namespace rentwave::inbox
