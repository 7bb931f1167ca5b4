#include "actors/runtime/restart_budget.hpp"

#include <algorithm>
#include <utility>

#include "actors/runtime/short_reason.hpp"

namespace rentwave {

restart_budget::verdict restart_budget::ask(const entity_ref& entity, instant now) const {
  if (quarantine_.contains(entity)) return verdict::quarantined;
  const auto found = failing_.find(entity);
  return found != failing_.end() && now < found->second.next_start ? verdict::wait : verdict::start;
}

std::optional<instant> restart_budget::failed(const entity_ref& entity, const std::string& why,
                                              instant now) {
  const bool has_room = has_room_for(entity, now);
  if (!has_room) forget_one();
  auto& known = failing_[entity];
  if (now - known.last > limits_.forgotten_after) known.failures = 0;
  known.last = now;
  if (++known.failures > limits_.failures) {
    failing_.erase(entity);
    confine(entity, why, now);
    return std::nullopt;
  }
  const auto doublings = std::clamp(known.failures - 2, 0, 20);
  auto backoff = known.failures == 1 ? duration{} : limits_.backoff * (1 << doublings);
  if (!has_room) backoff = limits_.longest_backoff;
  known.next_start = now + std::min(limits_.longest_backoff, backoff);
  return known.next_start;
}

void restart_budget::served(const entity_ref& entity) {
  if (!failing_.empty()) failing_.erase(entity);
}

bool restart_budget::release(const entity_ref& entity) {
  return quarantine_.erase(entity) > 0;
}

std::vector<restart_budget::quarantined> restart_budget::in_quarantine(std::size_t limit) const {
  using entry = std::pair<const entity_ref, confined>;
  std::vector<const entry*> all;
  for (const auto& one : quarantine_) all.push_back(&one);
  const auto shown = all.begin() + static_cast<std::ptrdiff_t>(std::min(limit, all.size()));
  std::ranges::partial_sort(all, shown, {}, [](const auto* one) { return one->second.since; });
  std::vector<quarantined> oldest;
  for (auto one = all.begin(); one != shown; ++one)
    oldest.push_back({(*one)->first, (*one)->second.reason, (*one)->second.since});
  return oldest;
}

std::optional<restart_budget::quarantined> restart_budget::in_quarantine(
    const entity_ref& entity) const {
  const auto found = quarantine_.find(entity);
  if (found == quarantine_.end()) return std::nullopt;
  return quarantined{entity, found->second.reason, found->second.since};
}

bool restart_budget::has_room_for(const entity_ref& entity, instant now) {
  if (failing_.size() < limits_.most || failing_.contains(entity)) return true;
  std::erase_if(failing_, [&](const auto& entry) {
    return now - entry.second.last > limits_.forgotten_after;
  });
  return failing_.size() < limits_.most;
}

/// Not those that are on their way into quarantine: if each made room for the next, and all failed
/// in turns, nobody would get there.
void restart_budget::forget_one() {
  failing_.erase(std::ranges::min_element(failing_, {}, [](const auto& entry) {
    const auto& [failures, last, next_start] = entry.second;
    return std::pair{failures, -last.time_since_epoch()};
  }));
}

void restart_budget::confine(const entity_ref& entity, const std::string& why, instant now) {
  if (quarantine_.size() >= limits_.most)
    quarantine_.erase(std::ranges::min_element(
        quarantine_, {}, [](const auto& entry) { return entry.second.since; }));
  quarantine_[entity] = {short_reason(why), now};
}

}  // namespace rentwave
