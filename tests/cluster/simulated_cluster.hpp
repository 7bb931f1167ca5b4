// Two to five nodes over one table by a seed: the real steward, lease and placement; clocks that
// drift, calls that are late, lost or answered to nobody, an event at a time in simulated time. The
// machines share nothing but the table. What must never be is checked after every event.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cluster/steward.hpp"
#include "persistence/memory/membership.hpp"
#include "tests/simulation/agenda.hpp"
#include "tests/simulation/dice.hpp"

namespace rentwave::testing_cluster {

using simulation::agenda;
using simulation::sim_time;

class simulated_cluster {
 public:
  static constexpr std::size_t partitions = 16;

  explicit simulated_cluster(std::uint64_t seed);
  ~simulated_cluster();

  /// Faults of all kinds, for so long.
  void trouble(sim_time length);
  /// Ends them: everybody who is down is started, nobody drains.
  void calm_down();
  /// Without faults.
  void pass(sim_time length) { run(agenda_.now() + length, false); }

  /// Somebody joins, leaves, or dies for good; nothing else changes. False: there is nobody to.
  bool one_joins();
  bool one_leaves();
  bool one_dies();

  /// What was seen that must never be.
  const std::optional<std::string>& violation() const { return violation_; }
  /// Why the cluster is not at rest: every partition open where the table says, and even.
  std::optional<std::string> unrest() const;
  const partition_table& table() const { return table_; }
  /// The nodes that are to have partitions.
  std::vector<node_id> takers() const;
  /// How many times a partition has had a new owner so far.
  std::size_t owner_changes() const { return owner_changes_; }
  /// What happened, for who looks into a failure.
  const std::string& log() const { return log_; }

 private:
  struct machine;
  struct answer_fate;

  int choose_drift();
  void run(sim_time end, bool with_trouble);
  void make_trouble();
  void start(machine& one);
  void stop(machine& one);
  void freeze(machine& one, sim_time length);
  void deliver(machine& one, std::function<void()> what);
  void begin_tick(machine& one);
  void ticked(machine& one, const journal_result<cluster_tables>& seen);
  void look_for_dead(machine& one, const std::vector<node_row>& nodes);
  void next_order(machine& one);
  void carry_out(machine& one, const order::join& what);
  void carry_out(machine& one, const order::renew& what);
  void carry_out(machine& one, const order::drain& what);
  void carry_out(machine& one, const order::publish& what);
  void carry_out(machine& one, const order::open& what);
  void carry_out(machine& one, const order::hand_over& what);
  void carry_out(machine& one, const order::cut& what);
  void carry_out(machine& one, const order::stop& what);
  void carry_out(machine& one, const order::leave& what);
  void carry_out(machine& one, const order::quit& what);
  template <class Result>
  void call(machine& one, std::function<Result()> what, std::function<void(Result)> then);
  answer_fate choose_fate();

  boot_time clock_of(const machine& one) const;
  bool is_away() const { return agenda_.now() < away_until_; }
  journal_result<std::int64_t> publish(const node_id& by, sim_time decided,
                                       const order::publish& what);
  void check_taking(const node_id& by, sim_time decided, partition_id id, const node_id& from);
  void check_owners();
  void violate(std::string what);
  void note(const std::string& what);
  machine* pick(const std::function<bool(const machine&)>& fits);

  simulation::dice dice_;
  agenda agenda_;
  memory_membership shared_;
  std::unique_ptr<membership> tables_ = shared_.connect();
  partition_table table_;  ///< as it was published last
  std::vector<std::unique_ptr<machine>> machines_;
  std::map<std::int64_t, sim_time> last_renewal_;  ///< that reached the table, by incarnation
  using life_of = std::pair<const machine*, std::uint64_t>;
  std::map<std::int64_t, life_of> lives_;           ///< by incarnation
  std::map<life_of, std::set<node_id>> knew_dead_;  ///< whom, for certain
  sim_time away_since_{0};                          ///< the database
  sim_time away_until_{0};
  sim_time back_since_{sim_time::min() / 2};  ///< from an absence that nobody missed
  bool with_trouble_ = false;
  std::size_t owner_changes_ = 0;
  std::optional<std::string> violation_;
  std::string log_;
};

}  // namespace rentwave::testing_cluster
