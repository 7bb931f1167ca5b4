// The API's table of contents: every route of this release. A new endpoint is its handler and its
// row.
#pragma once

#include <span>

#include "http/exchange.hpp"

namespace rentwave::http {

std::span<const route> all_routes();

}  // namespace rentwave::http
