// The errors that requests are answered with, as RFC 9457 has them: one function to make any of
// them, those that several places give, and the one mapping of refusals to statuses.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "actors/domain/refusal.hpp"
#include "http/exchange.hpp"
#include "persistence/journal_error.hpp"

namespace rentwave::http {

problem make_problem(unsigned status, std::string code, std::string title, std::string detail);

/// The name of a refusal outside: `not_found` is the one word for what is not there.
const char* public_code(refusal_code code);
/// The one mapping of refusals to statuses.
problem to_problem(const refusal& why);
problem to_problem(const journal_error& why);

/// 404 `not_found`.
problem not_found(std::string what);
/// 422 `invalid`, with the wrong fields.
problem invalid(std::vector<field_error> errors);
/// 401 `unauthenticated`: the request does not prove who asks.
problem unauthenticated(std::string detail);
/// 403 `foreign_origin`: the browser says that the request comes from a page of somebody else's.
problem foreign_origin();
/// 403: a token for programs is not good for this; without a scope, none is.
problem insufficient_scope(std::optional<scope> needed);
/// 500 `internal_error`: nothing that the request could have avoided.
problem internal_error();
/// 429 `rate_limited` with Retry-After, in whole seconds.
problem rate_limited(std::string detail, std::chrono::steady_clock::duration wait);
/// 503 with Retry-After: `overloaded`, `unavailable`, `timed_out`.
problem try_later(std::string code, std::string detail);

}  // namespace rentwave::http
