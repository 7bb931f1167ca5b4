// `rentwave events`: the journal's log as JSON lines, for logs, exports and research. Reads beside
// a running node and changes nothing; personal fields stay sealed.
#pragma once

#include <functional>
#include <iosfwd>

#include "config/parse.hpp"

namespace rentwave {

/// Where the lines and the complaints go.
struct events_output {
  std::ostream& lines;
  std::ostream& complaints;
  /// Asked after every look into the journal; false: end. `idle`: everything that there is has been
  /// printed, and with --follow this is the time to wait for more.
  std::function<bool(bool idle)> go_on;
};

/// Returns the exit status: 0, 1 when the journal cannot be read or nobody takes the lines, 2 when
/// what was asked for makes no sense.
int print_events(const config::invocation& asked, const events_output& to);

/// The same on the standard streams; ends on SIGINT and SIGTERM.
int print_events(const config::invocation& asked);

}  // namespace rentwave
