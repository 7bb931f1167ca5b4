#include "actors/domain/account.hpp"

#include "actors/domain/account_standing.hpp"
#include "actors/domain/want.hpp"

namespace rentwave::account {
namespace {

using events = std::vector<event>;
using answer = decision<event>;

refusal no(refusal_code code, const char* why) {
  return {code, why, {}};
}

answer handle(const state& s, const open& c, const context& given) {
  if (!s.exists)
    return events{opened{c.id, c.username, c.display_name, c.email, c.address, given.now}};
  if (s.username == c.username) return events{};
  return no(refusal_code::already_exists, "The account belongs to another name.");
}

answer handle(const state& s, const edit& c, const context& given) {
  if (!s.exists || s.standing.now == standing::erased)
    return no(refusal_code::unknown_entity, "There is no such account.");
  if (given.caller != s.id)
    return no(refusal_code::not_owner, "Everybody changes only the own profile.");
  const edited changed{c.display_name.value_or(s.display_name), c.email.value_or(s.email),
                       c.address.value_or(s.address)};
  if (changed.display_name == s.display_name && changed.email == s.email &&
      changed.address == s.address)
    return events{};
  return events{changed};
}

/// The login may be behind with opening the account; that must not cost its person a review.
answer handle(const state& s, const rate& c, const context&) {
  return events{rated{c.id, c.rental, c.rating, s.rating.with(c.rating)}};
}

void apply(state& s, const opened& e) {
  s.exists = true;
  s.id = e.id;
  s.username = e.username;
  s.display_name = e.display_name;
  s.email = e.email;
  s.address = e.address;
  s.since = e.at;
}

void apply(state& s, const edited& e) {
  s.display_name = e.display_name;
  s.email = e.email;
  s.address = e.address;
}

void apply(state& s, const rated& e) {
  s.id = e.id;  // the account may not be open yet, but its state is this person's already
  s.rating = e.total;
}

}  // namespace

decision<event> decide(const state& before, const command& asked, const context& given) {
  return std::visit([&](const auto& c) { return handle(before, c, given); }, asked);
}

state evolve(state before, const event& happened) {
  std::visit([&before](const auto& e) { apply(before, e); }, happened);
  return before;
}

std::vector<want> wants(const state& now) {
  return standing_wants(now);
}

std::optional<instant> alarm(const state& now) {
  return standing_alarm(now);
}

outcome reply(const state&, const std::vector<event>&) {
  return accepted{};
}

}  // namespace rentwave::account
