// The nodes of one journal as operators see them, and what they may have done to them. Made by
// whoever puts the program together: http/ knows of the cluster what is here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/time.hpp"
#include "persistence/journal.hpp"

namespace rentwave::http {

/// What the node that is asked thinks of one: it renews its lease, or nobody knows yet, or its
/// lease has ended.
enum class node_standing { alive, unsure, ended };
constexpr const char* name_of(node_standing standing) {
  constexpr const char* names[] = {"alive", "unsure", "ended"};
  return names[static_cast<std::size_t>(standing)];
}

struct cluster_state {
  struct node {
    std::string name;
    std::int64_t incarnation = 0;  ///< of this life, higher than that of any earlier one; 0: none
    std::string address;           ///< "host:port", where other nodes reach it
    std::string version;
    bool serves_clients = true;
    bool has_partitions = true;
    bool draining = false;
    bool here = false;       ///< this is the one that is asked
    instant joined_at;       ///< real time
    std::size_t owned = 0;   ///< partitions
    std::size_t coming = 0;  ///< others that are on their way to it
    node_standing standing{};
  };
  struct place {
    std::optional<std::string> owner;  ///< a node's name
    std::optional<std::string> next;   ///< to whom it is to go
    bool here = false;                 ///< this node holds it, open or not
  };

  std::vector<node> nodes;
  std::vector<place> places;    ///< by partition; empty: nothing could be read so far
  bool may_answer = false;      ///< this node's lease lasts
  std::size_t unreachable = 0;  ///< nodes that live, and cannot be reached from here
};

struct planned_move {
  partition_id partition = 0;
  std::optional<std::string> from;
  std::optional<std::string> to;  ///< empty: nobody could take it
};

/// From any thread.
struct cluster_office {
  std::function<cluster_state()> state;
  /// What draining a node would move; empty: there is no such node.
  std::function<std::optional<std::vector<planned_move>>(std::string_view node)> plan_drain;
  /// Whether it is to drain. The last is called once, by any thread, with how that went. Errors:
  /// not_found, unavailable, unknown_outcome.
  std::function<void(std::string node, bool draining,
                     std::function<void(const journal_result<void>&)> done)>
      set_draining;
};

}  // namespace rentwave::http
