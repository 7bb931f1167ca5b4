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

void answer_memory::recall(const history& loaded, instant oldest, instant now, duration skew,
                           const reply_function& reply) {
  since_ = first_covered(loaded, oldest, now);
  // A command may lie behind the snapshot though it was first sent "later".
  if (loaded.state) since_ += skew;
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
  if (!kept_) kept_ = std::make_unique<remembered>();
  if (!kept_->answers.try_emplace(id, std::move(kept)).second) return;
  kept_->order.emplace_back(at, id);
  if (kept_->answers.size() > most) {
    // Others of the same instant may still be in here; that they are looked up does no harm.
    since_ = std::max(since_, kept_->oldest() + duration{1});
    kept_->forget_first();
  }
}

std::optional<outcome> answer_memory::find(command_id id) const {
  if (!kept_) return std::nullopt;
  const auto found = kept_->answers.find(id);
  if (found == kept_->answers.end()) return std::nullopt;
  return found->second ? *found->second : outcome{accepted{}};
}

void answer_memory::forget_before(instant oldest) {
  if (!kept_ || kept_->oldest() >= oldest) return;
  since_ = std::max(since_, oldest);
  while (!kept_->answers.empty() && kept_->oldest() < oldest) kept_->forget_first();
  if (kept_->answers.empty()) kept_.reset();
}

void answer_memory::remembered::forget_first() {
  answers.erase(order[first++].second);
  if (first * 2 < order.size()) return;
  order.erase(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first));
  first = 0;
}

}  // namespace rentwave
