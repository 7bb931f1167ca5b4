#include "tests/http/call_log.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "http/ascii.hpp"
#include "http/router.hpp"
#include "http/routes.hpp"
#include "tests/http/exchange_log.hpp"

namespace rentwave::http {

void log_call(handler called, const request& asked, const response& made) {
  const auto row = std::ranges::find(all_routes(), called, &route::handle);
  if (!is_logging_exchanges() || row == all_routes().end()) return;
  nlohmann::json line{{"scope", "api"},         {"method", to_string(row->method)},
                      {"target", row->pattern}, {"route", row->pattern},
                      {"query", asked.query},   {"sent", asked.body},
                      {"status", made.status},  {"body", made.body}};
  auto& headers = line["headers"] = nlohmann::json::object();
  for (const auto& [name, value] : made.headers) headers[ascii::lowered(name)] = value;
  if (!made.body.empty()) headers["content-type"] = made.content_type;
  log_line(std::move(line));
}

}  // namespace rentwave::http
