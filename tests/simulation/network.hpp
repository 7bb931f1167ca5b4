// The network between simulated nodes: links as `cluster/link.hpp` has them, in the place of CAF's
// middleman. Everything that nodes say to each other passes here, as wire messages, takes its time,
// and arrives or does not. Whoever is silent for three seconds has lost its links, as there.
//
// A network may be worse than what a link promises: it loses, repeats and reorders single messages.
// Nothing that RentWave promises hangs on that, as every command has its id and every wait its end.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "actors/domain/ids.hpp"
#include "cluster/link.hpp"
#include "cluster/wire_message.hpp"
#include "tests/simulation/agenda.hpp"
#include "tests/simulation/dice.hpp"

namespace rentwave::simulation {

/// One in how many messages; 0: never.
struct weather {
  int late = 0;
  int lost = 0;       ///< though the link goes on
  int repeated = 0;   ///< arrives twice
  int overtaken = 0;  ///< does not keep the order
};

class network {
 public:
  network(agenda& coming, dice& chance) : coming_{coming}, dice_{chance} {}

  /// For one life of a node; until it leaves.
  std::unique_ptr<links> enter(int node, caf::actor_system& system);
  /// Its process has ended. The others learn it at once, or after a while.
  void leave(int node);

  /// What is sent that way arrives afterwards, if the link outlives it.
  void cut(int from, int to, sim_time length);
  /// The node does not say anything for so long; what it is sent waits in its mailboxes.
  void silence(int node, sim_time length);
  void change(const weather& to) { weather_ = to; }
  /// Quick and without faults; what is cut now heals in its time.
  void calm();
  /// A way is cut, or something that was said takes longer than it usually does.
  bool is_held_up() const;

  /// Messages that were lost or late, and links that ended: a want goes out again after its
  /// patience.
  std::int64_t mishaps() const { return mishaps_; }
  /// Commands that were brought to a node more than once.
  const std::set<command_id>& carried_again() const { return again_; }
  const std::map<std::string, std::int64_t>& counts() const { return counts_; }

 private:
  class door;  // of one node
  struct node_end {
    caf::actor_system* system = nullptr;
    node_id self;
    std::map<node_id, caf::actor> others;  ///< their peers there
  };
  struct link_end {
    int node = 0;
    caf::actor peer;
    caf::actor pipe;  ///< what is said there goes in here
    sim_time last{};  ///< when that has arrived
  };
  using link = std::array<link_end, 2>;

  void know(int node, const node_id& self, const std::vector<known_node>& others);
  void connect(int one, int other);
  bool know_each_other(int one, int other) const;
  bool is_cut(int from, int to) const;
  std::uint64_t find(int one, int other) const;
  link_end open_end(std::uint64_t number, std::size_t side, int node, int other);
  void post(std::uint64_t number, std::size_t from, const wire_message& what);
  void bring(std::uint64_t number, std::size_t to, const wire_message& what);
  void end(std::uint64_t number);
  bool hits(int rate) { return rate > 0 && dice_.one_in(rate); }
  sim_time some_time();

  agenda& coming_;
  dice& dice_;
  weather weather_;
  bool is_calm_ = false;
  std::map<int, node_end> ends_;
  std::map<std::uint64_t, link> links_;
  std::map<std::uint64_t, std::pair<int, caf::actor>> dead_ends_;  ///< nobody is told yet
  std::uint64_t last_number_ = 0;
  std::map<std::pair<int, int>, sim_time> cut_until_;
  std::set<command_id> once_, again_;
  std::int64_t mishaps_ = 0;
  std::map<std::string, std::int64_t> counts_;
};

}  // namespace rentwave::simulation
