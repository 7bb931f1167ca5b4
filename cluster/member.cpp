#include "cluster/member.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "actors/runtime/domain_clock.hpp"
#include "cluster/held_back.hpp"
#include "cluster/process.hpp"

namespace rentwave {
namespace {

/// The tables are read so many times in a lease; and while partitions change hands, ten times as
/// often.
constexpr int turns_a_lease = 5;
constexpr int hurry = 10;
/// What happens at once with what has woken the thread is seen by the same turn.
constexpr auto shortest_pause = std::chrono::milliseconds{10};
constexpr std::size_t most_wishes = 16;

constexpr const char* process_ended = "its process has ended";
constexpr const char* lease_ended = "its lease has ended";

journal_error away(std::string detail) {
  return {journal_errc::unavailable, std::move(detail)};
}

/// What has changed is looked at at once, whoever changed it. Tables that fail, or take nothing,
/// get their usual time.
template <class T>
bool has_changed(const journal_result<T>& result) {
  return result || result.error().code == journal_errc::conflict;
}

}  // namespace

lease_terms terms_of(boot_clock::duration lease) {
  return {.lease = lease, .margin = lease / 10, .longest_gap = lease / 2};
}

member::member(steward_options options, std::function<boot_time()> clock)
    : options_(std::move(options)),
      clock_(std::move(clock)),
      steward_(options_),
      doors_(options_.partitions),
      missing_(options_.terms.lease / 2) {}

member::~member() {
  end();
}

void member::end() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  ports_ = {};  // what they hold on to may end, too
}

void member::start_by_hand(member_ports ports, std::string address) {
  ports_ = std::move(ports);
  options_.profile.address = std::move(address);
}

