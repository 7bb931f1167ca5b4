#include "persistence/json_writer.hpp"

#include <array>
#include <cmath>
#include <cstddef>

namespace rentwave {
namespace {

constexpr char hex[] = "0123456789abcdef";

/// Printable ASCII that stands for itself.
constexpr auto plain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

unsigned char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

/// How many bytes the UTF-8 sequence at the front has (RFC 3629 section 4); 0 when it is none.
std::size_t utf8_length(std::string_view text) {
  const auto lead = byte_at(text, 0);
  const auto second = byte_at(text, 1);
  const auto continues = [&](std::size_t at) { return (byte_at(text, at) & 0xC0) == 0x80; };
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    const bool overlong = lead == 0xE0 && second < 0xA0;
    const bool surrogate = lead == 0xED && second > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    const bool overlong = lead == 0xF0 && second < 0x90;
    const bool too_high = lead == 0xF4 && second > 0x8F;
    return overlong || too_high ? 0 : 4;
  }
  return 0;
}

void append_escaped(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += hex[c >> 4];
      out += hex[c & 0x0F];
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t run = 0;
    while (run < text.size() && plain[byte_at(text, run)]) ++run;
    out.append(text, 0, run);
    text.remove_prefix(run);
    if (text.empty()) break;
    std::size_t taken = 1;
    if (const auto next = byte_at(text, 0); next < 0x80) {
      append_escaped(out, next);
    } else if (const auto length = utf8_length(text)) {
      out.append(text, 0, length);
      taken = length;
    } else {
      out += "\xEF\xBF\xBD";
    }
    text.remove_prefix(taken);
  }
  out += '"';
}

void append_json_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  // Digits alone are an integer to whoever reads them, and may be a larger one than there is.
  constexpr double last_integer = 9'007'199'254'740'992;  // 2^53
  const bool is_large = std::abs(value) > last_integer;
  char digits[32];
  const auto written =
      is_large ? std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific)
               : std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, written.ptr);
}

void append_json_uuid(std::string& out, const boost::uuids::uuid& value) {
  char text[38];
  char* to = text;
  *to++ = '"';
  for (std::size_t at = 0; at < 16; ++at) {
    if (at == 4 || at == 6 || at == 8 || at == 10) *to++ = '-';
    *to++ = hex[value.data[at] >> 4];
    *to++ = hex[value.data[at] & 0x0F];
  }
  *to++ = '"';
  out.append(text, sizeof text);
}

}  // namespace rentwave
