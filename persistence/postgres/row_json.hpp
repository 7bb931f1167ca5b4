// A change of a read model as the JSON that the function write_row takes (row_functions.cpp).
#pragma once

#include <string>

#include "persistence/read_models.hpp"

namespace rentwave::postgres {

void append_row_json(std::string& out, const row_change& change);

}  // namespace rentwave::postgres