void member::start(member_ports ports, std::string address) {
  start_by_hand(std::move(ports), std::move(address));
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

// --- from any thread ----------------------------------------------------------------------------

void member::door_moved(partition_id which, door_state to) {
  const std::lock_guard guard(mutex_);
  is_woken_ |= doors_.moved(which, to);
  note_readiness();
  changed_.notify_all();
}

void member::look_again() {
  const std::lock_guard guard(mutex_);
  is_woken_ = true;
  changed_.notify_all();
}

bool member::is_ready() const {
  const std::lock_guard guard(mutex_);
  return was_ready_ && steward_.lease().may_answer(clock_());
}

bool member::will_not_join() const {
  const std::lock_guard guard(mutex_);
  return steward_.is_replaced() || is_too_old_;
}

void member::drain() {
  const std::lock_guard guard(mutex_);
  steward_.drain();
  is_woken_ = true;
  changed_.notify_all();
}

bool member::wait_until_drained(std::chrono::milliseconds patience) const {
  std::unique_lock guard(mutex_);
  (void)changed_.wait_for(guard, patience,
                          [this] { return has_quit_ || is_drained() || is_vain(); });
  return has_quit_ || is_drained();
}

void member::leave() {
  const std::lock_guard guard(mutex_);
  steward_.leave(clock_());
  is_leaving_ = is_woken_ = true;
  changed_.notify_all();
}

bool member::wait_until_left(std::chrono::milliseconds patience) const {
  std::unique_lock guard(mutex_);
  (void)changed_.wait_for(guard, patience, [this] { return has_quit_ || is_vain(); });
  return has_quit_;
}

member_view member::view() const {
  const std::lock_guard guard(mutex_);
  member_view seen{{}, steward_.table(), {}, missing_.unreachable()};
  for (const auto& [id, how] : doors_.held()) seen.held.insert(id);
  const auto now = clock_();
  for (const auto& row : steward_.nodes()) {
    auto& one = seen.nodes.emplace_back(
        member_view::node{row, steward_.judged(row.id, now), row.id == steward_.id()});
    for (const auto& place : seen.table.places) {
      if (place.owner == row.id)
        ++one.owned;
      else if (place.next == row.id)
        ++one.coming;
    }
  }
  return seen;
}

std::optional<std::vector<partition_move>> member::plan_drain(std::string_view name) const {
  const std::lock_guard guard(mutex_);
  const auto has_name = [&](const node_row& row) { return row.id.name == name; };
  if (std::ranges::none_of(steward_.nodes(), has_name)) return std::nullopt;
  return steward_.plan_drain(name, clock_());
}

void member::set_draining(std::string name, bool draining,
                          std::function<void(const journal_result<void>&)> done) {
  {
    const std::lock_guard guard(mutex_);
    if (wishes_.size() < most_wishes && !has_quit_) {
      wishes_.push_back({std::move(name), draining, std::move(done)});
      is_woken_ = true;
      changed_.notify_all();
      return;
    }
  }
  done(away("too much is asked of the cluster's tables"));
}

// --- under the mutex ----------------------------------------------------------------------------

/// Once all is in place: later partitions come and go, and what is asked for waits for them a
/// moment, here as on any node.
void member::note_readiness() {
  if (!steward_.id() || !steward_.lease().may_answer(clock_()))
    was_ready_ = false;
  else if (!was_ready_)
    was_ready_ = doors_.leads_everywhere(steward_.table(), steward_.id());
}

/// Without the database and its lease this node changes no table any more.
bool member::is_vain() const {
  return !is_reachable_ && !steward_.lease().may_answer(clock_());
}

bool member::is_drained() const {
  if (!steward_.id() || steward_.is_last()) return true;
  const auto& places = steward_.table().places;
  const auto is_named = [this](const partition_place& place) {
    return place.owner == steward_.id() || place.next == steward_.id();
  };
  return doors_.held().empty() && std::ranges::none_of(places, is_named);
}

/// A few times a lease; more often while partitions change hands, so that nobody waits long.
boot_clock::duration member::pause_length() const {
  const auto usual = options_.terms.lease / turns_a_lease;
  const auto is_moving = [](const partition_place& place) { return place.next.has_value(); };
  const bool hurries = is_leaving_ || std::ranges::any_of(steward_.table().places, is_moving);
  return hurries ? usual / hurry : usual;
}

boot_clock::duration member::until_turn() const {
  const std::lock_guard guard(mutex_);
  return is_woken_ ? shortest_pause : pause_length();
}

bool member::has_quit() const {
  const std::lock_guard guard(mutex_);
  return has_quit_;
}

// --- the thread ---------------------------------------------------------------------------------

void member::run(const std::stop_token& stop) {
  for (bool goes_on = true; goes_on && !stop.stop_requested();) {
    turn();
    goes_on = pause(stop);
  }
  std::deque<wish> waiting;
  {
    const std::lock_guard guard(mutex_);
    has_quit_ = true;
    waiting = std::exchange(wishes_, {});
    changed_.notify_all();
  }
  for (const auto& one : waiting) one.done(away("this node leaves the cluster"));
}

void member::turn() {
  {
    const std::lock_guard guard(mutex_);
    is_woken_ = false;
  }
  grant_wishes();
  const auto seen = read();
  for (const auto& one : think(seen))
    std::visit([this](const auto& what) { carry_out(what); }, one);
  point_doors();
  changed_.notify_all();
}

/// False: there is nothing left to do.
bool member::pause(const std::stop_token& stop) {
  std::unique_lock guard(mutex_);
  if (has_quit_) return false;
  changed_.wait_for(guard, stop, shortest_pause, [] { return false; });
  changed_.wait_for(guard, stop, pause_length() - shortest_pause, [this] { return is_woken_; });
  return true;
}

bool member::connect() {
  if (tables_) return true;
  auto made = ports_.connect();
  if (!made) {
    away_because_ = made.error().detail;
    return false;
  }
  tables_ = std::move(*made);
  return true;
}

journal_result<cluster_tables> member::read() {
  if (!connect()) return away(away_because_);
  auto seen = tables_->read();
  if (!seen) away_because_ = seen.error().detail;
  return seen;
}

std::vector<steward_order> member::think(const journal_result<cluster_tables>& seen) {
  const std::lock_guard guard(mutex_);
  const auto now = clock_();
  is_reachable_ = seen.has_value();
  if (seen) {
    look_for_dead(seen->nodes);
    hold_back(seen->nodes);
    log_.saw(*seen, steward_.id());
  }
  log_.tell_reach(is_reachable_, steward_.id().has_value(), steward_.lease().may_answer(now),
                  away_because_);
  const bool was_member = steward_.id().has_value();
  auto orders = steward_.tick(now, seen, doors_.held());
  if (was_member && !steward_.id()) {
    was_ready_ = false;
    spdlog::error("this node is no member of the cluster any more: {}",
                  steward_.is_replaced() ? "another process has joined under its name"
                                         : "the others thought that it had ended");
  }
  return orders;
}

/// Of those on this machine one need not wait for a lease.
void member::look_for_dead(const std::vector<node_row>& nodes) {
  for (const auto& row : nodes) {
    if (row.id == steward_.id() || !has_certainly_ended(row.profile.process)) continue;
    steward_.process_ended(row.id);
    log_.will_end(row.id, process_ended);
  }
}

/// The journal knows it for certain before it writes; this is for deciding accordingly.
void member::hold_back(const std::vector<node_row>& nodes) {
  auto types = held_back_from(nodes);
  const auto before = held_back_.load();
  if (types.empty() ? !before : before && *before == types) return;
  log_.holds_back(types);
  held_back_.store(types.empty() ? nullptr : std::make_shared<const event_names>(std::move(types)));
}

// --- wishes -------------------------------------------------------------------------------------

void member::grant_wishes() {
  std::deque<wish> wanted;
  {
    const std::lock_guard guard(mutex_);
    wanted = std::exchange(wishes_, {});
  }
  for (const auto& one : wanted) one.done(grant(one));
}

journal_result<void> member::grant(const wish& what) {
  std::optional<node_id> who;
  {
    const std::lock_guard guard(mutex_);
    for (const auto& row : steward_.nodes())
      if (row.id.name == what.name) who = row.id;
  }
  if (!who) return journal_error{journal_errc::not_found, "there is no node " + what.name};
  if (!connect()) return away(away_because_);
  return tables_->set_draining(*who, what.draining);
}

// --- doors --------------------------------------------------------------------------------------

void member::send(partition_id which, placing what) {
  place_order letter;
  letter.what = what;
  if (what == placing::open) letter.owner = to_string(*steward_.id());
  ports_.order(which, std::move(letter));
}

/// Doors of partitions that are not here lead to where the table says.
void member::point_doors() {
  std::vector<node_row> others;
  std::ranges::copy_if(steward_.nodes(), std::back_inserter(others),
                       [this](const node_row& row) { return row.id != steward_.id(); });
  if (steward_.id()) ports_.link_to(*steward_.id(), others);
  std::map<node_id, caf::actor> peers;
  for (const auto& row : others)
    if (auto peer = ports_.peer_of(row.id)) peers[row.id] = std::move(peer);

  std::vector<door_turn> turned;
  {
    const std::lock_guard guard(mutex_);
    look_for_links(others, peers);
    turned = doors_.turn(steward_.table(), peers, missing_.unreachable());
    note_readiness();
  }
  for (auto& one : turned) {
    place_order letter;
    letter.what = one.peer             ? placing::elsewhere
                  : one.is_unreachable ? placing::unreachable
                                       : placing::nowhere;
    letter.peer = std::move(one.peer);
    ports_.order(one.which, std::move(letter));
  }
}

void member::look_for_links(const std::vector<node_row>& others,
                            const std::map<node_id, caf::actor>& peers) {
  const auto before = missing_.unreachable();
  // Whoever is no member has no links, and is to have none.
  missing_.look(clock_(), steward_.id() ? others : std::vector<node_row>{}, peers);
  for (const auto& who : missing_.unreachable())
    if (!before.contains(who))
      spdlog::error(
          "cluster: node {} lives, but there is no link with it: what it has is refused here",
          to_string(who));
}

// --- orders -------------------------------------------------------------------------------------

void member::carry_out(const order::join&) {
  const auto sent = clock_();
  const auto result = tables_->join(options_.name, options_.profile, system_time());
  {
    const std::lock_guard guard(mutex_);
    steward_.joined(sent, result);
    is_woken_ |= has_changed(result);  // what is free is taken at once
  }
  if (!result && result.error().code == journal_errc::too_new)
    return end_as_too_old(result.error().detail);
  if (!result) return spdlog::warn("cluster: joining failed: {}", result.error().detail);
  log_.joined(*result, options_.profile.address);
}

/// Nothing but a later release helps: trying again would be of no use.
void member::end_as_too_old(const std::string& why) {
  spdlog::error("cluster: this node cannot join: {}", why);
  {
    const std::lock_guard guard(mutex_);
    has_quit_ = is_too_old_ = true;
  }
  ports_.replaced();
}

void member::carry_out(const order::renew& what) {
  const auto sent = clock_();
  const auto result = tables_->renew(what.who);
  const std::lock_guard guard(mutex_);
  steward_.renewed(sent, result);
}

/// If it fails it is ordered again.
void member::carry_out(const order::drain& what) {
  (void)tables_->set_draining(what.who, true);
}

void member::carry_out(const order::publish& what) {
  const auto result = tables_->publish(what.next, what.ended);
  if (result)
    for (const auto& one : what.ended) log_.will_end(one.id, lease_ended);
  const std::lock_guard guard(mutex_);
  steward_.published(what, result);
  is_woken_ |= has_changed(result);
}

void member::carry_out(const order::open& what) {
  {
    const std::lock_guard guard(mutex_);
    doors_.opens(what.partition);
  }
  send(what.partition, placing::open);
}

/// What it says meanwhile is newer than what was decided on.
void member::carry_out(const order::hand_over& what) {
  {
    const std::lock_guard guard(mutex_);
    if (!doors_.closes(what.partition)) return;
  }
  send(what.partition, placing::close);
}

/// It is held until its door says that it is not.
void member::carry_out(const order::cut& what) {
  {
    const std::lock_guard guard(mutex_);
    if (doors_.is_cut_anew(what.partition))
      spdlog::warn("cluster: partition {} is cut off: it did not finish in time, or went to others",
                   what.partition);
  }
  send(what.partition, placing::cut);
}

void member::carry_out(const order::stop&) {
  holdings all;
  {
    const std::lock_guard guard(mutex_);
    all = doors_.held();
  }
  for (const auto& [id, how] : all) send(id, placing::cut);
}

void member::carry_out(const order::leave& what) {
  const auto result = tables_->leave(what.who);
  if (result) spdlog::info("cluster: {} has left", to_string(what.who));
  const std::lock_guard guard(mutex_);
  steward_.left(result);
  is_woken_ |= has_changed(result);
}

void member::carry_out(const order::quit&) {
  bool is_replaced = false;
  {
    const std::lock_guard guard(mutex_);
    has_quit_ = true;
    is_replaced = steward_.is_replaced() && !is_leaving_;
  }
  if (is_replaced) ports_.replaced();
}

}  // namespace rentwave
