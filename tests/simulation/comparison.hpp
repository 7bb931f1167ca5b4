// What the program keeps beside its events must follow from them: states in memory, snapshots,
// alarms and the rows that queries read. Asked once the world has come to rest.
#pragma once

#include "tests/simulation/model.hpp"
#include "tests/simulation/nodes.hpp"

namespace rentwave::simulation {

/// Every entity's state is the fold of its events: by itself, from its snapshot, and as it answers.
/// None owes anything, and each alarm has its row. Throws `violation`.
void compare_states(nodes& where, int partitions, const model& all);

/// The rows say what the checker believes. Throws `violation`.
void compare_rows(journal& from, const model& all);

}  // namespace rentwave::simulation
