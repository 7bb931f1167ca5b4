// Where people have their notices posted: which of them each webhook has posted, in order, none
// passed over; and what the inbox knows of it.
#include <algorithm>

#include "persistence/codec.hpp"
#include "tests/simulation/model.hpp"

namespace rentwave::simulation {
namespace {

/// Whether there is a notice for it behind one cursor, up to another.
bool has_any(const model& all, const hook& one, std::int64_t after, std::int64_t up_to) {
  const auto told = all.told.find(one.owner);
  if (told == all.told.end()) return false;
  for (auto cursor = after + 1; cursor <= up_to && cursor <= std::ssize(told->second); ++cursor)
    if (one.takes(told->second[static_cast<std::size_t>(cursor - 1)])) return true;
  return false;
}

struct webhook_events {
  model& all;
  const stored_event& event;
  webhook_id id;

  void check(bool holds, const std::string& sentence) const { expect(holds, event, sentence); }
  hook& here() const {
    const auto found = all.hooks.find(id);
    check(found != all.hooks.end(), "of a webhook that was never made");
    return found->second;
  }
  /// Nothing that it takes is left out; but the notices of who has left are gone.
  void check_none_passed_over(std::int64_t after, std::int64_t up_to) const {
    if (all.closed_inboxes.contains(here().owner)) return;
    check(!has_any(all, here(), after, up_to), "a notice was passed over");
  }

  void operator()(const webhook::created& e) const {
    check(event.actor == to_string(e.owner) && e.id == id, "by somebody else");
    check(!all.hooks.contains(id), "it is made twice");
    auto& one = all.hooks[id];
    one.owner = e.owner;
    one.types = e.types;
  }
  void operator()(const webhook::attached& e) const {
    check(here().was_attached && e.cursor == here().from, "where the inbox did not say");
    check(!here().removed, "after its removal");
    here().active = true;
    here().cursor = e.cursor;
  }
  void operator()(const webhook::rejected&) const {
    check(!here().active && !here().removed, "though it was there already");
    here().rejected = true;
  }
  void operator()(const webhook::rung& e) const {
    check(e.up_to > here().rung && has_any(all, here(), e.up_to - 1, e.up_to), "for nothing");
    here().rung = e.up_to;
  }
  void operator()(const webhook::posted& e) const {
    auto& one = here();
    check(one.active && !one.again && e.n == ++one.tries, "out of turn");
    check(e.up_to > one.cursor && e.up_to <= one.rung, "up to where nobody asked for");
    if (e.anything) {
      check(has_any(all, one, e.up_to - 1, e.up_to), "a notice of another type");
      check_none_passed_over(one.cursor, e.up_to - 1);
      one.posted.insert(e.up_to);
      one.failures = 0;
    } else {
      check_none_passed_over(one.cursor, e.up_to);
    }
    one.cursor = e.up_to;
    one.tried = event.time;
  }
  void operator()(const webhook::failed& e) const {
    auto& one = here();
    check(one.active && !one.again && e.n == ++one.tries, "out of turn");
    check(e.up_to >= one.cursor && e.up_to < one.rung, "up to where nobody asked for");
    check_none_passed_over(one.cursor, e.up_to);
    // From when it failed on, which was after what came before; the event may have come later.
    check(e.failures == ++one.failures && e.again > one.tried, "without a pause");
    one.cursor = e.up_to;
    one.again = e.again;
  }
  void operator()(const webhook::resumed&) const {
    check(here().again && *here().again <= event.time, "before its time");
    here().again.reset();
    here().tried = event.time;
  }
  void operator()(const webhook::switched_off& e) const {
    auto& one = here();
    check(one.active && e.owner == one.owner, "of somebody else");
    check(e.why.status == 410 || one.failures >= webhook::most_failures, "too early");
    one.active = false;
    one.again.reset();
    ++all.notices_due[{one.owner, event.type, rental_id{}, event.time}];
  }
  void operator()(const webhook::removed&) const {
    auto& one = here();
    const bool by_inbox = event.actor == to_string(inbox_ref(one.owner));
    check(
        event.actor == to_string(one.owner) || (by_inbox && all.closed_inboxes.contains(one.owner)),
        "by somebody else");
    check(!one.removed && !one.rejected, "what is not there");
    one.active = false;
    one.removed = true;
    one.again.reset();
  }
  void operator()(const webhook::detached&) const {
    check(here().was_detached, "and the inbox knows nothing of it");
    here().knows_detached = true;
  }
};

struct hook_events {
  model& all;
  const stored_event& event;

  hook& find(webhook_id id) const {
    const auto found = all.hooks.find(id);
    expect(found != all.hooks.end(), event, "of a webhook that was never made");
    expect(to_string(found->second.owner) == event.entity.id, event, "in another's inbox");
    return found->second;
  }
  void operator()(const inbox::hook_attached& e) const {
    auto& one = find(e.hook);
    expect(!one.was_attached && !one.was_detached, event, "it is attached again");
    const auto last = all.cursors.find(one.owner);
    const auto newest = last == all.cursors.end() ? 0 : last->second;
    expect(e.cursor == newest && e.types == one.types, event, "as another one");
    one.was_attached = true;
    one.from = e.cursor;
    expect(++all.hooks_of[one.owner] <= static_cast<int>(inbox::max_hooks), event, "too many");
  }
  void operator()(const inbox::hook_detached& e) const {
    auto& one = find(e.hook);
    expect(one.removed || one.rejected, event, "it does not want to go");
    expect(!one.was_detached, event, "it is detached again");
    one.was_detached = true;
    if (one.was_attached) --all.hooks_of[one.owner];
  }
  void operator()(const inbox::hook_rung& e) const {
    expect(find(e.hook).rung >= e.up_to, event, "it has not heard it");
  }
  void operator()(const inbox::hook_silenced& e) const {
    expect(!find(e.hook).active, event, "it is active");
  }
  void operator()(const auto&) const {}
};

}  // namespace

bool hook::takes(const std::string& type) const {
  return types.empty() || std::ranges::find(types, type) != types.end();
}

void see_webhook(model& all, const stored_event& event) {
  const auto id = parse_id<webhook_id>(event.entity.id);
  const auto happened = decode<webhook::event>(event.type, event.schema, event.data);
  expect(id && happened, event, "the event cannot be read");
  std::visit(webhook_events{all, event, *id}, *happened);
}

void see_hooks(model& all, const stored_event& event, const inbox::event& happened) {
  std::visit(hook_events{all, event}, happened);
}

void check_webhooks(const model& all, instant now, duration slack) {
  for (const auto& [id, one] : all.hooks) {
    const auto where = webhook_ref(id);
    if (one.removed || one.rejected) {
      if (!one.knows_detached) throw violation{where, "the inbox has not forgotten it"};
      continue;
    }
    if (!one.was_attached) throw violation{where, "it was never attached"};
    if (all.closed_inboxes.contains(one.owner))
      throw violation{where, "its person has left, and it is there"};
    if (one.again) {
      if (*one.again + slack < now) throw violation{where, "it pauses for too long"};
      continue;
    }
    const auto last = all.cursors.find(one.owner);
    if (one.active && last != all.cursors.end() && has_any(all, one, one.cursor, last->second))
      throw violation{where, "a notice was never posted"};
  }
}

}  // namespace rentwave::simulation
