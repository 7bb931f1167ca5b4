#include "tests/simulation/simulation.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <memory>
#include <set>

#include "persistence/reindex.hpp"
#include "persistence/timestamp.hpp"
#include "tests/simulation/comparison.hpp"
#include "tests/simulation/crowd.hpp"
#include "tests/simulation/nodes.hpp"
#include "tests/simulation/reads.hpp"

namespace rentwave::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t shown_events = 15;
constexpr std::size_t just_changed = 4;
/// How long the world may take to come to rest, in domain time: a careless renter's item is lost.
constexpr duration settling = one_day * 90;
/// Of real time, between two rounds.
constexpr duration longest_step = milliseconds{1'400};
/// How long nothing must have failed before nothing may be late: an entity that died is woken
/// after its backoff and the next reading of the alarms.
constexpr duration calm_enough = seconds{6};
/// 32 times the longest patience, and a little.
constexpr duration longest_backoff = seconds{32 * 5 + 20};

const std::vector rates{2400.0, 3600.0, 7200.0};

node_options options_of(dice& chance, int nodes) {
  static const std::vector<duration> spans{seconds{5}, seconds{20}, seconds{60}};
  node_options options;
  options.partitions = static_cast<int>(chance.between(3, 5));
  options.readers = static_cast<int>(chance.between(1, 2));
  options.clock_rate = chance.pick(rates);
  // Short against the story, so that sleep, forgetting and re-reading happen in it.
  options.idle_time = chance.pick(spans);
  options.answer_memory = chance.one_in(3) ? std::chrono::minutes{10} : chance.pick(spans);
  options.alarm_horizon = chance.pick(spans);
  options.retry_delay = milliseconds{chance.between(500, 5'000)};
  options.restarts.longest_backoff = seconds{2};
  // Among nodes that come and go nobody lets in again what would be quarantined.
  options.restarts.failures = nodes > 1 ? 1'000 : static_cast<int>(chance.between(1, 4));
  static const std::vector<std::int64_t> snapshots{2, 7, 100};
  options.snapshot_events = chance.pick(snapshots);
  return options;
}

class history {
 public:
  explicit history(const plan& wanted)
      : plan_{wanted},
        dice_{wanted.seed},
        faults_{wanted.seed + 1'000'000, {}},
        crowd_{wanted.seed + 2'000'000, wanted.users},
        options_{options_of(dice_, wanted.nodes)},
        nodes_{wanted.nodes, wanted.seed + 3'000'000, faults_.wrap(options_), faults_,
               dice_.engine()} {
    nodes_.ended = [this](int which) { ended(which); };
    faults_.webhooks().known = &model_;
    tell_ = [this](const std::string& line) { mix(line); };
  }

  report run() {
    try {
      live();
      settle();
      check_end();
    } catch (const violation& found) {
      report_.violation = describe(found);
    } catch (const std::exception& failure) {
      report_.violation = describe({{}, std::string{"an exception: "} + failure.what()});
    }
    if (nodes_.are_running()) count();
    return std::move(report_);
  }

 private:
  /// Of a partition that is nobody's.
  struct absence {
    std::int64_t rounds;  ///< until it is opened
    bool is_opened = false;
  };

  void live() {
    faults_.attach(nodes_.journal());
    crowd_.arrive(nodes_, orders_);
    const auto end = nodes_.now() + one_day * plan_.days;
    while (nodes_.now() < end) {
      faults_.round(nodes_.journal());
      crowd_.act(nodes_, orders_, model_);
      look();
      if (nodes_.is_one())
        hand_over();
      else if (faults_.is_time_for_trouble())
        trouble();
      work();
      if (faults_.is_time_to_crash()) crash();
      nodes_.advance(dice_.between(20'000, longest_step.count()) * std::chrono::microseconds{1});
      ask_again();
    }
  }

  /// Mostly until nothing is left to do, sometimes not: then time passes over what is under way.
  void work() {
    if (dice_.one_in(8)) {
      work_a_little(60);
      read_along();
    } else {
      nodes_.run();
      read_along();
      check_memory();
    }
    orders_.collect(tell_);
    orders_.check_acknowledged(model_);
    reads_.collect(model_, tell_);
  }

  /// Whatever comes next comes in the middle of something.
  void work_a_little(int most) {
    for (auto left = dice_.between(0, most); left > 0 && nodes_.step(); --left) {
    }
  }

  void trouble() {
    work_a_little(150);
    nodes_.trouble();
  }

  /// Sometimes a partition is closed or cut off, perhaps because another owner took it, and opened
  /// again some rounds later. Who asks meanwhile waits, and in the end asks again.
  void hand_over() {
    using placing = place_order::placing;
    if (faults_.is_time_to_hand_over()) {
      const auto id = static_cast<partition_id>(dice_.between(0, options_.partitions - 1));
      if (away_.try_emplace(id, absence{dice_.between(0, 40)}).second) {
        const auto how = dice_.between(1, 4);
        if (how == 1 && connect()->take_over(id, "somebody")) ++report_.counts["partitions taken"];
        nodes_.only().order(id, {how > 2 ? placing::close : placing::cut});
        ++report_.counts["hand-overs"];
      }
    }
    // Whoever opens it looks again: it may have been closing still.
    const auto state = [this](partition_id id) { return nodes_.only().state_of(id); };
    std::erase_if(away_, [&](const auto& one) {
      return one.second.is_opened && state(one.first) == door_state::open;
    });
    for (auto& [id, one] : away_) {
      if (--one.rounds > 0 || state(id) != door_state::nowhere) continue;
      open(id);
      one.is_opened = true;
    }
  }

  void open(partition_id id) {
    const auto owner = "node." + std::to_string(++openings_);
    nodes_.only().order(id, {place_order::placing::open, owner});
  }

  void bring_all_back() {
    nodes_.run();
    for (const auto& [id, one] : std::exchange(away_, {})) open(id);
    nodes_.run();
    nodes_.heal();
  }

  /// Nothing failed for a while: then nothing is late.
  void check_memory() {
    const auto now = nodes_.real_now();
    // A node without its database is like a journal that fails; what the network loses is sent
    // again after a want's patience. Quiet begins when all of that is over.
    if (nodes_.unrest() || nodes_.mishaps() != std::exchange(mishaps_seen_, nodes_.mishaps()))
      return calm_.reset();
    if (!away_.empty() || faults_.active() || faults_.count() != faults_seen_) calm_.reset();
    faults_seen_ = faults_.count();
    if (!calm_) {
      if (!is_all_in_service()) return;
      read_along();
      calm_ = {nodes_.real_now(), nodes_.now()};
    }
    if (now - calm_->real < calm_enough) return;
    ++report_.counts["checks of time"];
    check_prompt(model_, nodes_.now(), nodes_.clock().in_domain(2 * longest_step), calm_->domain);
  }

  void crash() {
    work_a_little(150);
    ++report_.counts["crashes"];
    if (!nodes_.is_one()) return nodes_.crash_one();
    nodes_.only().crash();
    ended(0);
    start();
    ask_again();
  }

  /// A process has ended: what it has acknowledged is there, and nobody else is answered by it.
  void ended(int which) {
    away_.clear();
    for (const auto one : orders_.give_up(tell_, which)) unanswered_.push_back(one);
    read_along();
    calm_.reset();
    check_money(model_);
    orders_.check_acknowledged(model_);
    faults_.attach(nodes_.journal());
    reads_.give_up(which);
  }

  void ask_again() { crowd_.ask_again(nodes_, orders_, std::exchange(unanswered_, {})); }

  /// After a while, in which the clock may have been set back; sometimes at another rate. Whose
  /// journal does not answer does not start; somebody tries again.
  void start() {
    duration down{};
    if (dice_.one_in(3)) down = milliseconds{dice_.between(0, 20'000)};
    if (dice_.one_in(12)) down = milliseconds{-dice_.between(0, 30'000)};
    if (down < duration{}) ++report_.counts["clocks set back"];
    if (dice_.one_in(8)) nodes_.only().set_rate(dice_.pick(rates));
    try {
      nodes_.only().start(down);
    } catch (const std::runtime_error&) {
      ++report_.counts["failed starts"];
      nodes_.journal().fail_reads(false);
      nodes_.only().start();
    }
  }

  // --- reading ---

  /// Somebody looks at something, of several nodes at what has changed just now, too: who was
  /// replaced may not know of it.
  void look() {
    if (!nodes_.is_one()) read_along();
    if (model_.versions.empty()) return;
    const auto& [what, version] =
        *std::next(model_.versions.begin(), dice_.between(0, std::ssize(model_.versions) - 1));
    reads_.look(nodes_, what, version, dice_.one_in(5));
    if (nodes_.is_one()) return;
    for (const auto& one : changed_) reads_.look(nodes_, one, model_.versions.at(one), false);
  }

  /// Nobody acts and nothing fails: alarms are prompt, and every rental comes to its end.
  void settle() {
    faults_.stop(nodes_.journal());
    bring_all_back();
    release_quarantined();
    replay_dead_letters();
    const auto rest = nodes_.now() + nodes_.clock().in_domain(seconds{90});
    const auto last = nodes_.now() + settling;
    while (nodes_.now() < rest || !all_final()) {
      if (nodes_.now() > last) break;
      nodes_.run();
      read_along();
      orders_.collect(tell_);
      check_memory();
      nodes_.advance(seconds{1});
    }
    // What is owed after the last rental's end, and was asked for in vain for long.
    nodes_.pass(longest_backoff);
    read_along();
    orders_.collect(tell_);
  }

  /// What kept failing is out of service; now that nothing fails an operator lets it in again.
  void release_quarantined() {
    for (const auto& one : quarantined()) {
      ++report_.counts["quarantined"];
      nodes_.release(one);
    }
  }

  std::vector<entity_ref> quarantined() {
    std::vector<entity_ref> found;
    std::set<partition_id> seen;
    for (const auto& [any, version] : model_.versions) {
      const auto partitions = static_cast<std::size_t>(options_.partitions);
      if (!seen.insert(partition_of(any, partitions)).second) continue;
      const auto report = nodes_.report(any);
      for (const auto& one : report->quarantine) found.push_back(one.entity);
    }
    return found;
  }

  /// While things fail an operator comes by only sometimes.
  bool is_all_in_service() {
    if (!nodes_.is_one() || quarantined().empty()) return true;
    if (!dice_.one_in(4)) return false;
    release_quarantined();
    return true;
  }

  /// Likewise with what a subscription has given up.
  void replay_dead_letters() {
    std::set<std::pair<std::string, entity_ref>> parked;
    const auto letters = connect()->dead_letters({}, {}, 1'000);
    for (const auto& one : *letters) parked.emplace(one.subscription, one.entity);
    for (const auto& [subscription, entity] : parked) {
      ++report_.counts["dead letters"];
      nodes_.replay(subscription, entity);
    }
  }

  bool all_final() const {
    return std::ranges::all_of(model_.deals, [](const auto& one) { return one.second.is_final(); });
  }

  void check_end() {
    orders_.check_all_answered();
    reads_.collect(model_, tell_);
    reads_.check_all_answered();
    orders_.doubt([this](command_id which) { return nodes_.carried_again(which); });
    orders_.check_against(model_);
    check_money(model_);
    check_settled(model_);
    check_webhooks(model_, nodes_.now(), nodes_.clock().in_domain(seconds{10}));
    faults_.provider().check_against(model_);
    faults_.webhooks().check_against(model_);
    compare_states(nodes_, options_.partitions, model_);
    compare_rows(*connect(), model_);
    // The rows that a reindex makes of all events are the same.
    if (const auto again = reindex(*connect(), [](std::int64_t, std::int64_t) {}); !again)
      throw violation{{}, "the read models cannot be made anew: " + again.error().detail};
    compare_rows(*connect(), model_);
    // Once more, of what a new process makes of it.
    nodes_.restart();
    nodes_.pass(seconds{2});
    read_along();
    compare_states(nodes_, options_.partitions, model_);
  }

  std::unique_ptr<journal> connect() { return *nodes_.journal().connect(); }

  void read_along() {
    auto& store = nodes_.journal();
    store.fail_reads(false);
    const auto connection = connect();
    const auto fresh = connection->scan(sequence_, {}, 1'000'000);
    const auto overlaps = connection->overlapping_reservations();
    store.fail_reads(faults_.reads_fail());
    mix("appends " + std::to_string(faults_.appends()));
    for (const auto& event : fresh->events) {
      sequence_ = event.sequence;
      last_ = event.time;
      mix(std::to_string(event.partition) + '/' + std::to_string(event.position) + ' ' +
          to_string(event.entity) + ' ' + event.type + ' ' + format_instant(event.time) + ' ' +
          event.data + ' ' + to_string(event.command) + ' ' + std::to_string(event.n) + ' ' +
          event.actor);
      note(event);
      see(model_, event);
    }
    check_money(model_);
    if (!overlaps->empty())
      throw violation{listing_ref(overlaps->front().listing), "rows of bookings that overlap"};
  }

  void note(const stored_event& event) {
    auto& events = recent_[event.entity];
    events.push_back(format_instant(event.time) + ' ' + event.type + ' ' + event.data);
    if (events.size() > shown_events) events.erase(events.begin());
    changed_.push_back(event.entity);
    if (changed_.size() > just_changed) changed_.pop_front();
    ++report_.counts["events"];
    ++report_.counts["event " + event.type];
    if (plan_.verbose)
      std::fprintf(stderr, "%s %s\n", to_string(event.entity).c_str(), events.back().c_str());
  }

  void mix(const std::string& line) {
    for (const unsigned char c : line) report_.trace = (report_.trace ^ c) * 0x100000001B3ULL;
    report_.trace = (report_.trace ^ 0xFF) * 0x100000001B3ULL;
  }

  std::string describe(const violation& found) const {
    std::string text = "seed " + std::to_string(plan_.seed) + ", after " + format_instant(last_) +
                       ", " + to_string(found.where) + ": " + found.what() + '\n';
    if (const auto events = recent_.find(found.where); events != recent_.end())
      for (const auto& line : events->second) text += "  " + line + '\n';
    return text;
  }

  void count() {
    auto& counts = report_.counts;
    counts["commands"] = static_cast<std::int64_t>(orders_.size());
    counts["refusals"] = orders_.refusals();
    counts["errors"] = orders_.errors();
    counts["reads"] = reads_.count();
    counts["faults"] = faults_.count();
    counts["payments refused"] = faults_.provider().refusals();
    counts["payments repeated"] = faults_.provider().repeats();
    counts["posts refused"] = faults_.webhooks().refusals();
    counts["posts repeated"] = faults_.webhooks().repeats();
    for (const auto& [id, one] : model_.deals)
      ++counts[std::string{"rentals "} + boost::describe::enum_to_string(one.now, "?")];
    for (const auto& [id, one] : model_.deals) counts["late periods"] += std::ssize(one.periods);
    for (const auto& [what, how_many] : nodes_.counts()) counts[what] += how_many;
  }

  plan plan_;
  dice dice_;
  faults faults_;
  crowd crowd_;
  node_options options_;
  model model_;  // outlives the nodes, whose receivers look at it
  nodes nodes_;
  orders orders_;
  report report_;
  orders::told tell_;
  reads reads_;
  std::vector<std::size_t> unanswered_;  ///< orders, by a process that ended
  struct moment {
    instant real;
    instant domain;
  };
  std::optional<moment> calm_;  ///< since when nothing has failed
  std::map<partition_id, absence> away_;
  int openings_ = 0;
  std::int64_t faults_seen_ = 0;
  std::int64_t mishaps_seen_ = 0;
  std::int64_t sequence_ = 0;
  instant last_;
  std::map<entity_ref, std::vector<std::string>> recent_;
  std::deque<entity_ref> changed_;  ///< by the last events
};

}  // namespace

std::string report::text() const {
  std::string result;
  if (violation) result += "VIOLATION " + *violation;
  char line[32];
  std::snprintf(line, sizeof line, "trace %016llx\n", static_cast<unsigned long long>(trace));
  result += line;
  for (const auto& [what, how_many] : counts)
    result += what + ' ' + std::to_string(how_many) + '\n';
  return result;
}

report simulate(const plan& wanted) {
  return history{wanted}.run();
}

}  // namespace rentwave::simulation
