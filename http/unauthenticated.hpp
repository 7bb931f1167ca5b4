// The problems of requests that do not prove who asks.
#pragma once

#include <string>

#include "http/exchange.hpp"

namespace rentwave::http {

inline problem unauthenticated(std::string detail) {
  problem missing;
  missing.status = 401;
  missing.code = "unauthenticated";
  missing.title = "Not authenticated";
  missing.detail = std::move(detail);
  return missing;
}

/// The browser says that the request comes from a page of somebody else's.
inline problem foreign_origin() {
  problem foreign;
  foreign.status = 403;
  foreign.code = "foreign_origin";
  foreign.title = "Foreign origin";
  foreign.detail = "With a cookie, only pages of ours may change things.";
  return foreign;
}

}  // namespace rentwave::http
