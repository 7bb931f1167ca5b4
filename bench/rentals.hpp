// Active rentals as the journal would have them after their owners and renters have done all that
// leads there: events, alarm, rows and the notifier's offsets, in large transactions.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "actors/domain/ids.hpp"
#include "actors/domain/time.hpp"
#include "persistence/journal.hpp"

namespace rentwave::bench {

/// The same in every run.
rental_id nth_rental(int i);

/// Which rental, by its number, is for when. None: begun an hour ago, due in a month.
using calendar = std::function<period(int i)>;
/// Half a day of which the renter is reminded in the middle.
period reminded_at(instant when);

/// Takes all partitions over and writes rentals 0 to `count` - 1 of this renter, which have begun:
/// four events each, and an alarm for the reminder. `report` hears how many are written. Says what
/// failed.
std::optional<std::string> fill(journal& to, int partitions, int count, account_id renter,
                                const std::function<void(int done)>& report,
                                const calendar& when = {});

}  // namespace rentwave::bench
