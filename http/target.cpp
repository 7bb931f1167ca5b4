#include "http/target.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>

#include "http/ascii.hpp"
#include "http/fields.hpp"

namespace rentwave::http {
namespace {

using std::string_view;

using ascii::is_digit;
using ascii::is_letter;

int hex_value(char c) {
  if (!ascii::is_hex(c)) return -1;
  return is_digit(c) ? c - '0' : ascii::lower(c) - 'a' + 10;
}

/// A NUL and what is no UTF-8 are refused too: nobody behind us expects them.
std::optional<std::string> decoded_text(string_view text, bool plus_is_blank) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      if (c == '\0') return std::nullopt;
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    decoded.push_back(c);
  }
  if (!is_utf8(decoded)) return std::nullopt;
  return decoded;
}

bool read_path(string_view text, target& into) {
  auto whole = decoded_text(text, false);
  if (!whole) return false;
  into.path = *std::move(whole);
  text.remove_prefix(1);
  while (true) {
    const auto end = std::min(text.find('/'), text.size());
    auto segment = decoded_text(text.substr(0, end), false);
    if (!segment) return false;  // an encoded character was cut in two
    into.segments.push_back(*std::move(segment));
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

bool read_query(string_view text, target& into) {
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto middle = std::min(pair.find('='), pair.size());
    auto name = decoded_text(pair.substr(0, middle), true);
    auto value = decoded_text(pair.substr(std::min(middle + 1, pair.size())), true);
    if (!name || !value) return false;
    into.query.emplace_back(*std::move(name), *std::move(value));
  }
  return true;
}

/// Takes off "http://host:port" (RFC 9112 section 3.2.2); false when that is wrong.
bool read_authority(string_view& text, target& into) {
  for (const string_view scheme : {"http://", "https://"}) {
    if (!ascii::starts_with(text, scheme)) continue;
    text.remove_prefix(scheme.size());
    const auto end = std::min(text.find_first_of("/?"), text.size());
    into.authority = text.substr(0, end);
    text.remove_prefix(end);
    return is_host(into.authority);
  }
  return false;
}

bool is_registered_name(string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
        return false;
      i += 2;
    } else if (!is_letter(c) && !is_digit(c) &&
               string_view{"-._~!$&'()*+,;="}.find(c) == string_view::npos) {
      return false;
    }
  }
  return !text.empty();
}

/// No zone, and no NUL, where Asio's reader would stop.
bool is_ipv6(string_view text) {
  const auto is_allowed = [](char c) { return ascii::is_hex(c) || c == ':' || c == '.'; };
  boost::system::error_code error;
  boost::asio::ip::make_address_v6(text, error);
  return !error && std::ranges::all_of(text, is_allowed);
}

bool is_port(string_view text) {
  return text.size() <= 5 && std::ranges::all_of(text, is_digit);
}

}  // namespace

bool is_host(string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos || !is_ipv6(text.substr(1, end - 1))) return false;
    const auto rest = text.substr(end + 1);
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  const auto colon = std::min(text.find(':'), text.size());
  return is_registered_name(text.substr(0, colon)) &&
         is_port(text.substr(std::min(colon + 1, text.size())));
}

std::optional<target> parse_target(string_view text) {
  target read;
  if (text == "*") {
    read.is_asterisk = true;
    read.path = "*";
    return read;
  }
  const auto is_foreign = [](char c) { return c <= ' ' || c >= '\x7f' || c == '#'; };
  if (std::ranges::any_of(text, is_foreign)) return std::nullopt;
  if (!text.starts_with('/') && !read_authority(text, read)) return std::nullopt;

  const auto question = std::min(text.find('?'), text.size());
  const auto path = question == 0 ? string_view{"/"} : text.substr(0, question);
  if (!read_path(path, read)) return std::nullopt;
  if (!read_query(text.substr(std::min(question + 1, text.size())), read)) return std::nullopt;
  return read;
}

}  // namespace rentwave::http
