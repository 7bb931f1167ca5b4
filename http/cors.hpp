// Which pages of others may ask by scripts in a browser and read the answers: the CORS protocol
// (Fetch, section 3.3). They are served as programs are, by a token: no answer shares credentials,
// and none sets the cookie, which is for our own pages alone. Immutable; safe from any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "http/exchange.hpp"

namespace rentwave::http {

class cors {
 public:
  /// Origins as browsers write them, such as `https://app.example`; none: nobody is let in.
  explicit cors(std::vector<std::string> origins = {}) : origins_(std::move(origins)) {}

  /// Whether a script of such a page asks.
  bool is_asked_by(const request& asked) const;
  /// What the header of every answer has, as lines; empty when nobody is let in.
  std::string fields(const request& asked) const;
  /// To OPTIONS, which a browser sends before a script's request that no form could make: what may
  /// follow on this path. `methods` as in Allow.
  void allow(const request& asked, const std::string& methods, response& made) const;
  /// Takes the cookie out of an answer to such a page, which could have asked for it in any case.
  void keep_cookie(const request& asked, response& made) const;

 private:
  std::vector<std::string> origins_;
};

}  // namespace rentwave::http
