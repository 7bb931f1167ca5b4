// What RFC 9110 and 9112 ask of a request's header beyond its grammar, and how it becomes a
// `request`. Pure: no sockets, no Beast.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/exchange.hpp"

namespace rentwave::http {

/// A header as it was parsed.
struct raw_head {
  unsigned version = 11;  ///< 10: HTTP/1.0
  std::string_view method;
  std::string_view target;
  std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case, in order
};

/// A header that may be answered.
struct accepted_head {
  request asked;                      ///< without `parameters`, `body`, `remote_address` and `who`
  std::vector<std::string> segments;  ///< of the path, for the router
  bool is_about_server = false;       ///< OPTIONS *
  bool expects_continue = false;
  bool keep_alive = false;  ///< the client would send more on this connection
};

/// 400: it is no HTTP, or none that can be answered.
problem bad_request(std::string detail);
/// 505: of HTTP there is only 1.1 and 1.0 here.
problem http_version();

/// A problem means that nothing after this header can be trusted: answer and close.
boost::system::result<accepted_head, problem> accept_head(raw_head head);

}  // namespace rentwave::http
