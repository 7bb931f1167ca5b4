#include "actors/domain/topic.hpp"

#include <algorithm>
#include <utility>

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

/// Whether a later round has brought nothing: then it is asked for again as it is, after the longer
/// and longer pauses of a want without an answer. Whoever was missed in an earlier step of the
/// round does not wait for what failed in its last.
bool is_in_vain(const announcement& one, const told_so_far& told) {
  if (!one.late || !told.missed || told.people > 0 || told.next || !one.missed.empty())
    return false;
  return told.missed->people.size() >= one.late->people.size() &&
         told.missed->shards.size() >= one.late->shards.size();
}

std::optional<unreached> as_many_as_are_kept(const announcement& one, std::optional<unreached> of) {
  if (!of) return of;
  const auto& before = one.missed.people;
  std::erase_if(of->people,
                [&](auto who) { return std::ranges::find(before, who) != before.end(); });
  of->people.resize(std::min(of->people.size(), max_missed - std::min(max_missed, before.size())));
  if (of->empty()) of.reset();
  return of;
}

answer handle(const state& s, const answered& c, const context&) {
  const auto* told = std::get_if<told_so_far>(&c.result);
  if (!told) return events{};
  for (const auto* list : {&s.pending, &s.behind}) {
    const auto found = std::ranges::find(*list, c.want, &announcement::key);
    if (found == list->end()) continue;
    if (is_in_vain(*found, *told)) break;
    return events{
        stepped{found->n, told->people, told->next, as_many_as_are_kept(*found, told->missed)}};
  }
  return events{};
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

void begin_later_round(state& s, announcement one) {
  one.late = std::exchange(one.missed, {});
  one.next = {};
  s.behind.push_back(std::move(one));
  if (s.behind.size() > max_behind) s.behind.erase(s.behind.begin());
}

/// False: it is not in this list.
bool step(state& s, std::vector<announcement>& list, const stepped& e) {
  const auto found = std::ranges::find(list, e.n, &announcement::n);
  if (found == list.end()) return false;
  ++found->steps;
  if (e.missed) {
    auto& missed = found->missed;
    missed.people.insert(missed.people.end(), e.missed->people.begin(), e.missed->people.end());
    missed.shards.insert(missed.shards.end(), e.missed->shards.begin(), e.missed->shards.end());
  }
  if (e.next) {
    found->next = *e.next;
    return true;
  }
  auto done = std::move(*found);
  list.erase(found);
  if (!done.missed.empty()) begin_later_round(s, std::move(done));
  return true;
}

void apply(state& s, const stepped& e) {
  if (!step(s, s.pending, e)) step(s, s.behind, e);
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
  const auto add = [&](const announcement& one, const std::vector<int>& shards) {
    crier::tell step{now.name, shards, one.next, people_a_step, one.about, one.except, one.what};
    step.late = one.late.has_value();
    if (one.late && one.next == follower_place{}) step.people = one.late->people;
    result.push_back({one.key(), crier_ref(now.name), crier::command{std::move(step)}});
  };
  for (const auto& each : now.pending) {
    if (result.size() == max_under_way) break;
    add(each, now.shards);
  }
  for (const auto& each : now.behind) add(each, each.late->shards);
  return result;
}

std::optional<instant> alarm(const state&) {
  return std::nullopt;
}

outcome reply(const state&, const std::vector<event>&) {
  return accepted{};
}

}  // namespace rentwave::topic
