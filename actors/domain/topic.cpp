#include "actors/domain/topic.hpp"

#include <algorithm>

#include "actors/domain/want.hpp"

namespace rentwave::topic {
namespace {

using events = std::vector<event>;
using answer = decision<event>;

bool is_enlisted(const state& s, int shard) {
  return std::ranges::binary_search(s.shards, shard);
}

answer handle(const state& s, const enlist& c, const context&) {
  return is_enlisted(s, c.shard) ? events{} : events{enlisted{c.topic, c.shard}};
}

answer handle(const state& s, const announce& c, const context&) {
  if (s.shards.empty()) return events{};
  if (std::ranges::find(s.pending, c.about, &announcement::about) != s.pending.end())
    return events{};
  if (s.pending.size() >= max_pending)
    return refusal{refusal_code::not_now, "Too much is being announced; try again later.", {}};
  return events{announced{s.sequence + 1, c.about, c.except, c.what}};
}

answer handle(const state& s, const answered& c, const context&) {
  const auto found = std::ranges::find(s.pending, c.want, &announcement::key);
  const auto* told = std::get_if<told_so_far>(&c.result);
  if (found == s.pending.end() || !told) return events{};
  return events{stepped{found->n, told->people, told->next}};
}

answer handle(const state&, const wake&, const context&) {
  return events{};
}

void apply(state& s, const enlisted& e) {
  s.name = e.topic;
  if (!is_enlisted(s, e.shard))
    s.shards.insert(std::ranges::lower_bound(s.shards, e.shard), e.shard);
}

void apply(state& s, const announced& e) {
  s.sequence = e.n;
  s.pending.push_back({.n = e.n, .about = e.about, .except = e.except, .what = e.what});
}

void apply(state& s, const stepped& e) {
  const auto found = std::ranges::find(s.pending, e.n, &announcement::n);
  if (found == s.pending.end()) return;
  if (!e.next) {
    s.pending.erase(found);
    return;
  }
  found->next = *e.next;
  ++found->steps;
}

}  // namespace

std::string announcement::key() const {
  return "tell-" + std::to_string(n) + '-' + std::to_string(steps);
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
  for (const auto& each : now.pending) {
    if (result.size() == max_under_way) break;
    result.push_back({each.key(), crier_ref(now.name),
                      crier::command{crier::tell{now.name, now.shards, each.next, people_a_step,
                                                 each.about, each.except, each.what}}});
  }
  return result;
}

std::optional<instant> alarm(const state&) {
  return std::nullopt;
}

outcome reply(const state&, const std::vector<event>&) {
  return accepted{};
}

}  // namespace rentwave::topic
