#include "actors/runtime/answer_memory.hpp"

#include <algorithm>

namespace rentwave {
namespace {

instant first_covered(const history& loaded, instant oldest, instant now) {
  const auto& events = loaded.events;
  // Behind a snapshot nothing was read, and events of one instant may lie on both sides of it.
  if (loaded.state)
    return (events.empty() ? now : std::max(oldest, events.front().time)) + duration{1};
  return events.empty() || events.front().time >= oldest ? instant::min() : oldest;
}

}  // namespace

void answer_memory::recall(const history& loaded, instant oldest, instant now,
                           const reply_function& reply) {
  since_ = first_covered(loaded, oldest, now);
  const auto& events = loaded.events;
  for (auto first = events.begin(); first != events.end();) {
    const auto last = std::find_if(first, events.end(),
                                   [&](const auto& e) { return e.command != first->command; });
    if (first->time >= oldest) remember(first->command, first->time, reply({first, last}));
    first = last;
  }
}

void answer_memory::remember(command_id id, instant at, const outcome& answer) {
  auto kept =
      std::holds_alternative<accepted>(answer) ? nullptr : std::make_unique<outcome>(answer);
  if (!answers_.try_emplace(id, std::move(kept)).second) return;
  order_.emplace_back(at, id);
  if (answers_.size() > most) {
    // Others of the same instant may still be in here; that they are looked up does no harm.
    since_ = std::max(since_, order_[first_].first + duration{1});
    forget_first();
  }
}

std::optional<outcome> answer_memory::find(command_id id) const {
  const auto found = answers_.find(id);
  if (found == answers_.end()) return std::nullopt;
  return found->second ? *found->second : outcome{accepted{}};
}

void answer_memory::forget_before(instant oldest) {
  if (first_ == order_.size() || order_[first_].first >= oldest) return;
  since_ = std::max(since_, oldest);
  while (first_ < order_.size() && order_[first_].first < oldest) forget_first();
}

void answer_memory::forget_first() {
  answers_.erase(order_[first_++].second);
  if (first_ * 2 < order_.size()) return;
  order_.erase(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(first_));
  first_ = 0;
}

}  // namespace rentwave
