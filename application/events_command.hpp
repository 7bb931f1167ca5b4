// `rentwave events`: the journal's log as JSON lines, for logs, exports and research. Reads beside
// a running node and changes nothing; personal fields stay sealed.
#pragma once

#include "config/parse.hpp"

namespace rentwave {

/// Returns the exit status. With `follow` it ends on SIGINT or SIGTERM.
int print_events(const config::invocation& asked);

}  // namespace rentwave
