// The table of all options: the one place that knows their names, defaults, help and checks.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/parse.hpp"
#include "config/values.hpp"

namespace rentwave::config {

struct option {
  std::string_view name;      ///< without the leading `--`
  std::string_view value;     ///< what the help calls its value; empty: it takes none
  std::string_view standard;  ///< the default, as one would write it
  std::string_view help;
  problem (*set)(invocation& to, std::string_view text);
  /// What it means on the command line without a value; empty: it needs one.
  std::string_view bare = {};
  bool may_hold_secret = false;  ///< what was given stands in no message
};

/// Of every subcommand; may stand on the command line, in the environment and in a file.
std::span<const option> setting_options();

/// Of `rentwave events`; on the command line only.
std::span<const option> events_options();

/// `http.port` → `RENTWAVE_HTTP_PORT`.
std::string environment_name(std::string_view option_name);

/// What `--help` prints.
std::string help_text();

}  // namespace rentwave::config
