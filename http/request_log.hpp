// One line of the log for each request: what was asked for, how it went, and its trace id, by which
// the events that it caused are found. Ids only: no query, no body, nothing of a person.
#pragma once

#include <chrono>
#include <optional>

namespace rentwave::http {

struct request;
struct response;
struct route;

/// The name of spdlog's logger that takes the lines, each the text of a JSON object; without such a
/// logger they go to the default one.
inline constexpr const char* request_logger = "request";

/// Reads, and what could not be read, are `debug`, changes `info`; what failed by our fault, or
/// took longer than a second, `warn`. `found` is its route, or null; `took` nothing where it was
/// not tried. What could not be read has no target, and no method here.
void log_request(const request& asked, const route* found, const response& made,
                 std::optional<std::chrono::steady_clock::duration> took);

}  // namespace rentwave::http
