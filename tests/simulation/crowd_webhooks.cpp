// Having one's notices posted.
#include "actors/domain/webhook.hpp"
#include "tests/simulation/crowd.hpp"
#include "tests/simulation/receivers.hpp"

namespace rentwave::simulation {

void crowd::change_webhooks(const model& known) {
  const bool has_some = !known.hooks.empty();
  if (has_some && dice_.one_in(3)) {
    const auto& [id, one] =
        *std::next(known.hooks.begin(), dice_.between(0, std::ssize(known.hooks) - 1));
    if (dice_.one_in(6)) {
      const auto stranger = anyone();
      if (stranger != one.owner)
        forbid(webhook_ref(id), webhook::command{webhook::remove{}}, stranger);
      return;
    }
    // It may be removed already: an order that changes nothing is as good as one that does.
    issue(webhook_ref(id), webhook::command{webhook::remove{}}, one.owner, "");
    return;
  }
  static const std::vector<std::vector<std::string>> wishes{
      {}, {"rent.book", "rent.late"}, {"rent.complete"}, {"book.add", "webhook.switch-off"}};
  const webhook_id id{world_->fresh_id().value};
  const auto who = anyone();
  const webhook::create wish{id, who, {receivers::url_of(id)}, {"whsec_x"}, dice_.pick(wishes)};
  issue(webhook_ref(id), webhook::command{wish}, who, webhook::created::type);
  // And has changed his mind before it is attached.
  if (dice_.one_in(8)) issue(webhook_ref(id), webhook::command{webhook::remove{}}, who, "");
}

}  // namespace rentwave::simulation
