#include "http/websocket/handshake.hpp"

#include <algorithm>

#include "http/ascii.hpp"
#include "http/credentials.hpp"
#include "http/problems.hpp"

namespace rentwave::http {
namespace {

constexpr std::string_view version = "13";

/// 16 bytes in base64 (RFC 6455 section 4.2.1): 22 digits of which the last has four bits of
/// nothing, and two signs of equality.
bool is_key(std::string_view text) {
  constexpr std::string_view last_digits = "AQgw";
  const auto is_digit = [](char c) {
    return ascii::is_letter(c) || ascii::is_digit(c) || c == '+' || c == '/';
  };
  return text.size() == 24 && text.ends_with("==") &&
         last_digits.find(text[21]) != last_digits.npos &&
         std::ranges::all_of(text.substr(0, 22), is_digit);
}

std::size_t count_of(const request& asked, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count(
      asked.headers, name, [](const auto& field) { return std::string_view{field.first}; }));
}

/// RFC 9110 section 15.5.22: what the client has to speak instead.
response upgrade_required(const request& asked, std::string detail) {
  auto made = to_response(
      make_problem(426, "upgrade_required", "Upgrade required", std::move(detail)), asked);
  made.headers.emplace_back("Upgrade", "websocket");
  made.headers.emplace_back("Connection", "Upgrade");
  made.headers.emplace_back("Sec-WebSocket-Version", version);
  return made;
}

response answer_to(const request& asked) {
  if (asked.method != verb::get || !asks_for_websocket(asked) ||
      !ascii::has_token(asked.header_list("connection"), "upgrade"))
    return upgrade_required(asked, "This is a WebSocket (RFC 6455), opened by GET.");
  if (asked.header_list("sec-websocket-version") != version)
    return upgrade_required(asked, "The version of the WebSocket protocol is 13.");
  if (count_of(asked, "sec-websocket-key") != 1 ||
      !is_key(ascii::trimmed(asked.header("sec-websocket-key"))))
    return to_response(make_problem(400, "bad_request", "Bad request",
                                    "Sec-WebSocket-Key is 16 bytes in base64, given once."),
                       asked);
  if (!asked.body.empty())
    return to_response(
        make_problem(400, "bad_request", "Bad request", "A WebSocket opens without a body."),
        asked);
  response made;
  made.status = 101;
  return made;
}

}  // namespace

boost::asio::awaitable<response> get_websocket(backend&, const request& asked) {
  co_return answer_to(asked);
}

}  // namespace rentwave::http
