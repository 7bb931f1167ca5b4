// JSON from outside into a tree: strict RFC 8259 with bounds on depth and size, and without members
// given twice (RFC 7493). Pure; nothing is thrown.
#pragma once

#include <boost/system/result.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace rentwave::http {

/// What is wrong, as a sentence for whoever sent it.
struct malformed_json {
  std::string detail;
};

boost::system::result<nlohmann::json, malformed_json> parse_json(std::string_view text,
                                                                 int max_depth, int max_values);

}  // namespace rentwave::http
