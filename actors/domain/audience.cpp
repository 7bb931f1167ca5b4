#include "actors/domain/audience.hpp"

#include <algorithm>

#include "actors/domain/want.hpp"

namespace rentwave::audience {
namespace {

using events = std::vector<event>;
using answer = decision<event>;

bool follows(const state& s, account_id who) {
  return std::ranges::binary_search(s.followers, who);
}

answer handle(const state& s, const join& c, const context&) {
  if (follows(s, c.who)) return events{};
  if (s.followers.size() >= max_followers)
    return refusal{
        refusal_code::too_many_followers, "It has as many followers as there may be.", {}};
  return events{joined{c.who}};
}

answer handle(const state& s, const leave& c, const context&) {
  return follows(s, c.who) ? events{left{c.who}} : events{};
}

answer handle(const state&, const answered&, const context&) {
  return events{};
}
answer handle(const state&, const wake&, const context&) {
  return events{};
}

void apply(state& s, const joined& e) {
  s.followers.insert(std::ranges::lower_bound(s.followers, e.who), e.who);
}

void apply(state& s, const left& e) {
  const auto [first, last] = std::ranges::equal_range(s.followers, e.who);
  s.followers.erase(first, last);
}

}  // namespace

int shard_of(account_id who) {
  // The last byte of an id, of version 7 or 8, is random.
  return who.value.data[15] % shards;
}

entity_ref ref(const std::string& topic, int shard) {
  return {entity_kind::audience, topic + '.' + std::to_string(shard)};
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

}  // namespace rentwave::audience
