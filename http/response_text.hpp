// An answer's header as bytes (RFC 9112). Pure but for the clock behind Date.
#pragma once

#include <string>
#include <string_view>

#include "http/exchange.hpp"

namespace rentwave::http {

enum class after_answer {
  keep,           ///< the connection stays, which HTTP/1.1 need not be told
  keep_and_tell,  ///< the same for HTTP/1.0
  close,
};

/// Ends with the empty line; Content-Length is that of `made.body`, which HEAD leaves out. A field
/// of the handler's that would break the framing is left out. `more_lines` are whole ones.
std::string head_text(const response& made, const request& asked, after_answer then,
                      std::string_view more_lines = {});

/// Whether this status has a body at all (RFC 9110 section 6.4.1).
bool may_have_body(unsigned status);

}  // namespace rentwave::http
