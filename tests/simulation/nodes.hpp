// The nodes of a simulation over one journal. One that is alone has everything, as without a
// cluster. Several share it by the real code of the cluster, over a simulated network and simulated
// tables; they are paused, cut off, drained, stopped and killed by the seed. People reach them
// through any that runs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/runtime/world.hpp"
#include "tests/simulation/cluster_node.hpp"
#include "tests/simulation/faults.hpp"

namespace rentwave::simulation {

class nodes {
 public:
  /// `order` decides who runs next.
  nodes(int count, std::uint64_t seed, const node_options& options, faults& chance,
        std::mt19937_64& order);
  ~nodes();

  bool is_one() const { return only_ != nullptr; }
  /// The node of a simulation of one.
  testing::world& only() { return *only_; }
  memory_store& journal() { return is_one() ? only_->journal() : around_->journal; }

  // --- what people do ---

  /// A node that runs, if it can.
  int choose();
  testing::pending<outcome> send(int through, entity_ref to, any_command body, command_id id,
                                 account_id caller, instant cause);
  testing::pending<view_ptr> query(int through, entity_ref of, bool settled = false);
  command_id fresh_id();
  instant now() const { return clock().now(); }
  instant now_at(int which) { return at(which).now(); }
  instant real_now() const { return any().real_now(); }
  const domain_clock& clock() const { return any().clock(); }
  bool are_running() const;

  // Through any node, with as much time as it takes; the simulation fails when there is no answer.
  view_ptr look(const entity_ref& of);
  report_ptr report(const entity_ref& of);
  void release(const entity_ref& from_quarantine);
  void replay(const std::string& subscription, const entity_ref& of);

  // --- how time goes on ---

  bool step();
  void run();
  /// Of several nodes, what happens meanwhile happens in its order.
  void advance(duration real);
  void pass(duration real);

  // --- what happens to several ---

  /// Called with the node whose process has ended, before anything else happens.
  std::function<void(int)> ended = [](int) {};
  void crash_one();
  /// Of a pause, a cut, a database that is away, a drain, a departure.
  void trouble();
  /// From now on nothing of that happens. Throws `violation` when the nodes do not come to rest.
  void heal();
  /// All end and start.
  void restart();
  /// Why the cluster is not at rest; empty: every partition is open at one node, and evenly.
  std::optional<std::string> unrest() const;
  /// What has happened so far to nodes and between them that may have cost somebody a message.
  std::int64_t mishaps() const;
  bool carried_again(command_id which) const;
  std::map<std::string, std::int64_t> counts() const;

 private:
  testing::world& any();
  const testing::world& any() const;
  testing::world& at(int which);
  cluster_node* pick(const std::function<bool(const cluster_node&)>& fits);
  std::ptrdiff_t running() const;
  void crash(int which, bool stays_down);
  void start(int which);
  void settle_down();
  template <class Answer>
  Answer wait_for(const testing::pending<Answer>& waiting, const entity_ref& whom);

  faults& faults_;
  std::mt19937_64& order_;
  std::unique_ptr<testing::world> only_;
  std::unique_ptr<surroundings> around_;
  std::vector<std::unique_ptr<cluster_node>> all_;
  bool is_troubled_ = false;
  std::uint64_t ids_ = 0;
  std::int64_t mishaps_ = 0;
  std::map<std::string, std::int64_t> counts_;
};

}  // namespace rentwave::simulation
