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
  entries_.push_back({id, at, std::move(kept)});
}

std::optional<outcome> answer_memory::find(command_id id) const {
  // Newest first: repeats come soon.
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [&](const entry& one) { return one.id == id; });
  if (found == entries_.rend()) return std::nullopt;
  return found->answer ? *found->answer : outcome{accepted{}};
}

void answer_memory::forget_before(instant oldest) {
  const auto kept = std::find_if(entries_.begin(), entries_.end(),
                                 [&](const entry& one) { return one.at >= oldest; });
  if (kept == entries_.begin()) return;
  entries_.erase(entries_.begin(), kept);
  entries_.shrink_to_fit();
  since_ = std::max(since_, oldest);
}

}  // namespace rentwave
