#include "actors/runtime/answer_memory.hpp"

#include <algorithm>

namespace rentwave {

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
