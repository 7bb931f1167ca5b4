// Which node is to have which partition: a pure function of the table so far and of the nodes that
// there are (design.md section 8). Whoever knows the same decides the same.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "persistence/journal.hpp"
#include "persistence/membership.hpp"

namespace rentwave {

/// What a node is to placement. One that is in no list of these has ended, and has nothing.
enum class standing {
  takes,     ///< has its share
  unjudged,  ///< it may live or not: keeps what it has and what is coming, and gets nothing
  gives_up,  ///< lives, but drains or has not the role: hands over what it has
  gone,      ///< is no member, but its lease may last: keeps what it has, and nothing comes
};
using standings = std::map<node_id, standing>;

/// The next table, of the same revision: those that take have the same number within one, of all
/// partitions that nobody keeps, and as few as possible change. From one who lives they go by
/// `next`, by its own hand; those of one who has ended have their new owner at once. Where nobody
/// takes, whoever lives keeps what it has.
partition_table place_partitions(const partition_table& before, const standings& nodes,
                                 std::size_t partitions);

/// Where a partition goes, or is going: to `next`, or else it is with its owner.
const std::optional<node_id>& destination(const partition_place& place);

struct partition_move {
  partition_id partition = 0;
  std::optional<node_id> from;  ///< its owner
  std::optional<node_id> to;

  friend bool operator==(const partition_move&, const partition_move&) = default;
};
/// What will have changed hands when `after` has been carried out.
std::vector<partition_move> moves_between(const partition_table& before,
                                          const partition_table& after);

/// What draining this node would move, before anything does.
std::vector<partition_move> plan_drain(const partition_table& now, standings nodes,
                                       std::string_view name);

}  // namespace rentwave
