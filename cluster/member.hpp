// Keeps this node a member of its cluster: a thread that reads the tables, asks the steward and
// carries out what it orders, and tells the doors of all partitions where these are. Made before
// the node's actors, which ask it before each answer; ended after them. What it did and saw stands
// in the log.
#pragma once

#include <caf/actor.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "actors/domain/decision.hpp"
#include "actors/runtime/remote.hpp"
#include "cluster/cluster_log.hpp"
#include "cluster/door_table.hpp"
#include "cluster/missing_links.hpp"
#include "cluster/steward.hpp"

namespace rentwave {

/// What a member works with, all of it called by its thread alone.
struct member_ports {
  std::function<journal_result<std::unique_ptr<membership>>()> connect;
  /// To the door of a partition; what comes of it is told by `member::door_moved`, later.
  std::function<void(partition_id, place_order)> order;
  /// This node and the other members, often: there are to be links to these, and to no others.
  std::function<void(const node_id&, const std::vector<node_row>&)> link_to =
      [](const node_id&, const std::vector<node_row>&) {};
  /// The link to a node; null: there is none at the moment. `member::look_again` when one came up.
  std::function<caf::actor(const node_id&)> peer_of = [](const node_id&) { return caf::actor{}; };
  /// It will be a member no more (`will_not_join`): this process is to end.
  std::function<void()> replaced = [] {};
};

/// The cluster as a member sees it, for operators.
struct member_view {
  struct node {
    node_row row;
    judgement how{};
    bool is_here = false;
    std::size_t owned = 0;   ///< partitions
    std::size_t coming = 0;  ///< others that are on their way to it
  };
  std::vector<node> nodes;  ///< by incarnation; empty: the tables could not be read so far
  partition_table table;
  std::set<partition_id> held;    ///< that this node has, open or not
  std::set<node_id> unreachable;  ///< who lives, and cannot be reached from here
};

/// A lease of this length, with what belongs to it.
lease_terms terms_of(boot_clock::duration lease);

class member {
 public:
  /// `clock` tells boot time, to any thread.
  explicit member(steward_options options, std::function<boot_time()> clock = boot_clock::now);
  ~member();  ///< ends
  member(const member&) = delete;
  member& operator=(const member&) = delete;

  /// `address`: "host:port", where the others reach this node.
  void start(member_ports ports, std::string address);
  /// The same without the thread: whoever drives it takes a turn, and the next when it is due.
  void start_by_hand(member_ports ports, std::string address);
  /// Reads, asks the steward, carries out, points the doors.
  void turn();
  /// Until the next turn; sooner when something may have changed meanwhile.
  boot_clock::duration until_turn() const;
  /// There is nothing left to do.
  bool has_quit() const;
  /// At once, without leaving; afterwards nothing of `ports` is called.
  void end();

  // From any thread:

  /// Nothing was taken from this node: what it knows of its partitions is the latest.
  bool may_answer() const { return steward_.lease().may_answer(clock_()); }
  /// What a door says of itself.
  void door_moved(partition_id which, door_state to);
  /// Something may have changed that is to be looked at now.
  void look_again();
  /// It is a member, and has been able to serve since it became one: what the table gives it is
  /// open, and all else can be reached.
  bool is_ready() const;
  /// Types of events that another node cannot read; null: there are none.
  std::shared_ptr<const event_names> held_back() const { return held_back_.load(); }
  /// Another process has its name, or the journal has events that it cannot read.
  bool will_not_join() const;

  /// From now on it gives its partitions to the others, and goes on as a gateway.
  void drain();
  /// Waits for that; true also where nobody else can take them. False: it takes longer, or cannot
  /// be done as the database is away.
  bool wait_until_drained(std::chrono::milliseconds patience) const;
  /// Gives up everything and leaves the cluster.
  void leave();
  /// Waits for that. False: it takes longer, or cannot be done as the database is away.
  bool wait_until_left(std::chrono::milliseconds patience) const;

  member_view view() const;
  /// What draining a node would move, before anything does; empty: there is no such node.
  std::optional<std::vector<partition_move>> plan_drain(std::string_view name) const;
  /// `done` is called by the member's thread, or before this returns when too many wait. Errors:
  /// not_found, unavailable, unknown_outcome.
  void set_draining(std::string name, bool draining,
                    std::function<void(const journal_result<void>&)> done);

 private:
  struct wish {
    std::string name;
    bool draining = true;
    std::function<void(const journal_result<void>&)> done;
  };
  using placing = place_order::placing;

  void run(const std::stop_token& stop);
  bool pause(const std::stop_token& stop);
  boot_clock::duration pause_length() const;

  bool connect();
  journal_result<cluster_tables> read();
  std::vector<steward_order> think(const journal_result<cluster_tables>& seen);
  void look_for_dead(const std::vector<node_row>& nodes);
  void hold_back(const std::vector<node_row>& nodes);
  void grant_wishes();
  journal_result<void> grant(const wish& what);
  void point_doors();
  void look_for_links(const std::vector<node_row>& others,
                      const std::map<node_id, caf::actor>& peers);
  void send(partition_id which, placing what);
  bool is_drained() const;
  bool is_vain() const;
  void note_readiness();

  void end_as_too_old(const std::string& why);

  void carry_out(const order::join& what);
  void carry_out(const order::renew& what);
  void carry_out(const order::drain& what);
  void carry_out(const order::publish& what);
  void carry_out(const order::open& what);
  void carry_out(const order::hand_over& what);
  void carry_out(const order::cut& what);
  void carry_out(const order::stop& what);
  void carry_out(const order::leave& what);
  void carry_out(const order::quit& what);

  steward_options options_;
  std::atomic<std::shared_ptr<const event_names>> held_back_;
  const std::function<boot_time()> clock_;

  // Of its thread alone:
  member_ports ports_;
  std::unique_ptr<membership> tables_;
  std::string away_because_;
  cluster_log log_;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  // Under the mutex; but the lease in it is asked without:
  steward steward_;
  door_table doors_;
  missing_links missing_;
  std::deque<wish> wishes_;
  bool is_woken_ = false;
  bool is_reachable_ = false;  ///< the database, when it was last asked
  bool is_leaving_ = false;
  bool has_quit_ = false;
  bool is_too_old_ = false;  ///< for what is in the journal
  bool was_ready_ = false;   ///< since its lease has lasted

  std::jthread thread_;
};

}  // namespace rentwave
