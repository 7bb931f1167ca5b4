#include "tests/simulation/nodes.hpp"

#include <algorithm>
#include <utility>

#include "tests/simulation/model.hpp"

namespace rentwave::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Until all that was cut off, stopped or thought dead has its place again: a lease until it may
/// judge, another for what a dead one had, and some time for everything else.
constexpr duration healing = seconds{40};
/// What somebody who only looks waits for, at most.
constexpr duration patience = seconds{60};
constexpr int table_fault_one_in = 40;
/// A link as it promises to be, but for messages that are late.
constexpr weather fair{.late = 60};
constexpr weather foul{.late = 60, .lost = 150, .repeated = 30, .overtaken = 30};

}  // namespace

nodes::nodes(int count, std::uint64_t seed, const node_options& options, faults& chance,
             std::mt19937_64& order)
    : faults_{chance}, order_{order} {
  if (count == 1) {
    only_ = std::make_unique<testing::world>(options);
    only_->shuffle(&order_);
    return;
  }
  around_.reset(new surroundings{.chance = dice{seed}});
  around_->between.change(around_->chance.one_in(2) ? fair : foul);
  around_->tables.on_call([this](membership_call) {
    static const std::vector kinds{membership_fault::unavailable,
                                   membership_fault::unknown_not_done,
                                   membership_fault::unknown_done};
    if (!is_troubled_ || !around_->chance.one_in(table_fault_one_in)) return membership_fault::none;
    return around_->chance.pick(kinds);
  });
  for (int i = 0; i < count; ++i) {
    all_.push_back(std::make_unique<cluster_node>(i, options, *around_, [this, i] {
      ++counts_["nodes that ended"];
      crash(i, true);
    }));
    all_.back()->world().shuffle(&order_);
  }
  for (int i = 0; i < count; ++i) start(i);
  settle_down();
  is_troubled_ = true;
}

nodes::~nodes() = default;

// --- which --------------------------------------------------------------------------------------

std::ptrdiff_t nodes::running() const {
  return std::ranges::count_if(all_, [](const auto& one) { return one->runs(); });
}

bool nodes::are_running() const {
  return is_one() ? only_->is_running() : running() > 0;
}

const testing::world& nodes::any() const {
  if (is_one()) return *only_;
  const auto found = std::ranges::find_if(all_, [](const auto& one) { return one->runs(); });
  return (*found)->world();
}

testing::world& nodes::any() {
  return const_cast<testing::world&>(std::as_const(*this).any());
}

testing::world& nodes::at(int which) {
  return is_one() ? *only_ : all_[static_cast<std::size_t>(which)]->world();
}

cluster_node* nodes::pick(const std::function<bool(const cluster_node&)>& fits) {
  std::vector<cluster_node*> found;
  for (const auto& one : all_)
    if (fits(*one)) found.push_back(one.get());
  return found.empty() ? nullptr : around_->chance.pick(found);
}

// --- what people do -----------------------------------------------------------------------------

int nodes::choose() {
  if (is_one()) return 0;
  const auto* chosen = pick([](const auto& one) { return one.runs(); });
  const auto found = std::ranges::find(all_, chosen, [](const auto& one) { return one.get(); });
  return static_cast<int>(found - all_.begin());
}

testing::pending<outcome> nodes::send(int through, entity_ref to, any_command body, command_id id,
                                      account_id caller, instant cause) {
  return at(through).send(std::move(to), std::move(body), id, caller, cause);
}

testing::pending<view_ptr> nodes::query(int through, entity_ref of, bool settled) {
  return at(through).query(std::move(of), settled);
}

command_id nodes::fresh_id() {
  return derive_id<command_id>(command_id{}, "test/" + std::to_string(++ids_));
}

template <class Answer>
Answer nodes::wait_for(const testing::pending<Answer>& waiting, const entity_ref& whom) {
  run();
  for (auto left = is_one() ? duration{} : patience; !waiting.done() && left > duration{};
       left -= milliseconds{10})
    advance(milliseconds{10});
  if (!waiting.done()) throw violation{whom, "it does not answer"};
  if (waiting.failed())
    throw violation{whom,
                    "it answers " + any().system().render(std::get<caf::error>(**waiting.slot))};
  return *waiting.value();
}

view_ptr nodes::look(const entity_ref& of) {
  return wait_for(query(choose(), of), of);
}

report_ptr nodes::report(const entity_ref& of) {
  return wait_for(at(choose()).begin_report(of), of);
}

void nodes::release(const entity_ref& from_quarantine) {
  wait_for(at(choose()).begin_release(from_quarantine), from_quarantine);
}

void nodes::replay(const std::string& subscription, const entity_ref& of) {
  wait_for(at(choose()).begin_replay(subscription, of), of);
}

// --- how time goes on ---------------------------------------------------------------------------

bool nodes::step() {
  if (is_one()) return only_->step();
  std::vector<cluster_node*> ready;
  for (const auto& one : all_)
    if (one->world().has_work() && !one->is_paused()) ready.push_back(one.get());
  if (ready.empty()) return false;
  auto& next = *ready[order_() % ready.size()];
  if (next.has_database()) return next.world().step();
  faults_.cut_off(journal(), true);
  const bool stepped = next.world().step();
  faults_.cut_off(journal(), false);
  return stepped;
}

void nodes::run() {
  do {
    while (step()) {
    }
  } while (!is_one() && around_->coming.next() == around_->coming.now() &&
           around_->coming.step(around_->coming.now()));
}

