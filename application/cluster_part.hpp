// What makes the program one node of many: membership, and the links to the other nodes. Only over
// a journal that nodes can share. Made before the actor system, which has to be prepared for links;
// taken apart in steps, as others need this node until it has handed everything over.
#pragma once

#include <boost/system/result.hpp>
#include <caf/fwd.hpp>

#include <chrono>
#include <memory>
#include <string>

#include "actors/runtime/node.hpp"
#include "application/journal_facts.hpp"
#include "config/settings.hpp"
#include "http/cluster_office.hpp"

namespace rentwave {

class cluster_part {
 public:
  using result = boost::system::result<std::unique_ptr<cluster_part>, std::string>;

  /// Null where the journal has one node only. The error is a sentence for the operator.
  static result prepare(const config::settings& settings, const journal_facts& facts,
                        caf::actor_system_config& system);
  ~cluster_part();

  /// For the node's actors, which ask before they answer and tell where partitions are.
  void take_part(node_options& options) const;
  /// Listens for the other nodes, and joins. The error is a sentence for the operator.
  boost::system::result<void, std::string> start(caf::actor_system& system, const node& here);

  bool is_ready() const;
  /// Another process has joined under this node's name, or the journal has events that this release
  /// cannot read: this one is to end, and has failed.
  bool will_not_join() const;
  /// "n1 at 127.0.0.1:4711"
  std::string address() const;
  http::cluster_office office() const;

  /// Gives up the partitions, as far as others can take them; then all else. Each waits.
  void begin_drain();
  void hand_over() const;
  void leave();
  /// Nobody is reached any more; before the node's actors end. `may_answer` goes on saying no.
  void end();

 private:
  cluster_part();
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace rentwave
