#include "tests/simulation/simulation.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>

#include "persistence/reindex.hpp"
#include "persistence/timestamp.hpp"
#include "tests/simulation/comparison.hpp"
#include "tests/simulation/crowd.hpp"

namespace rentwave::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t shown_events = 15;
/// How long the world may take to come to rest, in domain time: a careless renter's item is lost.
constexpr duration settling = one_day * 90;
/// Of real time, between two rounds.
constexpr duration longest_step = milliseconds{1'400};
/// How long nothing must have failed before nothing may be late: an entity that died is woken
/// after the next reading of the alarms.
constexpr duration calm_enough = seconds{6};
/// 32 times the longest patience, and a little.
constexpr duration longest_backoff = seconds{32 * 5 + 20};

const std::vector rates{2400.0, 3600.0, 7200.0};

node_options options_of(dice& chance) {
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
        options_{options_of(dice_)},
        world_{faults_.wrap(options_)} {
    world_.shuffle(&dice_.engine());
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
    if (world_.is_running()) count();
    return std::move(report_);
  }

 private:
  void live() {
    faults_.attach(world_.journal());
    crowd_.arrive(world_, orders_);
    const auto end = world_.now() + one_day * plan_.days;
    while (world_.now() < end) {
      faults_.round(world_.journal());
      crowd_.act(world_, orders_, model_);
      look();
      hand_over();
      work();
      if (faults_.is_time_to_crash()) crash();
      advance(dice_.between(20'000, longest_step.count()) * std::chrono::microseconds{1});
    }
  }

  /// Mostly until nothing is left to do, sometimes not: then time passes over what is under way.
  void work() {
    if (dice_.one_in(8)) {
      for (auto left = dice_.between(0, 60); left > 0 && world_.step(); --left) {
      }
      read_along();
    } else {
      world_.run();
      read_along();
      check_memory();
    }
    orders_.collect(tell_);
    orders_.check_acknowledged(model_);
    check_reads();
  }

  /// Sometimes a partition is closed or cut off, perhaps because another owner took it, and opened
  /// again some rounds later. Who asks meanwhile waits, and in the end asks again.
  void hand_over() {
    using placing = place_order::placing;
    if (faults_.is_time_to_hand_over()) {
      const auto id = static_cast<partition_id>(dice_.between(0, options_.partitions - 1));
      if (away_.try_emplace(id, dice_.between(0, 40)).second) {
        const auto how = dice_.between(1, 4);
        if (how == 1 && connect()->take_over(id, "somebody")) ++report_.counts["partitions taken"];
        world_.order(id, {how > 2 ? placing::close : placing::cut});
        ++report_.counts["hand-overs"];
      }
    }
    for (auto& [id, rounds] : away_) --rounds;
    std::erase_if(away_, [this](const auto& one) {
      if (one.second > 0 || world_.state_of(one.first) != door_state::nowhere) return false;
      open(one.first);
      return true;
    });
  }

  void open(partition_id id) {
    const auto owner = "node." + std::to_string(++openings_);
    world_.order(id, {place_order::placing::open, owner});
  }

  void bring_all_back() {
    world_.run();
    for (const auto& [id, rounds] : std::exchange(away_, {})) open(id);
    world_.run();
  }

  /// Nothing failed for a while: then nothing is late.
  void check_memory() {
    const auto now = world_.real_now();
    if (!away_.empty() || faults_.active() || faults_.count() != faults_seen_) calm_.reset();
    faults_seen_ = faults_.count();
    if (!calm_) calm_ = {now, world_.now()};
    if (now - calm_->real < calm_enough) return;
    ++report_.counts["checks of time"];
    check_prompt(model_, world_.now(), world_.clock().in_domain(2 * longest_step), calm_->domain);
  }

  void advance(duration real) {
    auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(world_.system().scheduler());
    scheduler.advance_time(real);
  }

  void crash() {
    for (auto left = dice_.between(0, 150); left > 0 && world_.step(); --left) {
    }
    world_.crash();
    away_.clear();
    ++report_.counts["crashes"];
    const auto unanswered = orders_.give_up(tell_);
    read_along();
    calm_.reset();
    check_money(model_);
    orders_.check_acknowledged(model_);
    faults_.attach(world_.journal());
    reads_.clear();
    start();
    crowd_.ask_again(world_, orders_, unanswered);
  }

  /// After a while, in which the clock may have been set back; sometimes at another rate. Whose
  /// journal does not answer does not start; somebody tries again.
  void start() {
    duration down{};
    if (dice_.one_in(3)) down = milliseconds{dice_.between(0, 20'000)};
    if (dice_.one_in(12)) down = milliseconds{-dice_.between(0, 30'000)};
    if (down < duration{}) ++report_.counts["clocks set back"];
    if (dice_.one_in(8)) world_.set_rate(dice_.pick(rates));
    try {
      world_.start(down);
    } catch (const std::runtime_error&) {
      ++report_.counts["failed starts"];
      world_.journal().fail_reads(false);
      world_.start();
    }
  }

  // --- reading ---

  /// Somebody looks at something: what is durable by now, and nothing that is not.
  void look() {
    if (model_.versions.empty()) return;
    const auto& [what, version] =
        *std::next(model_.versions.begin(), dice_.between(0, std::ssize(model_.versions) - 1));
    reads_.push_back({what, version, world_.query(what, dice_.one_in(5))});
  }

  void check_reads() {
    for (const auto& one : reads_) {
      const auto* view = one.answer.value();
      if (!view) continue;
      ++report_.counts["reads"];
      mix("read " + to_string(one.what) + ' ' + std::to_string((*view)->version));
      if ((*view)->version < one.at_least) throw violation{one.what, "a read of an old state"};
      if ((*view)->version > model_.versions[one.what])
        throw violation{one.what, "a read of a state that is not durable"};
    }
    std::erase_if(reads_, [](const auto& one) { return one.answer.done(); });
  }

  /// Nobody acts and nothing fails: alarms are prompt, and every rental comes to its end.
  void settle() {
    faults_.stop(world_.journal());
    bring_all_back();
    release_quarantined();
    replay_dead_letters();
    const auto rest = world_.now() + world_.clock().in_domain(seconds{90});
    const auto last = world_.now() + settling;
    while (world_.now() < rest || !all_final()) {
      if (world_.now() > last) break;
      world_.run();
      read_along();
      orders_.collect(tell_);
      check_memory();
      advance(seconds{1});
    }
    // What is owed after the last rental's end, and was asked for in vain for long.
    world_.pass(longest_backoff);
    read_along();
    orders_.collect(tell_);
  }

  /// What kept failing is out of service; now that nothing fails an operator lets it in again.
  void release_quarantined() {
    std::set<partition_id> seen;
    for (const auto& [any, version] : model_.versions) {
      const auto partitions = static_cast<std::size_t>(options_.partitions);
      if (!seen.insert(partition_of(any, partitions)).second) continue;
      for (const auto& one : world_.report(any)->quarantine) {
        ++report_.counts["quarantined"];
        world_.release(one.entity);
      }
    }
  }

  /// Likewise with what a subscription has given up.
  void replay_dead_letters() {
    std::set<std::pair<std::string, entity_ref>> parked;
    for (const auto& one : *connect()->dead_letters({}, {}, 1'000))
      parked.emplace(one.subscription, one.entity);
    for (const auto& [subscription, entity] : parked) {
      ++report_.counts["dead letters"];
      world_.replay(subscription, entity);
    }
  }

  bool all_final() const {
    return std::ranges::all_of(model_.deals, [](const auto& one) { return one.second.is_final(); });
  }

  void check_end() {
    orders_.check_all_answered();
    check_reads();
    if (!reads_.empty()) throw violation{reads_[0].what, "a read never had an answer"};
    orders_.check_against(model_);
    check_money(model_);
    check_settled(model_);
    check_webhooks(model_, world_.now(), world_.clock().in_domain(seconds{10}));
    faults_.provider().check_against(model_);
    faults_.webhooks().check_against(model_);
    compare_states(world_, options_.partitions, model_);
    compare_rows(*connect(), model_);
    // The rows that a reindex makes of all events are the same.
    if (const auto again = reindex(*connect(), [](std::int64_t, std::int64_t) {}); !again)
      throw violation{{}, "the read models cannot be made anew: " + again.error().detail};
    compare_rows(*connect(), model_);
    // Once more, of what a new process makes of it.
    world_.crash();
    world_.start();
    world_.pass(seconds{2});
    read_along();
    compare_states(world_, options_.partitions, model_);
  }

  std::unique_ptr<journal> connect() { return *world_.journal().connect(); }

  void read_along() {
    auto& store = world_.journal();
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
    counts["faults"] = faults_.count();
    counts["payments refused"] = faults_.provider().refusals();
    counts["payments repeated"] = faults_.provider().repeats();
    counts["posts refused"] = faults_.webhooks().refusals();
    counts["posts repeated"] = faults_.webhooks().repeats();
    for (const auto& [id, one] : model_.deals)
      ++counts[std::string{"rentals "} + boost::describe::enum_to_string(one.now, "?")];
    for (const auto& [id, one] : model_.deals) counts["late periods"] += std::ssize(one.periods);
  }

  struct read_under_way {
    entity_ref what;
    std::int64_t at_least;
    testing::pending<view_ptr> answer;
  };

  plan plan_;
  dice dice_;
  faults faults_;
  crowd crowd_;
  node_options options_;
  model model_;  // outlives the world, whose receivers look at it
  testing::world world_;
  orders orders_;
  report report_;
  orders::told tell_;
  std::vector<read_under_way> reads_;
  struct moment {
    instant real;
    instant domain;
  };
  std::optional<moment> calm_;                 ///< since when nothing has failed
  std::map<partition_id, std::int64_t> away_;  ///< for how many rounds
  int openings_ = 0;
  std::int64_t faults_seen_ = 0;
  std::int64_t sequence_ = 0;
  instant last_;
  std::map<entity_ref, std::vector<std::string>> recent_;
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
