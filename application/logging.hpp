// How the program's log looks: a line an entry on standard error, as text or as JSON (one object a
// line). Whatever an entry says, it stays on its line and, as JSON, within its string.
#pragma once

#include <spdlog/formatter.h>

#include <memory>

#include "config/settings.hpp"

namespace rentwave {

std::unique_ptr<spdlog::formatter> log_formatter(config::log_format format);
/// For lines that are the text of a JSON object already, as those of requests are.
std::unique_ptr<spdlog::formatter> request_formatter(config::log_format format);

/// Makes it the log of the whole process.
void set_up_log(const config::log_settings& settings);

}  // namespace rentwave