void nodes::advance(duration real) {
  if (is_one()) return only_->advance(real);
  auto& coming = around_->coming;
  const auto move_to = [this](sim_time when) {
    for (const auto& one : all_) one->move_to(when);
  };
  const auto end = coming.now() + std::chrono::ceil<sim_time>(real);
  for (auto next = coming.next(); next && *next <= end; next = coming.next()) {
    move_to(*next);
    coming.step(*next);
    // Mostly all that can be done now is done; sometimes the next thing happens before.
    if (!is_troubled_ || !around_->chance.one_in(8)) {
      while (step()) {
      }
    } else {
      for (auto left = around_->chance.between(0, 20); left > 0 && step(); --left) {
      }
    }
  }
  move_to(end);
  coming.step(end);
}

void nodes::pass(duration real) {
  run();
  for (auto left = real; left > duration{}; left -= seconds{1}) {
    advance(std::min<duration>(left, seconds{1}));
    run();
  }
}

// --- what happens to several --------------------------------------------------------------------

void nodes::start(int which) {
  const auto& one = all_[static_cast<std::size_t>(which)];
  if (one->runs()) return;
  if (one->start()) return;
  ++counts_["failed starts"];
  around_->coming.in(seconds{1}, [this, which] { start(which); });
}

/// Somebody starts it again; at once, if nobody else is there.
void nodes::crash(int which, bool stays_down) {
  all_[static_cast<std::size_t>(which)]->crash();
  ended(which);
  while (running() == 0) {
    faults_.cut_off(journal(), false);
    journal().fail_reads(false);
    start(which);
  }
  const auto down = stays_down && is_troubled_ ? around_->chance.between(100, 15'000) : 100;
  around_->coming.in(sim_time{down}, [this, which] { start(which); });
}

void nodes::crash_one() {
  crash(choose(), true);
}

void nodes::trouble() {
  ++mishaps_;
  auto& chance = around_->chance;
  auto& one = *pick([](const auto& each) { return each.runs(); });
  const auto* other = pick([&](const auto& each) { return &each != &one; });
  const auto index_of = [this](const cluster_node* which) {
    const auto found = std::ranges::find(all_, which, [](const auto& each) { return each.get(); });
    return static_cast<int>(found - all_.begin());
  };
  const auto span = [&](std::int64_t most) { return sim_time{chance.between(200, most)}; };
  switch (chance.between(0, 7)) {
    case 0:
    case 1:
      ++counts_["pauses"];
      return one.pause(span(15'000));
    case 2:
    case 3: {
      ++counts_["cuts"];
      const auto length = span(12'000);
      around_->between.cut(index_of(&one), index_of(other), length);
      if (chance.one_in(2)) around_->between.cut(index_of(other), index_of(&one), length);
      return;
    }
    case 4:
      ++counts_["nodes without database"];
      return one.lose_database(span(12'000));
    case 5:
      ++counts_["drains"];
      return one.drain(chance.one_in(2));
    case 6:
      if (running() < 2) return;
      ++counts_["departures"];
      return one.leave();
    default:
      // All of it at once: it neither hears nor reads.
      ++counts_["pauses beyond the lease"];
      return one.pause(sim_time{chance.between(6'000, 20'000)});
  }
}

void nodes::heal() {
  if (is_one()) return;
  is_troubled_ = false;
  around_->between.calm();
  for (const auto& one : all_) one->calm();
  for (std::size_t i = 0; i < all_.size(); ++i) start(static_cast<int>(i));
  settle_down();
}

void nodes::settle_down() {
  for (auto left = healing; unrest(); left -= milliseconds{100}) {
    if (left <= duration{}) throw violation{{}, "the nodes do not come to rest: " + *unrest()};
    advance(milliseconds{100});
    run();
  }
}

void nodes::restart() {
  if (is_one()) {
    only_->crash();
    only_->start();
    return;
  }
  for (const auto& one : all_) one->crash();
  for (std::size_t i = 0; i < all_.size(); ++i) start(static_cast<int>(i));
  settle_down();
}

std::optional<std::string> nodes::unrest() const {
  if (is_one()) return std::nullopt;
  if (around_->between.is_held_up()) return "what nodes say to each other comes late";
  std::map<const cluster_node*, int> shares;
  for (const auto& one : all_) {
    if (!one->runs() || one->is_paused() || !one->may_answer()) return "a node does not serve";
    if (!one->has_database()) return "a node is without the database";
    shares[one.get()] = 0;
  }
  for (partition_id id = 0; id < any().options().partitions; ++id) {
    int owners = 0;
    for (const auto& one : all_) {
      const auto state = one->world().state_of(id);
      owners += state == door_state::open;
      shares[one.get()] += state == door_state::open;
      if (state != door_state::open && state != door_state::elsewhere)
        return "partition " + std::to_string(id) + " is " + to_string(state) + " at a node";
    }
    if (owners != 1)
      return "partition " + std::to_string(id) + " is open at " + std::to_string(owners) + " nodes";
  }
  const auto [least, most] =
      std::ranges::minmax_element(shares, {}, [](const auto& one) { return one.second; });
  // Who drains has less, as long as somebody is there to drain nodes.
  if (!is_troubled_ && most->second - least->second > 1) return "the shares are uneven";
  return std::nullopt;
}

std::int64_t nodes::mishaps() const {
  return is_one() ? 0 : mishaps_ + around_->between.mishaps();
}

bool nodes::carried_again(command_id which) const {
  return !is_one() && around_->between.carried_again().contains(which);
}

std::map<std::string, std::int64_t> nodes::counts() const {
  auto all = counts_;
  if (!is_one()) all.insert(around_->between.counts().begin(), around_->between.counts().end());
  return all;
}

}  // namespace rentwave::simulation
