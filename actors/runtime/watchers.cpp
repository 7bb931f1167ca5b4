#include "actors/runtime/watchers.hpp"

#include <caf/all.hpp>

namespace rentwave {
namespace {

void send_news(caf::event_based_actor* self, const caf::strong_actor_ptr& to, news what) {
  self->send(caf::actor_cast<caf::actor>(to), news_ptr{std::make_shared<news>(std::move(what))});
}

}  // namespace

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
  for (auto& [who, what] : table_.whom_to_tell(durable)) {
    what.partition = partition_;
    send_news(self, who, std::move(what));
  }
}

void watchers::tell(caf::event_based_actor* self, const news& what) const {
  for (auto& [who, own] : table_.whom_to_tell(what.entities, what.everything)) {
    own.partition = partition_;
    send_news(self, who, std::move(own));
  }
}

void watchers::drop(const watch_answer& begun) {
  for (const auto& entity : begun.begun) table_.drop(entity);
  if (begun.everything_begun) table_.drop_everything();
}

void watchers::end(caf::event_based_actor* self) {
  for (const auto& who : table_.everybody())
    send_news(self, who, {.entities = {}, .ended = true, .partition = partition_});
  table_.clear();
}

void watchers::forget(instant now) {
  if (now < next_look_) return;
  next_look_ = now + watch_time / 4;
  table_.forget(now);
}

}  // namespace rentwave
