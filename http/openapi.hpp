// The contract, http/openapi.yaml, as it was when this program was built.
#pragma once

#include <string_view>

namespace rentwave::http {

std::string_view openapi_text();

}  // namespace rentwave::http
