// `rentwave reindex`: makes the read models anew from the events, while no node runs.
#pragma once

#include <iosfwd>

#include "config/parse.hpp"

namespace rentwave {

class journal;

/// Returns the exit status: 0; 1 when it could not be done, when bookings that overlap were found,
/// or when they could not be looked for. `complaints` says which, and what that leaves behind.
/// Progress goes to `news`, a line for each tenth.
int reindex_journal(const config::invocation& asked, std::ostream& news, std::ostream& complaints);
/// The same over a connection that there is.
int reindex_journal(journal& of, std::ostream& news, std::ostream& complaints);

}  // namespace rentwave
