// What one node has to do for its place in the cluster (design.md section 8), as a state machine
// without clock, thread or table of its own: it is told what was read and what the node holds, and
// gives orders. It compares what the table says with what the node holds and orders the difference,
// each time anew: so an order that was lost, or failed, is given again.
//
// Whoever drives it does, once an interval of a fifth of the lease, and at once after a publish:
// read the tables, `tick`, carry out the orders in their order, and say what came of those that
// concern the tables. All by one thread; only `lease()` may be asked by others.
//
//            join            renewal fenced, or our row gone
//   outside ──────> member ───────────────────────────────────> stop, until nothing is held; then
//      ^               │ leave(): drain(), then leave             another life has our name: quit
//      └───────────────┼────────────────────────────────────── otherwise
//                      └──> quit
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cluster/lease.hpp"
#include "cluster/placement.hpp"

namespace rentwave {

struct steward_options {
  std::string name;
  node_profile profile;
  std::size_t partitions = 64;  ///< as the journal was made
  lease_terms terms;
  /// How long a partition may finish what is under way before it is cut off.
  boot_clock::duration hand_over_time = std::chrono::seconds{10};
  /// How long leaving may take before all that is still held is cut off.
  boot_clock::duration leave_time = std::chrono::seconds{30};
};

/// What a node does with a partition that it holds. It answers for those that are `open` or
/// `closing`, while its lease lasts, and for no others.
enum class holding { opening, open, closing };
using holdings = std::map<partition_id, holding>;

namespace order {

/// `membership::join`, then tell `joined`.
struct join {};
/// `membership::renew`, then tell `renewed`, with the instant *before* it was sent.
struct renew {
  node_id who;
};
/// `membership::set_draining`.
struct drain {
  node_id who;
};
/// `membership::publish`, then tell `published`.
struct publish {
  partition_table next;
  std::vector<ended_node> ended;
};
/// Take it over in the journal, for a new epoch, and serve: `opening`, then `open`. If that fails
/// it is not held.
struct open {
  partition_id partition;
};
/// Take nothing new on for it, finish what is under way: `closing`, then not held.
struct hand_over {
  partition_id partition;
};
/// Not held any more, at once: nothing is answered for it from here on, whatever is under way.
struct cut {
  partition_id partition;
};
/// The same for all that is held: the node is no member any more.
struct stop {};
/// `membership::leave`, then tell `left`.
struct leave {
  node_id who;
};
/// End the process; there is nothing left to do.
struct quit {};

}  // namespace order

using steward_order =
    std::variant<order::join, order::renew, order::drain, order::publish, order::open,
                 order::hand_over, order::cut, order::stop, order::leave, order::quit>;

class steward {
 public:
  explicit steward(steward_options options);

  /// `seen` is what was read, or why nothing was; `now` is when that had come.
  std::vector<steward_order> tick(boot_time now, const journal_result<cluster_tables>& seen,
                                  const holdings& held);
  /// Before a tick: this node's process does not live any more, for certain. So its lease is over,
  /// and what it had may be given away at once, also by one who has just begun to look.
  void process_ended(const node_id& who);

  void joined(boot_time sent, const journal_result<node_id>& result);
  void renewed(boot_time sent, const journal_result<void>& result);
  void published(const order::publish& what, const journal_result<std::int64_t>& result);
  void left(const journal_result<void>& result);

  /// From now on it gives up its partitions, also when it has to join again.
  void drain() { drains_ = true; }
  /// Then it leaves, too, and quits.
  void leave(boot_time now);

  const own_lease& lease() const { return lease_; }
  /// Whose member it is now, if it is one.
  const std::optional<node_id>& id() const { return id_; }
  /// Another life of this name has joined; this one must not join again.
  bool is_replaced() const { return is_replaced_; }
  /// The latest that is known: for routing.
  const partition_table& table() const { return tables_.partitions; }
  const std::vector<node_row>& nodes() const { return tables_.nodes; }
  /// What is thought of another node.
  judgement judged(const node_id& who, boot_time now) const;
  /// Nobody else is there who could take what this one leaves.
  bool is_last() const;

  /// What draining a node would move, as things are seen here.
  std::vector<partition_move> plan_drain(std::string_view name, boot_time now) const;

 private:
  using orders = std::vector<steward_order>;

  orders outside(bool is_reachable, const holdings& held) const;
  void look_for_oneself();
  void expel();
  void order_holdings(boot_time now, const holdings& held, orders& to);
  void order_holding(boot_time now, partition_id id, const holdings& held, orders& to);
  void order_publish(boot_time now, const holdings& held, orders& to) const;
  void note_leaving(boot_time now, bool is_reachable);
  void order_leaving(boot_time now, const holdings& held, orders& to) const;
  void order_drain(orders& to) const;
  bool keeps(const partition_place& place) const;
  void forget_ended();
  partition_table after_release(const holdings& held) const;
  bool may_place(boot_time now) const;
  standings standings_at(boot_time now) const;
  std::vector<ended_node> ended_at(boot_time now) const;
  const node_row* row_of(const node_id& id) const;
  bool is_late(boot_time now, partition_id id);

  const steward_options options_;
  own_lease lease_;
  lease_judge judge_;
  std::optional<node_id> id_;
  cluster_tables tables_;
  bool is_replaced_ = false;
  bool has_left_ = false;
  bool drains_ = false;
  std::optional<boot_time> leaving_since_;
  bool must_go_ = false;  ///< leaving, and nobody is waited for any more
  std::map<partition_id, boot_time> closing_since_;
  std::optional<boot_time> last_tick_;
  std::set<node_id> ended_;  ///< for certain, of those that the tables name
};

}  // namespace rentwave
