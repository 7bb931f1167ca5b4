#include "actors/runtime/watchers.hpp"

#include <caf/all.hpp>

namespace rentwave {

watch_ptr watchers::watch(const watch_request& asked, const caf::strong_actor_ptr& who,
                          instant now) {
  using result = watch_table<caf::strong_actor_ptr>::result;
  const auto until = now + watch_time;
  auto made = std::make_shared<watch_answer>();
  for (const auto& entity : asked.entities) {
    const auto done = table_.watch(entity, who, until);
    if (done == result::begun) made->begun.push_back(entity);
    if (done == result::full) made->is_full = true;
  }
  if (asked.everything) {
    const auto done = table_.watch_everything(who, until);
    made->everything_begun = done == result::begun;
    if (done == result::full) made->is_full = true;
  }
  return made;
}

void watchers::tell(caf::event_based_actor* self, std::span<const stored_event> durable) const {
  for (auto& [who, what] : table_.whom_to_tell(durable))
    self->send(caf::actor_cast<caf::actor>(who), news_ptr{std::make_shared<news>(std::move(what))});
}

void watchers::forget(instant now) {
  if (now < next_look_) return;
  next_look_ = now + watch_time / 4;
  table_.forget(now);
}

}  // namespace rentwave
