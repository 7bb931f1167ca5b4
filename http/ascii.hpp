// Text of protocols: what RFC 9110 and its kin call a digit, a blank, the same word. ASCII only,
// and whatever the locale. Pure.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace rentwave::http::ascii {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
constexpr bool is_hex(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}
/// "!" to "~".
constexpr bool is_visible(char c) {
  return c >= 0x21 && c <= 0x7E;
}

inline std::string lowered(std::string text) {
  std::ranges::transform(text, text.begin(), lower);
  return text;
}

/// The same but for capital letters.
constexpr bool same_text(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}
constexpr bool starts_with(std::string_view text, std::string_view start) {
  return same_text(text.substr(0, start.size()), start);
}

/// Without spaces and tabs at both ends (OWS of RFC 9110 section 5.6.3).
constexpr std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Whether a list with commas has this token, in whatever case (RFC 9110 section 5.6.1).
constexpr bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (same_text(trimmed(list.substr(0, end)), token)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

}  // namespace rentwave::http::ascii
