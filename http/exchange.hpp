// One request and its response as handlers see them: values without Beast. A handler is a coroutine
// on the io threads; it owns the response, the connection owns the request.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/domain/ids.hpp"

namespace rentwave::http {

/// Who a verified token belongs to.
struct identity {
  account_id account;
  session_id session;
  std::string username;
};

enum class verb { get, head, post, put, patch, remove, options };

struct request {
  verb method{};
  std::string path;                     ///< percent-decoded, without the query
  std::vector<std::string> parameters;  ///< what `{…}` of the route matched, in order
  std::vector<std::pair<std::string, std::string>> query;    ///< decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  std::string remote_address;
  trace_id trace;
  std::optional<identity>
      who;  ///< set whenever the route demands a session, or a valid token came along

  /// The first value of a header (name in lower case); empty when absent.
  std::string_view header(std::string_view name) const;
  std::optional<std::string_view> parameter_of_query(std::string_view name) const;
};

struct response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// One wrong field of a request.
struct field_error {
  std::string field;  ///< "price.amount"; for a query parameter its name
  std::string
      code;  ///< stable: "required", "type", "too_long", "range", "format", "unknown_value" …
  std::string detail;  ///< a sentence
};

/// An error as RFC 9457 has it (api.md, Conventions).
struct problem {
  unsigned status = 500;
  std::string code;   ///< stable
  std::string title;  ///< the same for every problem of this code
  std::string detail;
  std::vector<field_error> errors;
  /// Further members, as text of a JSON object without braces' content escaped already; for example
  /// the next free period of `not_available`.
  std::vector<std::pair<std::string, std::string>> extra_json;
  std::optional<int> retry_after_s;
};

response to_response(const problem& what, const request& asked);
response json_response(unsigned status, const nlohmann::json& body);

class backend;
using handler = boost::asio::awaitable<response> (*)(backend& api, const request& asked);

enum class access {
  open,     ///< anyone
  session,  ///< a valid session, else 401
};

/// One row of the API: the table of all of them is http/routes.cpp.
struct route {
  verb method;
  std::string_view pattern;  ///< "/api/listings/{id}/calendar"
  access who;
  handler handle;
};

}  // namespace rentwave::http
