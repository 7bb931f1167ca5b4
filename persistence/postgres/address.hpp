// The URL as libpq gets it: what the user gave, and what makes connections fail over and end in
// time, unless the user gave that too.
#pragma once

#include <string>
#include <string_view>

#include "persistence/postgres/connection.hpp"

namespace rentwave::postgres {

std::string complete_url(std::string_view url, access how);

}  // namespace rentwave::postgres
