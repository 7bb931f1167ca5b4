#include "tests/cluster/simulated_cluster.hpp"

#include <algorithm>
#include <deque>
#include <ranges>

#include "tests/cluster/places.hpp"

namespace rentwave::testing_cluster {

namespace {

using namespace std::chrono_literals;

constexpr sim_time interval = 1s;
constexpr sim_time call_limit = 2s;
/// A clock's drift at most, in thousandths: within what the margin of the lease allows for.
constexpr int most_drift = 50;
/// What a node that looks every second may miss: on the slowest clock.
constexpr sim_time longest_unnoticed{2500 * 1000 / (1000 - most_drift)};
/// The lease on the quickest clock.
constexpr sim_time shortest_lease{5000 * 1000 / (1000 + most_drift)};

std::string text_of(sim_time time) {
  return std::to_string(time.count()) + " ms";
}

}  // namespace

/// Runs one life of a node after the other.
struct simulated_cluster::machine {
  std::string name;
  node_roles roles;
  int drift = 0;  ///< of its clock, in thousandths
  boot_clock::duration leapt{};
  std::int64_t computer = 0;       ///< others that run on it can tell when this one has died
  std::uint64_t life = 0;          ///< counts
  std::unique_ptr<steward> state;  ///< null: nothing runs
  bool stays_down = false;
  sim_time frozen_until{0};
  holdings held;
  std::deque<steward_order> orders;
  sim_time ticked_at{0};
  bool ticks_at_once = false;

