// `rentwave reindex`: makes the read models anew from the events, while no node runs.
#pragma once

#include <iosfwd>

#include "config/parse.hpp"

namespace rentwave {

/// Returns the exit status: 0; 1 when it could not be done, which leaves everything as it was, or
/// when bookings that overlap were found. Progress goes to `news`, a line for each tenth.
int reindex_journal(const config::invocation& asked, std::ostream& news, std::ostream& complaints);

}  // namespace rentwave
