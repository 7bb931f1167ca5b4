// What tests ask and what they are answered, a line of JSON each, for the check that comes after
// all tests (tests/contract/answers). Only where EXCHANGE_LOG names a file, as ctest does for every
// test that links this; any number of tests, in any number of processes, add to the same one. (The
// program would take a name that begins with RENTWAVE_ for one of its options.)
#pragma once

#include <string_view>

#include "tests/http/client.hpp"

namespace rentwave::http {

/// What this test asks from now on is answered from a journal of this kind.
void log_journal(std::string_view kind);
/// A request to the API, and its answer.
void log_exchange(std::string_view method, std::string_view target, std::string_view sent,
                  const client_response& got);
/// What went over a WebSocket: a message of "client" or "server", or the code of a "close". Not of
/// crowds: only where the journal is known.
void log_message(std::string_view from, const nlohmann::json& message);
/// An answer that did not come from the API's table of routes: the request was none, or the server
/// has a table of the test's own. Only what any of our servers says is looked at.
void log_answer(const client_response& got);

}  // namespace rentwave::http
