#include "actors/domain/keyed_request.hpp"

#include "actors/domain/want.hpp"

namespace rentwave::keyed_request {
namespace {

using events = std::vector<event>;
using answer = decision<event>;

refusal unknown() {
  return {refusal_code::unknown_entity, "There is no such request.", {}};
}

// --- decide ---

answer handle(const state& s, const claim& c, const context& given) {
  if (given.caller != c.account) return unknown();
  if (!s.is_claimed()) return events{claimed{c.account, c.body_hash}};
  if (s.account != c.account) return unknown();
  if (s.body_hash != c.body_hash) return mismatch();
  return events{};
}

answer handle(const state& s, const finish& c, const context& given) {
  if (!s.is_claimed() || given.caller != s.account) return unknown();
  if (s.is_finished()) return events{};
  return events{finished{c.given}};
}

answer handle(const state&, const answered&, const context&) {
  return events{};
}

answer handle(const state&, const wake&, const context&) {
  return events{};
}

// --- evolve ---

void apply(state& s, const claimed& e) {
  s.account = e.account;
  s.body_hash = e.body_hash;
}

void apply(state& s, const finished& e) {
  s.given = e.given;
}

}  // namespace

refusal mismatch() {
  return {refusal_code::idempotency_mismatch,
          "This Idempotency-Key was used before with another body.",
          {}};
}

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

}  // namespace rentwave::keyed_request
