#include "persistence/postgres/values.hpp"

#include <cstdint>

namespace rentwave::postgres {
namespace {

constexpr char hex[] = "0123456789abcdef";

}  // namespace

void append_uuid(std::string& out, const boost::uuids::uuid& value) {
  char text[32];
  char* to = text;
  for (const auto byte : value) {
    *to++ = hex[byte >> 4];
    *to++ = hex[byte & 0x0F];
  }
  out.append(text, sizeof text);
}

void append_blob(std::string& out, std::string_view bytes) {
  out.reserve(out.size() + 2 + 2 * bytes.size());
  out.reserve(out.size() + 2 + 2 * bytes.size());
  out += "\\x";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += hex[byte >> 4];
    out += hex[byte & 0x0F];
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (auto at = text.find_first_of("\"\\"); at != std::string_view::npos;
       at = text.find_first_of("\"\\")) {
    out.append(text, 0, at);
    out += '\\';
    out += text[at];
    text.remove_prefix(at + 1);
  }
  out += text;
  out += '"';
}

bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u;
  };
  for (std::size_t at = 0; at < text.size();) {
    const unsigned lead = byte(at++);
    if (lead < 0x80) continue;
    if (lead < 0xC2 || lead > 0xF4) return false;
    // The first continuation byte has a smaller range where others would be overlong, surrogates
    // or beyond U+10FFFF (RFC 3629 section 4).
    const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (byte(at) < low || byte(at) > high) return false;
    const std::size_t more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    for (std::size_t i = 1; i < more; ++i)
      if ((byte(at + i) & 0xC0) != 0x80) return false;
    at += more;
  }
  return true;
}

}  // namespace rentwave::postgres
