#include "actors/runtime/restart_budget.hpp"

#include <algorithm>

namespace rentwave {

restart_budget::verdict restart_budget::ask(const entity_ref& entity, instant now) const {
  if (records_.empty()) return verdict::start;
  const auto found = records_.find(entity);
  if (found == records_.end()) return verdict::start;
  if (found->second.quarantined) return verdict::quarantined;
  return now < found->second.next_start ? verdict::wait : verdict::start;
}

std::optional<instant> restart_budget::failed(const entity_ref& entity, const std::string& why,
                                              instant now) {
  make_room(now);
  auto& known = records_[entity];
  if (now - known.last > limits_.forgotten_after) known.failures = 0;
  known.last = now;
  known.reason = why;
  if (++known.failures > limits_.failures) {
    known.quarantined = true;
    return std::nullopt;
  }
  const auto doublings = std::clamp(known.failures - 2, 0, 20);
  const auto backoff = known.failures == 1 ? duration{} : limits_.backoff * (1 << doublings);
  known.next_start = now + std::min(limits_.longest_backoff, backoff);
  return known.next_start;
}

void restart_budget::served(const entity_ref& entity) {
  if (records_.empty()) return;
  const auto found = records_.find(entity);
  if (found != records_.end() && !found->second.quarantined) records_.erase(found);
}

bool restart_budget::release(const entity_ref& entity) {
  const auto found = records_.find(entity);
  if (found == records_.end() || !found->second.quarantined) return false;
  records_.erase(found);
  return true;
}

std::vector<restart_budget::quarantined> restart_budget::in_quarantine() const {
  std::vector<quarantined> all;
  for (const auto& [entity, known] : records_)
    if (known.quarantined) all.push_back({entity, known.reason, known.last});
  std::ranges::sort(all, {}, &quarantined::since);
  return all;
}

std::optional<restart_budget::quarantined> restart_budget::in_quarantine(
    const entity_ref& entity) const {
  const auto found = records_.find(entity);
  if (found == records_.end() || !found->second.quarantined) return std::nullopt;
  return quarantined{entity, found->second.reason, found->second.last};
}

void restart_budget::make_room(instant now) {
  if (records_.size() < most) return;
  std::erase_if(records_, [&](const auto& entry) {
    return !entry.second.quarantined && now - entry.second.last > limits_.forgotten_after;
  });
  if (records_.size() < most) return;
  std::erase_if(records_, [](const auto& entry) { return !entry.second.quarantined; });
}

}  // namespace rentwave
