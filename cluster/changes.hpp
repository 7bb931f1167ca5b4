// What changed in the cluster between two looks at its tables, in sentences for the log: who came
// and went, and which partitions went where and why.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "persistence/journal.hpp"
#include "persistence/membership.hpp"

namespace rentwave {

/// Of nodes that are to be members no longer: "its lease has ended".
using end_reasons = std::map<node_id, std::string>;

/// `here` is the node that tells; empty: it is no member.
std::vector<std::string> changes_between(const cluster_tables& before, const cluster_tables& after,
                                         const std::optional<node_id>& here,
                                         const end_reasons& reasons = {});

/// "partition 7", "partitions 0-3, 7"; they are in order.
std::string list_of(const std::vector<partition_id>& partitions);
/// "n1.4, n2.7"
std::string names_of(const std::vector<node_row>& nodes);

}  // namespace rentwave