  bool runs() const { return state != nullptr; }
};

/// What becomes of a call: when it reaches the table, if it does, and when its answer the caller.
struct simulated_cluster::answer_fate {
  std::optional<sim_time> reaches;
  sim_time answered{};
  bool is_known = true;
};

simulated_cluster::simulated_cluster(std::uint64_t seed) : dice_(seed) {
  const auto count = dice_.between(2, 5);
  for (std::int64_t i = 0; i < count; ++i) {
    auto& one = *machines_.emplace_back(std::make_unique<machine>());
    one.name = std::string{static_cast<char>('a' + i)};
    one.drift = choose_drift();
    one.computer = dice_.between(0, count);
    one.roles.partitions = i == 0 || !dice_.one_in(6);
    agenda_.in(sim_time{dice_.between(0, 20'000)}, [this, &one] { start(one); });
  }
}

simulated_cluster::~simulated_cluster() = default;

/// Mostly as far from the true time as may be: there the bounds are.
int simulated_cluster::choose_drift() {
  if (dice_.one_in(3)) return static_cast<int>(dice_.between(-most_drift, most_drift));
  return dice_.one_in(2) ? most_drift : -most_drift;
}

// --- machines -----------------------------------------------------------------------------------

boot_time simulated_cluster::clock_of(const machine& one) const {
  const auto passed = std::chrono::nanoseconds{agenda_.now()} / 1000 * (1000 + one.drift);
  return boot_time{1h + passed + one.leapt};
}

void simulated_cluster::start(machine& one) {
  if (one.runs()) return;
  steward_options options;
  options.name = one.name;
  options.profile.roles = one.roles;
  options.partitions = partitions;
  one.state = std::make_unique<steward>(std::move(options));
  ++one.life;
  one.frozen_until = {};
  note(one.name + " starts");
  begin_tick(one);
}

void simulated_cluster::stop(machine& one) {
  note(one.name + " ends");
  one.state.reset();
  ++one.life;
  one.held.clear();
  one.orders.clear();
}

void simulated_cluster::freeze(machine& one, sim_time length) {
  note(one.name + " is paused for " + text_of(length));
  one.frozen_until = std::max(one.frozen_until, agenda_.now() + length);
}

/// To this life of it, once it is not paused.
void simulated_cluster::deliver(machine& one, std::function<void()> what) {
  const auto life = one.life;
  const auto when = std::max(agenda_.now(), one.frozen_until);
  agenda_.at(when, [this, &one, life, what = std::move(what)]() mutable {
    if (one.life != life || !one.runs()) return;
    if (agenda_.now() < one.frozen_until) return deliver(one, std::move(what));
    what();
  });
}

// --- calls --------------------------------------------------------------------------------------

simulated_cluster::answer_fate simulated_cluster::choose_fate() {
  answer_fate fate;
  fate.reaches = sim_time{dice_.between(1, 20)};
  fate.answered = *fate.reaches + sim_time{dice_.between(1, 20)};
  if (!with_trouble_ || !dice_.one_in(20)) return fate;
  fate.answered = call_limit;
  fate.is_known = false;
  if (dice_.one_in(3)) fate.reaches.reset();
  if (fate.reaches && dice_.one_in(2)) fate.reaches = sim_time{dice_.between(1, 9000)};
  return fate;
}

template <class Result>
void simulated_cluster::call(machine& one, std::function<Result()> what,
                             std::function<void(Result)> then) {
  const auto fate = choose_fate();
  const auto answer = std::make_shared<Result>(
      journal_error{journal_errc::unknown_outcome, "no answer came in time"});
  if (fate.reaches)
    agenda_.in(*fate.reaches, [this, answer, what = std::move(what), known = fate.is_known] {
      if (is_away()) {
        if (known) *answer = journal_error{journal_errc::unavailable, "the database is away"};
        return;
      }
      auto result = what();
      if (known) *answer = std::move(result);
    });
  const auto life = one.life;
  agenda_.in(fate.answered, [this, &one, life, answer, then = std::move(then)] {
    if (one.life != life) return;
    deliver(one, [answer, then] { then(*answer); });
  });
}

void simulated_cluster::begin_tick(machine& one) {
  one.ticks_at_once = false;
  using result = journal_result<cluster_tables>;
  call<result>(
      one, [this] { return tables_->read(); },
      [this, &one](const result& seen) { ticked(one, seen); });
}

void simulated_cluster::ticked(machine& one, const journal_result<cluster_tables>& seen) {
  one.ticked_at = agenda_.now();
  if (seen) look_for_dead(one, seen->nodes);
  const auto orders = one.state->tick(clock_of(one), seen, one.held);
  one.orders.assign(orders.begin(), orders.end());
  next_order(one);
}

/// As by its PID: of those alone that run on the same computer, and are in the table.
void simulated_cluster::look_for_dead(machine& one, const std::vector<node_row>& nodes) {
  for (const auto& row : nodes) {
    const auto& [whose, life] = lives_.at(row.id.incarnation);
    if (whose->computer != one.computer || (whose->runs() && whose->life == life)) continue;
    knew_dead_[{&one, one.life}].insert(row.id);
    one.state->process_ended(row.id);
  }
}

/// One after the other, as by one thread, which may be paused between any two.
void simulated_cluster::next_order(machine& one) {
  if (one.orders.empty()) {
    const auto pause = one.ticks_at_once ? sim_time{1} : interval;
    const auto life = one.life;
    agenda_.in(pause, [this, &one, life] {
      if (one.life == life) deliver(one, [this, &one] { begin_tick(one); });
    });
    return;
  }
  const auto what = one.orders.front();
  one.orders.pop_front();
  std::visit([&](const auto& order) { carry_out(one, order); }, what);
}

void simulated_cluster::carry_out(machine& one, const order::join&) {
  using result = journal_result<node_id>;
  call<result>(
      one,
      [this, whose = &one, life = one.life] {
        auto joined = tables_->join(whose->name, {"", whose->roles, "", {}}, {});
        if (!joined) return joined;
        last_renewal_[joined->incarnation] = agenda_.now();
        lives_[joined->incarnation] = {whose, life};
        return joined;
      },
      [this, &one, sent = clock_of(one)](const result& done) {
        one.state->joined(sent, done);
        if (done) note(to_string(*done) + " has joined");
        next_order(one);
      });
}

void simulated_cluster::carry_out(machine& one, const order::renew& what) {
  using result = journal_result<void>;
  call<result>(
      one,
      [this, who = what.who] {
        const auto done = tables_->renew(who);
        if (done) last_renewal_[who.incarnation] = agenda_.now();
        return done;
      },
      [this, &one, sent = clock_of(one)](const result& done) {
        one.state->renewed(sent, done);
        next_order(one);
      });
}

void simulated_cluster::carry_out(machine& one, const order::drain& what) {
  using result = journal_result<void>;
  call<result>(
      one, [this, what] { return tables_->set_draining(what.who, true); },
      [this, &one](const result&) { next_order(one); });
}

void simulated_cluster::carry_out(machine& one, const order::publish& what) {
  using result = journal_result<std::int64_t>;
  call<result>(
      one,
      [this, by = *one.state->id(), decided = one.ticked_at, what] {
        return publish(by, decided, what);
      },
      [this, &one, what](const result& done) {
        one.state->published(what, done);
        one.ticks_at_once = true;
        next_order(one);
      });
}

void simulated_cluster::carry_out(machine& one, const order::open& what) {
  one.held[what.partition] = holding::opening;
  const bool fails = with_trouble_ && dice_.one_in(10);
  const auto life = one.life;
  agenda_.in(sim_time{dice_.between(5, 300)}, [this, &one, life, fails, id = what.partition] {
    if (one.life != life) return;
    deliver(one, [&one, fails, id] {
      const auto found = one.held.find(id);
      if (found == one.held.end() || found->second != holding::opening) return;
      if (fails)
        one.held.erase(found);
      else
        found->second = holding::open;
    });
  });
  next_order(one);
}

void simulated_cluster::carry_out(machine& one, const order::hand_over& what) {
  one.held[what.partition] = holding::closing;
  const bool hangs = with_trouble_ && dice_.one_in(20);
  const auto life = one.life;
  if (!hangs)
    agenda_.in(sim_time{dice_.between(1, 3000)}, [this, &one, life, id = what.partition] {
      if (one.life != life) return;
      deliver(one, [&one, id] {
        const auto found = one.held.find(id);
        if (found != one.held.end() && found->second == holding::closing) one.held.erase(found);
      });
    });
  next_order(one);
}

void simulated_cluster::carry_out(machine& one, const order::cut& what) {
  one.held.erase(what.partition);
  next_order(one);
}

void simulated_cluster::carry_out(machine& one, const order::stop&) {
  note(one.name + " stops");
  one.held.clear();
  next_order(one);
}

void simulated_cluster::carry_out(machine& one, const order::leave& what) {
  using result = journal_result<void>;
  call<result>(
      one, [this, who = what.who] { return tables_->leave(who); },
      [this, &one](const result& done) {
        one.state->left(done);
        next_order(one);
      });
}

void simulated_cluster::carry_out(machine& one, const order::quit&) {
  stop(one);
  if (one.stays_down) return;
  agenda_.in(sim_time{dice_.between(100, 15'000)}, [this, &one] { start(one); });
}

// --- what must hold -----------------------------------------------------------------------------

void simulated_cluster::note(const std::string& what) {
  log_ += text_of(agenda_.now()) + "  " + what + '\n';
}

void simulated_cluster::violate(std::string what) {
  note("VIOLATION " + what);
  if (!violation_) violation_ = text_of(agenda_.now()) + ": " + std::move(what);
}

journal_result<std::int64_t> simulated_cluster::publish(const node_id& by, sim_time decided,
                                                        const order::publish& what) {
  const auto done = tables_->publish(what.next, what.ended);
  if (!done) return done;
  std::string moves;
  for (std::size_t i = 0; i < what.next.places.size(); ++i) {
    const auto before = i < table_.places.size() ? table_.places[i].owner : std::nullopt;
    const auto& after = what.next.places[i].owner;
    if (before == after) continue;
    ++owner_changes_;
    if (before) check_taking(by, decided, static_cast<partition_id>(i), *before);
  }
  table_ = what.next;
  table_.revision = *done;
  for (const auto& place : text_of(table_)) moves += ' ' + place;
  for (const auto& one : what.ended) moves += "  ended " + to_string(one.id);
  note(to_string(by) + " has published" + moves);
  return done;
}

void simulated_cluster::check_taking(const node_id& by, sim_time decided, partition_id id,
                                     const node_id& from) {
  const auto what = "partition " + std::to_string(id) + " of " + to_string(from);
  if (by == from) {
    const auto owner = std::ranges::find_if(
        machines_, [&](const auto& one) { return one->runs() && one->state->id() == from; });
    if (owner != machines_.end() && (*owner)->held.contains(id))
      violate(what + " was given away while it was held");
    return;
  }
  const auto takes = to_string(by) + " takes " + what;
  if (knew_dead_[lives_.at(by.incarnation)].contains(from)) return;
  const auto silent = agenda_.now() - last_renewal_[from.incarnation];
  if (silent < shortest_lease) violate(takes + ", which renewed " + text_of(silent) + " ago");
  // Decided before, it may come later: whose counter has not changed since then has ended.
  const auto there = decided - back_since_;
  if (there >= 0ms && there < shortest_lease)
    violate(takes + " with the database back for " + text_of(there));
}

void simulated_cluster::check_owners() {
  std::map<partition_id, const machine*> answering;
  for (const auto& one : machines_) {
    if (!one->runs() || !one->state->lease().may_answer(clock_of(*one))) continue;
    for (const auto& [id, how] : one->held) {
      if (how == holding::opening) continue;
      const auto [other, is_first] = answering.try_emplace(id, one.get());
      if (!is_first)
        violate("both " + other->second->name + " and " + one->name + " answer for partition " +
                std::to_string(id));
    }
  }
}

std::vector<node_id> simulated_cluster::takers() const {
  std::vector<node_id> all;
  for (const auto& one : machines_)
    if (one->runs() && one->roles.partitions && one->state->id()) all.push_back(*one->state->id());
  std::ranges::sort(all);
  return all;
}

std::optional<std::string> simulated_cluster::unrest() const {
  std::map<node_id, std::size_t> shares;
  for (const auto& id : takers()) shares[id] = 0;
  if (table_.places.size() != partitions) return "there is no table";
  for (std::size_t i = 0; i < partitions; ++i) {
    const auto which = "partition " + std::to_string(i);
    const auto& place = table_.places[i];
    if (!place.owner) return which + " has no owner";
    if (place.next) return which + " is on its way";
    if (!shares.contains(*place.owner)) return which + " is with " + to_string(*place.owner);
    ++shares[*place.owner];
    const auto owner = std::ranges::find_if(
        machines_, [&](const auto& one) { return one->runs() && one->state->id() == place.owner; });
    const auto held = (*owner)->held.find(static_cast<partition_id>(i));
    if (held == (*owner)->held.end() || held->second != holding::open)
      return which + " is not open";
    if (!(*owner)->state->lease().may_answer(clock_of(**owner)))
      return which + " is not answered for";
  }
  const auto sizes = std::views::values(shares);
  if (std::ranges::max(sizes) - std::ranges::min(sizes) > 1) return "the shares are uneven";
  return std::nullopt;
}

// --- trouble ------------------------------------------------------------------------------------

void simulated_cluster::run(sim_time end, bool with_trouble) {
  with_trouble_ = with_trouble;
  while (!violation_ && agenda_.step(end)) check_owners();
}

void simulated_cluster::trouble(sim_time length) {
  const auto end = agenda_.now() + length;
  for (auto when = agenda_.now(); when < end; when += sim_time{dice_.between(500, 8000)})
    agenda_.at(when, [this] { make_trouble(); });
  run(end, true);
}

void simulated_cluster::make_trouble() {
  const auto runs = [](const machine& one) { return one.runs(); };
  auto* one = pick(runs);
  switch (one ? dice_.between(0, 7) : 7) {
    case 0:
      stop(*one);
      agenda_.in(sim_time{dice_.between(100, 15'000)}, [this, one] { start(*one); });
      return;
    case 1:
    case 2:
      return freeze(*one, sim_time{dice_.between(200, 20'000)});
    case 3: {
      const auto length = sim_time{dice_.between(200, 12'000)};
      note("the database is away for " + text_of(length));
      if (!is_away()) away_since_ = agenda_.now();
      away_until_ = std::max(away_until_, agenda_.now() + length);
      if (away_until_ - away_since_ > longest_unnoticed) back_since_ = away_until_;
      return;
    }
    case 4:
      note(one->name + " drains, or not");
      if (one->state->id()) (void)tables_->set_draining(*one->state->id(), dice_.one_in(2));
      return;
    case 5:
      note(one->name + " is to leave");
      return one->state->leave(clock_of(*one));
    case 6: {
      // As when its machine slept, for longer than it may go without looking.
      const auto leap = std::chrono::seconds{dice_.between(3, 60)};
      note("the clock of " + one->name + " leaps");
      one->leapt += leap;
      return;
    }
    default:
      if (auto* down = pick([](const machine& each) { return !each.runs(); })) start(*down);
  }
}

void simulated_cluster::calm_down() {
  note("--- calm");
  for (const auto& one : machines_) {
    one->frozen_until = {};
    if (!one->runs()) start(*one);
    if (one->state->id()) (void)tables_->set_draining(*one->state->id(), false);
  }
}

simulated_cluster::machine* simulated_cluster::pick(
    const std::function<bool(const machine&)>& fits) {
  std::vector<machine*> found;
  for (const auto& one : machines_)
    if (fits(*one)) found.push_back(one.get());
  return found.empty() ? nullptr : dice_.pick(found);
}

bool simulated_cluster::one_joins() {
  auto& one = *machines_.emplace_back(std::make_unique<machine>());
  one.name = std::string{static_cast<char>('a' + std::ssize(machines_) - 1)};
  one.computer = std::ssize(machines_);
  one.drift = choose_drift();
  start(one);
  return true;
}

bool simulated_cluster::one_leaves() {
  if (takers().size() < 2) return false;
  auto* one = pick([](const machine& each) { return each.runs() && each.roles.partitions; });
  one->stays_down = true;
  note(one->name + " is to leave");
  one->state->leave(clock_of(*one));
  return true;
}

bool simulated_cluster::one_dies() {
  if (takers().size() < 2) return false;
  auto* one = pick([](const machine& each) { return each.runs() && each.roles.partitions; });
  one->stays_down = true;
  stop(*one);
  return true;
}

}  // namespace rentwave::testing_cluster
