#include "cluster/steward.hpp"

#include <algorithm>

namespace rentwave {

steward::steward(steward_options options)
    : options_(std::move(options)), lease_(options_.terms), judge_(options_.terms) {}

steward::orders steward::tick(boot_time now, const journal_result<cluster_tables>& seen,
                              const holdings& held) {
  if (last_tick_ && now < *last_tick_) lease_.end();  // a clock that goes back measures nothing
  last_tick_ = now;
  if (seen) {
    judge_.saw(*seen, now);
    tables_ = *seen;
    forget_ended();
    look_for_oneself();
  } else {
    judge_.lost_sight();
  }
  note_leaving(now, seen.has_value());
  if (!id_) return outside(seen.has_value(), held);

  // Also when reading fails: it may be for another reason than writing would.
  orders given{order::renew{*id_}};
  if (seen) order_holdings(now, held, given);
  if (seen && lease_.may_answer(now)) order_publish(now, held, given);
  if (drains_) order_drain(given);
  if (leaving_since_) order_leaving(now, held, given);
  return given;
}

steward::orders steward::outside(bool is_reachable, const holdings& held) const {
  if (!held.empty()) return {order::stop{}};
  if (is_replaced_ || has_left_ || leaving_since_) return {order::quit{}};
  if (is_reachable) return {order::join{}};
  return {};
}

/// What was read was read after we had joined.
void steward::look_for_oneself() {
  if (!id_) return;
  const auto named =
      std::ranges::find(tables_.nodes, id_->name, [](const node_row& row) { return row.id.name; });
  if (named != tables_.nodes.end() && named->id == *id_) return;
  is_replaced_ = named != tables_.nodes.end();
  expel();
}

void steward::expel() {
  lease_.end();
  id_.reset();
  closing_since_.clear();
}

void steward::joined(boot_time sent, const journal_result<node_id>& result) {
  if (!result) return;
  id_ = *result;
  lease_.renewed(sent);
}

void steward::renewed(boot_time sent, const journal_result<void>& result) {
  if (!id_) return;
  if (result)
    lease_.renewed(sent);
  else if (result.error().code == journal_errc::fenced)
    lease_.end();  // the next look tells why, and what then
}

void steward::published(const order::publish& what, const journal_result<std::int64_t>& result) {
  if (!result) return;
  tables_.partitions = what.next;
  tables_.partitions.revision = *result;
}

void steward::left(const journal_result<void>& result) {
  if (!result) return;
  expel();
  has_left_ = true;
}

void steward::leave(boot_time now) {
  drain();
  if (!leaving_since_) leaving_since_ = now;
}

std::vector<partition_move> steward::plan_drain(std::string_view name, boot_time now) const {
  return rentwave::plan_drain(tables_.partitions, standings_at(now), name);
}

// --- what is held -------------------------------------------------------------------------------

void steward::order_holdings(boot_time now, const holdings& held, orders& to) {
  std::erase_if(closing_since_, [&](const auto& one) { return !held.contains(one.first); });
  const auto count = std::ssize(tables_.partitions.places);
  for (partition_id id = 0; id < count; ++id) order_holding(now, id, held, to);
}

void steward::order_holding(boot_time now, partition_id id, const holdings& held, orders& to) {
  const auto& place = tables_.partitions.places[static_cast<std::size_t>(id)];
  const auto found = held.find(id);
  const bool is_held = found != held.end();
  const bool is_ours = place.owner == id_;
  if (!is_held) {
    if (is_ours && keeps(place) && lease_.may_answer(now)) to.emplace_back(order::open{id});
  } else if (!is_ours) {
    to.emplace_back(order::cut{id});
  } else if (found->second == holding::closing) {
    if (is_late(now, id)) to.emplace_back(order::cut{id});
  } else if (!keeps(place)) {
    // Rather here than nowhere, when the next one is gone already.
    if (place.next && !row_of(*place.next)) return;
    to.emplace_back(order::hand_over{id});
    closing_since_.try_emplace(id, now);
  }
}

/// Of one that we own. While the table has one revision this does not become true again: a publish
/// that was thought lost may still come, and give away what was not kept when it was made.
bool steward::keeps(const partition_place& place) const {
  return !place.next && !must_go_;
}

bool steward::is_late(boot_time now, partition_id id) {
  const auto since = closing_since_.try_emplace(id, now).first->second;
  return now - since >= options_.hand_over_time;
}

bool steward::is_last() const {
  return std::ranges::none_of(tables_.nodes, [this](const node_row& row) {
    return row.id != id_ && row.profile.roles.partitions && !row.draining;
  });
}

// --- the table of partitions --------------------------------------------------------------------

void steward::order_publish(boot_time now, const holdings& held, orders& to) const {
  auto next = after_release(held);
  std::vector<ended_node> ended;
  if (may_place(now)) {
    ended = ended_at(now);
    next = place_partitions(next, standings_at(now), options_.partitions);
  }
  if (next == tables_.partitions && ended.empty()) return;
  to.emplace_back(order::publish{std::move(next), std::move(ended)});
}

/// What this node was to hand over and does not hold any more is the next one's.
partition_table steward::after_release(const holdings& held) const {
  auto table = tables_.partitions;
  for (partition_id id = 0; id < std::ssize(table.places); ++id) {
    auto& place = table.places[static_cast<std::size_t>(id)];
    if (place.owner != id_ || keeps(place) || held.contains(id)) continue;
    if (place.next && !row_of(*place.next)) place.next.reset();
    place = {place.next, std::nullopt};
  }
  return table;
}

/// Nobody who has just begun to look decides for others; but what nobody ever had, or all have
/// left, is there to be taken, and so is what those had who have ended for certain: all others are
/// unjudged then, and keep theirs.
bool steward::may_place(boot_time now) const {
  const auto& places = tables_.partitions.places;
  const auto is_owned = [](const partition_place& place) { return place.owner.has_value(); };
  return judge_.has_watched(now) || !ended_.empty() || std::ranges::none_of(places, is_owned);
}

judgement steward::judged(const node_id& who, boot_time now) const {
  if (who == id_) return judgement::renewing;
  return ended_.contains(who) ? judgement::ended : judge_.of(who, now);
}

standings steward::standings_at(boot_time now) const {
  standings all;
  for (const auto& row : tables_.nodes) {
    const auto how = judged(row.id, now);
    if (how == judgement::ended) continue;
    const bool drains = row.draining || (row.id == id_ && drains_);
    if (drains || !row.profile.roles.partitions)
      all[row.id] = standing::gives_up;
    else
      all[row.id] = how == judgement::renewing ? standing::takes : standing::unjudged;
  }
  for (const auto& place : tables_.partitions.places)
    if (place.owner && !row_of(*place.owner) && judged(*place.owner, now) != judgement::ended)
      all[*place.owner] = standing::gone;
  return all;
}

std::vector<ended_node> steward::ended_at(boot_time now) const {
  std::vector<ended_node> ended;
  for (const auto& row : tables_.nodes)
    if (judged(row.id, now) == judgement::ended) ended.push_back({row.id, row.counter});
  return ended;
}

const node_row* steward::row_of(const node_id& id) const {
  const auto found = std::ranges::find(tables_.nodes, id, &node_row::id);
  return found == tables_.nodes.end() ? nullptr : &*found;
}

void steward::process_ended(const node_id& who) {
  ended_.insert(who);
}

/// Those whom nothing names any more.
void steward::forget_ended() {
  std::erase_if(ended_, [this](const node_id& who) {
    return !row_of(who) && std::ranges::none_of(tables_.partitions.places, [&](const auto& place) {
      return place.owner == who || place.next == who;
    });
  });
}

// --- draining and leaving -----------------------------------------------------------------------

/// Until the table says so: the others give it nothing more.
void steward::order_drain(orders& to) const {
  const auto* row = row_of(*id_);
  if (row && !row->draining) to.emplace_back(order::drain{*id_});
}

void steward::note_leaving(boot_time now, bool is_reachable) {
  if (!leaving_since_) return;
  if (now - *leaving_since_ >= options_.leave_time || (is_reachable && is_last())) must_go_ = true;
}

void steward::order_leaving(boot_time now, const holdings& held, orders& to) const {
  const auto late = now - *leaving_since_;
  if (late >= options_.leave_time)
    for (const auto& [id, how] : held) to.emplace_back(order::cut{id});
  // What it has not given up by then others take from it, as from one that died.
  const bool gives_up_waiting = late >= options_.leave_time + options_.terms.lease;
  const bool is_named = std::ranges::any_of(tables_.partitions.places, [this](const auto& place) {
    return place.owner == id_ || place.next == id_;
  });
  if (!held.empty() || (is_named && !gives_up_waiting)) return;
  to.emplace_back(order::leave{*id_});
  if (gives_up_waiting) to.emplace_back(order::quit{});
}

}  // namespace rentwave
