#include "tests/simulation/simulation.hpp"

#include <boost/describe/enum_to_string.hpp>

#include <algorithm>
#include <cstdio>

#include "persistence/timestamp.hpp"
#include "tests/simulation/crowd.hpp"

namespace rentwave::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t shown_events = 15;
/// How long the world may take to come to rest, in domain time: a careless renter's item is lost.
constexpr duration settling = one_day * 90;

node_options options_of(dice& chance) {
  static const std::vector rates{2400.0, 3600.0, 7200.0};
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
    tell_ = [this](const std::string& line) { mix(line); };
  }

  report run() {
    try {
      live();
      settle();
      check_end();
    } catch (const violation& found) {
      report_.violation = describe(found);
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
      work();
      if (faults_.is_time_to_crash()) crash();
      advance(milliseconds{dice_.between(20, 1'400)});
    }
  }

  /// Mostly until nothing is left to do, sometimes not: then time passes over what is under way.
  void work() {
    if (dice_.one_in(8)) {
      for (auto left = dice_.between(0, 60); left > 0 && world_.step(); --left) {
      }
    } else {
      world_.run();
    }
    read_along();
    orders_.collect(tell_);
    orders_.check_acknowledged(model_);
    check_reads();
  }

  void advance(duration real) {
    auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(world_.system().scheduler());
    scheduler.advance_time(real);
  }

  void crash() {
    for (auto left = dice_.between(0, 150); left > 0 && world_.step(); --left) {
    }
    world_.crash();
    ++report_.counts["crashes"];
    const auto unanswered = orders_.give_up(tell_);
    world_.journal().fail_reads(false);
    read_along();
    check_money(model_);
    orders_.check_acknowledged(model_);
    faults_.attach(world_.journal());
    reads_.clear();
    start();
    crowd_.ask_again(world_, orders_, unanswered);
  }

  /// Whose journal does not answer does not start; somebody tries again.
  void start() {
    try {
      world_.start();
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
      if ((*view)->version < one.at_least) throw violation{one.what, "a read of an old state"};
      if ((*view)->version > model_.versions[one.what])
        throw violation{one.what, "a read of a state that is not durable"};
    }
    std::erase_if(reads_, [](const auto& one) { return one.answer.done(); });
  }

  /// Nobody acts and nothing fails: alarms are prompt, and every rental comes to its end.
  void settle() {
    faults_.stop(world_.journal());
    const auto rest = world_.now() + world_.clock().in_domain(seconds{90});
    const auto slack = world_.clock().in_domain(seconds{5}) + one_hour;
    const auto last = world_.now() + settling;
    while (world_.now() < rest || !all_final()) {
      if (world_.now() > last) break;
      world_.run();
      read_along();
      orders_.collect(tell_);
      if (world_.now() >= rest) check_prompt(model_, world_.now(), slack);
      advance(seconds{1});
    }
    // What is owed after the last rental's end.
    world_.pass(seconds{90});
    read_along();
    orders_.collect(tell_);
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
    compare_states();
  }

  /// The entities believe what the checker believes.
  void compare_states() {
    for (const auto& [id, one] : model_.deals) {
      const auto state = world_.look(rental_ref(id))->as<rental::state>();
      if (state.now != one.now)
        throw violation{rental_ref(id), "its state is not that of its events"};
      if (!state.owed.empty())
        throw violation{rental_ref(id), "it still owes " + key_of(state.owed[0])};
    }
    for (const auto& [id, one] : model_.purses) {
      const auto state = world_.look(wallet_ref(id))->as<wallet::state>();
      if (state.balance != one.balance || state.owed() != one.debt())
        throw violation{wallet_ref(id), "its state is not that of its events"};
    }
    for (const auto& [id, one] : model_.adverts) {
      const auto state = world_.look(listing_ref(id))->as<listing::state>();
      if (!state.bookings.empty() || !state.owed.empty())
        throw violation{listing_ref(id), "a booking or a debt to others is left"};
    }
  }

  void read_along() {
    auto& store = world_.journal();
    store.fail_reads(false);
    auto connection = store.connect();
    const auto fresh = (*connection)->scan(sequence_, {}, 1'000'000);
    store.fail_reads(faults_.reads_fail());
    for (const auto& event : *fresh) {
      sequence_ = event.sequence;
      last_ = event.time;
      mix(std::to_string(event.partition) + '/' + std::to_string(event.position) + ' ' +
          to_string(event.entity) + ' ' + event.type + ' ' + format_instant(event.time) + ' ' +
          event.data);
      note(event);
      see(model_, event);
    }
    check_money(model_);
  }

  void note(const stored_event& event) {
    auto& events = recent_[event.entity];
    events.push_back(format_instant(event.time) + ' ' + event.type + ' ' + event.data);
    if (events.size() > shown_events) events.erase(events.begin());
    ++report_.counts["events"];
    if (event.entity.kind == entity_kind::rental) ++report_.counts["event " + event.type];
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
  testing::world world_;
  orders orders_;
  model model_;
  report report_;
  orders::told tell_;
  std::vector<read_under_way> reads_;
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
