// Active rentals as the journal would have them after their owners and renters have done all that
// leads there: events, alarm, rows and the
// notifier's offsets, in large transactions.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "actors/domain/ids.hpp"
#include "persistence/journal.hpp"

namespace rentwave::bench {

/// The same in every run.
rental_id nth_rental(int i);

/// Takes all partitions over and writes rentals 0 to `count` - 1 of this renter, begun an hour ago
/// and due in a month: four events each. `report` hears how many are written. Says what failed.
std::optional<std::string> fill(journal& to, int partitions, int count, account_id renter,
                                const std::function<void(int done)>& report);

}  // namespace rentwave::bench
