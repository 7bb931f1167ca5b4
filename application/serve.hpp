// `rentwave serve`: the application from start to a signal.
#pragma once

#include "application/application.hpp"

namespace rentwave {

/// Runs until SIGTERM or SIGINT, and by https reads the certificate again at SIGHUP; it blocks them
/// in this thread and those started later. They are heard once the application has started, also
/// before every partition is open. Returns the exit status: 1 also where another process has taken
/// this node's name.
int serve(const config::settings& settings, const application::wrapper& wrap = {});

}  // namespace rentwave
