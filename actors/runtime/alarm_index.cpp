#include "actors/runtime/alarm_index.hpp"

#include <algorithm>
#include <utility>

namespace rentwave {

void alarm_index::begin_read(instant horizon) {
  if (std::exchange(stale_, false)) place_.reset();
  horizon_ = std::max(horizon_, horizon);
  reading_ = true;
}

void alarm_index::finish_read(const std::vector<alarm_row>& rows, bool complete) {
  for (const auto& row : rows) {
    const auto known = slots_.find(row.entity);
    if (known == slots_.end() || known->second.version < row.version)
      put(row.entity, {row.due, row.version});
  }
  if (complete || rows.empty()) {
    place_.reset();
    complete_until_ = horizon_;
  } else {
    place_ = rows.back();
    horizon_ = std::max(place_->due, complete_until_);
  }
  end_read();
}

void alarm_index::abandon_read() {
  read_anew();
  end_read();
}

void alarm_index::end_read() {
  reading_ = false;
  // Cleared alarms were remembered only so that the table's older rows could not bring them back.
  std::erase_if(slots_, [](const auto& entry) { return !entry.second.due; });
}

void alarm_index::changed(const entity_ref& entity, std::optional<instant> due,
                          std::int64_t version) {
  const auto known = slots_.find(entity);
  if (known != slots_.end() && known->second.version > version) return;
  if (due && *due > horizon_) due.reset();  // will be read when its time is near
  if (!due && !reading_ && known == slots_.end()) return;
  put(entity, {due, version});
  if (!due && !reading_) slots_.erase(entity);
}

void alarm_index::again(const entity_ref& entity, instant due) {
  const auto known = slots_.find(entity);
  auto next = known == slots_.end() ? slot{} : known->second;
  next.due = next.due ? std::min(*next.due, due) : due;
  put(entity, next);
}

void alarm_index::put(const entity_ref& entity, slot next) {
  auto& current = slots_[entity];
  if (current.due) by_due_.erase({*current.due, entity});
  current = next;
  if (current.due) by_due_.insert({*current.due, entity});
}

std::optional<entity_ref> alarm_index::take_due(instant now) {
  if (by_due_.empty() || by_due_.begin()->first > now) return std::nullopt;
  const auto due = by_due_.begin()->second;
  put(due, {std::nullopt, slots_[due].version});
  if (!reading_) slots_.erase(due);
  return due;
}

std::optional<instant> alarm_index::earliest() const {
  if (by_due_.empty()) return std::nullopt;
  return by_due_.begin()->first;
}

}  // namespace rentwave
