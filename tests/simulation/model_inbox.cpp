// Notices: what was to be told, and what was.
#include "persistence/codec.hpp"
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {

void see_inbox(model& all, const stored_event& event) {
  const auto happened = decode<inbox::event>(event.type, event.schema, event.data);
  expect(happened.has_value(), event, "the event cannot be read");
  if (const auto* read = std::get_if<inbox::read>(&*happened)) {
    expect(event.actor == event.entity.id && to_string(read->owner) == event.entity.id, event,
           "by somebody else");
    auto& up_to = all.read[read->owner];
    expect(read->up_to > up_to && read->up_to <= all.cursors[read->owner], event,
           "what was read before, or is not there");
    up_to = read->up_to;
    return;
  }
  if (const auto* closed = std::get_if<inbox::closed>(&*happened)) {
    expect(all.characters[closed->owner].now == account::standing::erased, event,
           "of somebody who has not left");
    expect(all.closed_inboxes.insert(closed->owner).second, event, "it is closed twice");
    if (const auto last = all.cursors.find(closed->owner); last != all.cursors.end())
      all.read[closed->owner] = last->second;
    return;
  }
  if (!std::holds_alternative<inbox::delivered>(*happened)) return see_hooks(all, event, *happened);
  const auto& told = std::get<inbox::delivered>(*happened);
  expect(!all.closed_inboxes.contains(told.owner), event, "somebody is told who has left");
  expect(to_string(told.owner) == event.entity.id, event, "a notice in another person's inbox");
  expect(told.cursor == ++all.cursors[told.owner], event,
         "the notices are not numbered one by one");
  const auto& notice = told.what;
  all.told[told.owner].push_back(notice.type);
  const bool is_of_webhook = notice.type == webhook::switched_off::type;
  const bool is_news = !notice.rental && !is_of_webhook && notice.type != listing::hidden::type &&
                       notice.type != listing::shown::type;
  if (is_news) return see_news(all, event, told.owner, notice);
  expect(notice.rental || notice.listing || is_of_webhook, event, "it is about nothing");
  const auto about = notice.rental.value_or(rental_id{notice.listing.value_or(listing_id{}).value});
  const notice_key key{told.owner, notice.type, about, notice.time};
  const auto due = all.notices_due.find(key);
  const int wanted = due == all.notices_due.end() ? 0 : due->second;
  expect(++all.notices_sent[key] <= wanted, event,
         "notice of " + notice.type + " was told too often");
}

}  // namespace rentwave::simulation
