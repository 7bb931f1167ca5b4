#include "http/webhooks/receiver_url.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "http/ascii.hpp"
#include "http/target.hpp"
#include "http/webhooks/public_address.hpp"

namespace rentwave::http {
namespace {

using std::string_view;

/// Those below it are of other protocols, which must not be talked to in the guise of HTTP.
constexpr std::uint16_t first_free_port = 1024;

complaint bad_form(const char* why) {
  return {"format", why};
}
complaint not_allowed(const char* why) {
  return {"not_allowed", why};
}

bool is_url_byte(char c) {
  return ascii::is_visible(c) && string_view{"\"<>\\^`{|}"}.find(c) == string_view::npos;
}

/// 0: none, or none that there can be.
std::uint16_t port_of(string_view digits) {
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [after, error] = std::from_chars(digits.data(), end, port);
  return error == std::errc{} && after == end ? port : std::uint16_t{0};
}

/// The text behind the host, with its colon; an IPv6 address has colons of its own.
string_view port_part(string_view authority) {
  const auto from = authority.starts_with('[') ? authority.find(']') : 0;
  const auto colon = authority.find(':', from);
  return colon == string_view::npos ? string_view{} : authority.substr(colon);
}

std::optional<complaint> read_authority(string_view text, receiver_url& into) {
  if (text.find('@') != string_view::npos)
    return bad_form("It has no user and no password: they would stand in logs.");
  if (!is_host(text)) return bad_form("It needs a host.");
  const auto port = port_part(text);
  auto host = text.substr(0, text.size() - port.size());
  into.authority = ascii::lowered(std::string{text});
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  into.host = ascii::lowered(std::string{host});
  if (into.host.empty()) return bad_form("It needs a host.");
  into.port = into.is_secure ? 443 : 80;
  if (port.empty()) return std::nullopt;
  into.port = port_of(port.substr(1));
  if (into.port == 0) return bad_form("A port is a number from 1 to 65535.");
  if (into.port < first_free_port && into.port != 80 && into.port != 443)
    return not_allowed("The port is 80, 443, or 1024 and above.");
  return std::nullopt;
}

bool is_private_address(const std::string& host) {
  boost::system::error_code is_name;
  const auto address = boost::asio::ip::make_address(host, is_name);
  return !is_name && !is_public(address);
}

}  // namespace

checked<receiver_url> parse_receiver_url(string_view text, const receiver_rules& rules) {
  if (text.size() > max_receiver_url)
    return complaint{"too_long", "It has at most 2000 characters."};
  if (!std::ranges::all_of(text, is_url_byte))
    return bad_form("It is of ASCII, without blanks; anything else is percent-encoded.");
  if (text.find('#') != string_view::npos) return bad_form("It has no fragment.");
  receiver_url made;
  if (ascii::starts_with(text, "https://")) {
    text.remove_prefix(8);
  } else if (ascii::starts_with(text, "http://")) {
    if (!rules.plain_http) return not_allowed("It begins with https://.");
    made.is_secure = false;
    text.remove_prefix(7);
  } else {
    return bad_form("It begins with https://.");
  }
  const auto end = std::min(text.find_first_of("/?"), text.size());
  if (auto wrong = read_authority(text.substr(0, end), made)) return *std::move(wrong);
  made.target = text.substr(end);
  if (!made.target.starts_with('/')) made.target.insert(0, 1, '/');
  if (!rules.private_addresses && is_private_address(made.host))
    return not_allowed("The address is not one of the public Internet.");
  return made;
}

}  // namespace rentwave::http
