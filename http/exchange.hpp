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
#include "actors/domain/scope.hpp"
#include "actors/domain/time.hpp"

namespace rentwave::http {

/// Who a verified token belongs to.
struct identity {
  account_id account;
  session_id session;
  std::string username;
  std::optional<std::vector<scope>> program{};  ///< what a program of theirs may; else the person
  instant until = instant::max();               ///< when that token expires, in real time
};

enum class verb { get, head, post, put, patch, remove, options };

struct request {
  verb method{};
  std::string target;                   ///< as it came, for the log: printable ASCII
  std::string path;                     ///< percent-decoded, without the query
  std::vector<std::string> parameters;  ///< what `{…}` of the route matched, in order
  std::vector<std::pair<std::string, std::string>> query;    ///< decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  std::string remote_address;  ///< the client's, also behind a proxy that is trusted
  bool is_secure = false;      ///< it came by https, to us or to that proxy
  trace_id trace;
  /// Set whenever the route demands a session; on open routes that change something also when a
  /// valid token came along.
  std::optional<identity> who;

  /// The first value of a header (name in lower case); empty when absent.
  std::string_view header(std::string_view name) const;
  /// All values of a header that is a list, as one (RFC 9110 section 5.3).
  std::string header_list(std::string_view name) const;
};

struct response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  /// Of the body, for an answer to HEAD by who knows it without having made one.
  std::optional<std::size_t> length_of_head{};
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
  /// Further members: a name, and the text of its JSON value; for example the next free period of
  /// `not_available`.
  std::vector<std::pair<std::string, std::string>> extra_json;
  std::optional<int> retry_after_s;
};

response to_response(const problem& what, const request& asked);
response json_response(unsigned status, const nlohmann::json& body);
/// The same of JSON that is text already.
response text_response(unsigned status, std::string json);

class backend;
using handler = boost::asio::awaitable<response> (*)(backend& api, const request& asked);

enum class access {
  probe,    ///< anyone, and however many requests are under way: for those who watch over us
  open,     ///< anyone
  session,  ///< a person's valid session, else 401; no token for programs will do
  admin,    ///< that of an administrator, else 403
};

/// Who may call. A scope stands for a session, or a token for programs that has this scope.
struct audience {
  constexpr audience(access given) : who(given) {}
  constexpr audience(scope needed) : who(access::session), program(needed) {}

  access who;
  std::optional<scope> program;  ///< none: no program may
};

/// What a route takes as its body, which says how long it may be (server_limits).
enum class body_form { json, photo };

/// One row of the API: the table of all of them is http/routes.cpp.
struct route {
  verb method;
  std::string_view pattern;  ///< "/api/listings/{id}/calendar"
  audience who;
  handler handle;
  std::string_view what = {};     ///< what it does, in a line of /docs
  std::string_view heading = {};  ///< given where a section of /docs begins
  body_form takes = body_form::json;
};

}  // namespace rentwave::http
