#include "http/response_text.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <ctime>

#include "http/ascii.hpp"
#include "http/trace_context.hpp"

namespace rentwave::http {
namespace {

using std::string_view;

/// "Sun, 06 Nov 1994 08:49:37 GMT"
string_view date_text() {
  thread_local std::time_t then = 0;
  thread_local char text[32];
  thread_local std::size_t size = 0;
  const auto now = std::time(nullptr);
  if (now != then) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    then = now;
  }
  return {text, size};
}

bool is_safe(string_view name, string_view value) {
  const auto is_bad = [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
  };
  return !name.empty() && name.find_first_of(" :\t") == name.npos &&
         std::ranges::none_of(name, is_bad) && std::ranges::none_of(value, is_bad);
}

void add_field(std::string& to, string_view name, string_view value) {
  if (is_safe(name, value)) to.append(name).append(": ").append(value).append("\r\n");
}

/// What browsers are told with every answer (OWASP secure headers).
constexpr string_view safety =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";
/// For what is no page: it may load nothing and stand in no frame. Pages bring their own.
constexpr string_view closed_policy =
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
constexpr string_view by_https_only = "Strict-Transport-Security: max-age=31536000\r\n";

bool has_policy(const response& made) {
  return std::ranges::any_of(made.headers, [](const auto& field) {
    return ascii::same_text(field.first, "Content-Security-Policy");
  });
}

}  // namespace

bool may_have_body(unsigned status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string head_text(const response& made, const request& asked, after_answer then,
                      string_view more_lines) {
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(made.status));
  std::string text = "HTTP/1.1 " + std::to_string(made.status) + ' ';
  text.reserve(768);
  text.append(reason.data(), reason.size()).append("\r\n");
  add_field(text, "Server", "RentWave");
  add_field(text, "Date", date_text());
  if (may_have_body(made.status)) {
    const auto length = asked.method == verb::head ? made.length_of_head.value_or(made.body.size())
                                                   : made.body.size();
    if (length > 0) add_field(text, "Content-Type", made.content_type);
    add_field(text, "Content-Length", std::to_string(length));
  }
  text += safety;
  if (!has_policy(made)) text += closed_policy;
  if (asked.is_secure) text += by_https_only;
  add_field(text, "traceparent", format_traceparent(asked.trace));
  for (const auto& [name, value] : made.headers) add_field(text, name, value);
  text += more_lines;
  if (then == after_answer::keep_and_tell) add_field(text, "Connection", "keep-alive");
  if (then == after_answer::close) add_field(text, "Connection", "close");
  return text.append("\r\n");
}

}  // namespace rentwave::http
