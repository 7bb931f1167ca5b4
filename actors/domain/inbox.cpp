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

answer handle(const state&, const answered&, const context&) {
  return events{};
}
answer handle(const state&, const wake&, const context&) {
  return events{};
}

void apply(state& s, const delivered& e) {
  s.owner = e.owner;
  s.last = e.cursor;
}

void apply(state& s, const read& e) {
  s.read = e.up_to;
}

void apply(state& s, const closed& e) {
  s.owner = e.owner;
  s.read = s.last;
  s.is_closed = true;
}

}  // namespace

decision<event> decide(const state& before, const command& asked, const context& given) {
  return std::visit([&](const auto& c) { return handle(before, c, given); }, asked);
}

state evolve(state before, const event& happened) {
  std::visit([&before](const auto& e) { apply(before, e); }, happened);
  return before;
}

std::vector<want> wants(const state&) {
  return {};
}

std::optional<instant> alarm(const state&) {
  return std::nullopt;
}

outcome reply(const state&, const std::vector<event>&) {
  return accepted{};
}

}  // namespace rentwave::inbox
