#include "cluster/lease.hpp"

#include <time.h>

namespace rentwave {

boot_time boot_clock::now() noexcept {
  timespec at{};
  ::clock_gettime(CLOCK_BOOTTIME, &at);
  return boot_time{std::chrono::seconds{at.tv_sec} + std::chrono::nanoseconds{at.tv_nsec}};
}

bool own_lease::may_answer(boot_time now) const {
  const auto renewed_at = renewed_at_.load();
  if (renewed_at == none) return false;
  return now - boot_time{boot_clock::duration{renewed_at}} < length_;
}

void lease_judge::saw(const cluster_tables& tables, boot_time now) {
  if (watching_since_ && (now < last_look_ || now - last_look_ > terms_.longest_gap)) lost_sight();
  if (!watching_since_) watching_since_ = now;
  last_look_ = now;

  std::map<node_id, record> seen;
  for (const auto& node : tables.nodes) seen[node.id].counter = node.counter;
  for (const auto& place : tables.partitions.places)
    if (place.owner) seen[*place.owner];
  for (auto& [id, one] : seen) {
    one.since = now;
    const auto known = records_.find(id);
    if (known == records_.end()) continue;
    if (known->second.counter == one.counter)
      one = known->second;
    else
      one.changed = one.counter.has_value();
  }
  records_ = std::move(seen);
}

void lease_judge::lost_sight() {
  watching_since_.reset();
  records_.clear();
}

judgement lease_judge::of(const node_id& node, boot_time now) const {
  const auto known = records_.find(node);
  if (known == records_.end()) return judgement::unjudged;
  if (now - known->second.since >= terms_.lease) return judgement::ended;
  return known->second.changed ? judgement::renewing : judgement::unjudged;
}

bool lease_judge::has_watched(boot_time now) const {
  return watching_since_ && now - *watching_since_ >= terms_.lease;
}

}  // namespace rentwave
