// Notices: what was to be told, and what was.
#include "persistence/codec.hpp"
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {

/// The types that are counted; others are told as well, and not checked here.
static bool is_counted(const std::string& type) {
  return type == rental::booked::type || type == rental::late::type ||
         type == rental::returned::type || type == rental::completed::type;
}

void see_inbox(model& all, const stored_event& event) {
  const auto happened = decode<inbox::event>(event.type, event.schema, event.data);
  expect(happened.has_value(), event, "the event cannot be read");
  const auto* told = std::get_if<inbox::delivered>(&*happened);
  if (!told) return;
  expect(to_string(told->owner) == event.entity.id, event, "a notice in another person's inbox");
  expect(told->cursor == ++all.cursors[told->owner], event,
         "the notices are not numbered one by one");
  const auto& notice = told->what;
  if (!is_counted(notice.type) || !notice.rental) return;
  const notice_key key{told->owner, notice.type, *notice.rental, notice.time};
  const auto due = all.notices_due.find(key);
  const int wanted = due == all.notices_due.end() ? 0 : due->second;
  expect(++all.notices_sent[key] <= wanted, event,
         "notice of " + notice.type + " was told too often");
}

}  // namespace rentwave::simulation
