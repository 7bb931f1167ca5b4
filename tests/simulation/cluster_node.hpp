// One of several simulated nodes, life after life: the real runtime, member, peers and deputies on
// CAF's deterministic scheduler. What it reaches the others by is simulated: the network, the
// cluster's tables, the journal. It may be paused, as by SIGSTOP, and cut off from the database.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cluster/member.hpp"
#include "cluster/peers.hpp"
#include "persistence/memory/membership.hpp"
#include "tests/runtime/world.hpp"
#include "tests/simulation/agenda.hpp"
#include "tests/simulation/network.hpp"

namespace rentwave::simulation {

/// What all nodes share.
struct surroundings {
  agenda coming{};
  dice chance;
  memory_store journal{};
  memory_membership tables{};
  network between{coming, chance};
};

class cluster_node {
 public:
  /// `ended` is called when its process has ended by itself: it has left, or was replaced.
  cluster_node(int which, node_options base, surroundings& around, std::function<void()> ended);
  ~cluster_node();

  /// False: the journal did not let it.
  bool start();
  /// As kill -9 does.
  void crash();
  bool runs() const { return world_.is_running(); }

  void pause(sim_time length);
  bool is_paused() const { return around_.coming.now() < paused_until_; }
  void lose_database(sim_time length) { away_until_ = around_.coming.now() + length; }
  bool has_database() const { return around_.coming.now() >= away_until_; }
  /// As SIGTERM: it gives up everything, and ends.
  void leave() { member_->leave(); }
  void drain(bool draining);
  void calm();

  /// Its clocks go on, also while it is paused.
  void move_to(sim_time now);
  testing::world& world() { return world_; }
  const testing::world& world() const { return world_; }
  bool may_answer() const { return member_ && member_->may_answer(); }

 private:
  class reached_tables;

  boot_time boot_now() const;
  void look_after_turn();
  void turn_at(sim_time when);
  void turn();

  const int which_;
  surroundings& around_;
  const std::function<void()> ended_;
  const int drift_;  ///< of its clock for leases, in thousandths
  testing::world world_;
  std::unique_ptr<member> member_;
  std::unique_ptr<links> links_;
  std::unique_ptr<peers> others_;
  sim_time at_;  ///< when its world's clock was last moved; at first, how far that is ahead
  sim_time paused_until_{0};
  sim_time away_until_{0};
  std::optional<sim_time> turn_at_;
  int life_ = 0;
};

}  // namespace rentwave::simulation
