// Makes the read models anew from the events (design.md section 5): after a bug in a projection, or
// a release that added a row. The journal must not be in use by a node.
#pragma once

#include <cstdint>
#include <vector>

#include "persistence/journal.hpp"

namespace rentwave {

struct reindexed {
  std::int64_t events = 0;  ///< that were applied
  /// Bookings of one listing that must not be: a bug, if there are. Or why they could not be looked
  /// for, in rows that are made anew all the same.
  journal_result<std::vector<overlap>> overlaps;
};

/// Errors: those of `journal::rebuild_rows`; corrupt or too_new for an event that cannot be read,
/// which is named. Rows are as they were then; only after unknown_outcome they may be new ones.
journal_result<reindexed> reindex(journal& of, const progress_report& report);

}  // namespace rentwave
