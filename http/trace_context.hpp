// The id that a request carries through logs and events, in and out (W3C Trace Context, level 1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/domain/ids.hpp"

namespace rentwave::http {

/// The trace id of a `traceparent` field; nullopt unless the whole field is valid.
std::optional<trace_id> parse_traceparent(std::string_view field);
/// As an operator asks for one: its 32 hex digits, or as the log writes it, a UUID.
std::optional<trace_id> parse_trace(std::string_view text);
/// With a parent id of its own, for the answer.
std::string format_traceparent(const trace_id& trace);
trace_id new_trace_id();

}  // namespace rentwave::http
