#include "actors/runtime/webhook_notices.hpp"

#include "actors/runtime/happened.hpp"

namespace rentwave {

std::vector<effect> tell_of_switched_off(const stored_event& event) {
  const auto happened = happened_in<webhook::event>(event);
  const auto* e = std::get_if<webhook::switched_off>(&happened);
  if (!e) return {};
  inbox::notice notice;
  notice.type = event.type;
  notice.time = event.time;
  notice.text = e->failures >= webhook::most_failures
                    ? "One of your webhooks was switched off: " + std::to_string(e->failures) +
                          " times in a row its receiver did not take what was posted."
                    : "One of your webhooks was switched off: its receiver says that it is gone.";
  return {
      {"owner", inbox_ref(e->owner), inbox::command{inbox::deliver{e->owner, std::move(notice)}}}};
}

}  // namespace rentwave
