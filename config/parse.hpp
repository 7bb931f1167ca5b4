// From the command line, the environment and a file to settings. Pure but for reading that file: it
// throws nothing, prints nothing and never ends the process; main does with the outcome what it
// says.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "config/settings.hpp"

namespace rentwave::config {

/// Of `rentwave events`: which of the journal's events to print, as JSON lines.
struct events_query {
  bool follow = false;  ///< go on with what happens next
  std::string entity;   ///< `kind/id`, or empty: all
  std::string type;     ///< such as `rent.late`, or empty: all
  std::string trace;    ///< of the request that caused them, or empty: all
  std::string from;     ///< RFC 3339, domain time, inclusive; or empty
  std::string to;       ///< the same, exclusive
  std::string after;    ///< a cursor, or empty: from the beginning
};

enum class subcommand { serve, events, reindex };

/// A valid request to do something.
struct invocation {
  subcommand command = subcommand::serve;
  config::settings settings;
  events_query events;
};

/// The user asked for this text (`--help`, `--version`): standard output, exit status 0.
struct information {
  std::string text;
};

/// Why nothing can be done, naming the culprit: standard error, exit status 2.
struct complaint {
  std::string text;
};

using outcome = std::variant<invocation, information, complaint>;

/// Takes `argv` and `environ` as main gets them. An option on the command line (`--http.port=80` or
/// `--http.port 80`) wins over the environment (`RENTWAVE_HTTP_PORT`), which wins over the file
/// that
/// `--config-file` names (`port = 80` under `[http]`), which wins over the default. Whatever is
/// unknown or has a bad value is refused, also when a stronger source overrides it; variables that
/// Kubernetes makes for a Service named rentwave are none of ours.
[[nodiscard]] outcome parse(int argc, const char* const* argv, const char* const* env);

/// The program's version, from CMakeLists.txt.
[[nodiscard]] std::string_view version();

}  // namespace rentwave::config
