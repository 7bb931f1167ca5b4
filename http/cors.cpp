#include "http/cors.hpp"

#include <algorithm>
#include <string_view>

#include "http/ascii.hpp"

namespace rentwave::http {
namespace {

/// Beyond those that any page may send.
constexpr const char* allowed_fields =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, traceparent";
/// Of an answer, beyond those that any page may read.
constexpr std::string_view readable_fields =
    "ETag, Idempotent-Replayed, Location, Retry-After, traceparent, WWW-Authenticate";
/// For which a browser need not ask again; none remembers it for longer than two hours.
constexpr const char* remembered_s = "7200";

}  // namespace

bool cors::is_asked_by(const request& asked) const {
  // Our own pages stay our own when they are listed, too.
  if (ascii::same_text(asked.header("sec-fetch-site"), "same-origin")) return false;
  const auto origin = asked.header("origin");
  return std::ranges::any_of(origins_,
                             [origin](const auto& each) { return ascii::same_text(each, origin); });
}

std::string cors::fields(const request& asked) const {
  if (origins_.empty()) return {};
  // For caches: the same answer has other fields for another page.
  std::string lines = "Vary: Origin\r\n";
  if (!is_asked_by(asked)) return lines;
  lines.append("Access-Control-Allow-Origin: ").append(asked.header("origin")).append("\r\n");
  lines.append("Access-Control-Expose-Headers: ").append(readable_fields).append("\r\n");
  return lines;
}

void cors::allow(const request& asked, const std::string& methods, response& made) const {
  if (!is_asked_by(asked) || asked.header("access-control-request-method").empty()) return;
  made.headers.emplace_back("Access-Control-Allow-Methods", methods);
  made.headers.emplace_back("Access-Control-Allow-Headers", allowed_fields);
  made.headers.emplace_back("Access-Control-Max-Age", remembered_s);
}

void cors::keep_cookie(const request& asked, response& made) const {
  if (!is_asked_by(asked)) return;
  std::erase_if(made.headers, [](const auto& field) { return field.first == "Set-Cookie"; });
}

}  // namespace rentwave::http
