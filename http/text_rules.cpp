#include "http/text_rules.hpp"

#include <algorithm>

namespace rentwave::http {
namespace {

using std::string_view;

/// Blanks beyond ASCII that people type or paste: no-break space, ideographic space, zero width
/// space, byte order mark.
constexpr string_view wide_blanks[] = {"\u00A0", "\u3000", "\u200B", "\uFEFF"};
constexpr string_view narrow_blanks = " \t\n\r";

std::size_t blank_at_front(string_view text) {
  if (text.empty()) return 0;
  if (narrow_blanks.find(text.front()) != string_view::npos) return 1;
  for (const auto blank : wide_blanks)
    if (text.starts_with(blank)) return blank.size();
  return 0;
}

std::size_t blank_at_back(string_view text) {
  if (text.empty()) return 0;
  if (narrow_blanks.find(text.back()) != string_view::npos) return 1;
  for (const auto blank : wide_blanks)
    if (text.ends_with(blank)) return blank.size();
  return 0;
}

string_view trimmed(string_view text) {
  while (const auto size = blank_at_front(text)) text.remove_prefix(size);
  while (const auto size = blank_at_back(text)) text.remove_suffix(size);
  return text;
}

std::string with_plain_line_ends(string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at)
    if (text[at] != '\r' || at + 1 == text.size() || text[at + 1] != '\n') plain += text[at];
  return plain;
}

unsigned byte_at(string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// C0, DEL and C1 (U+0080 to U+009F, which begin with the byte C2).
bool has_control_character(string_view text, bool lines) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = byte_at(text, at);
    if (lines && (byte == '\n' || byte == '\t')) continue;
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && at + 1 < text.size() && byte_at(text, at + 1) < 0xA0) return true;
  }
  return false;
}

std::size_t code_points(string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string characters(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " character" : " characters");
}

/// The length of the well-formed sequence at `at`; 0 when there is none (Unicode, table 3-7).
std::size_t sequence_at(string_view text, std::size_t at) {
  const auto lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + size > text.size()) return 0;
  const unsigned lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  const auto second = byte_at(text, at + 1);
  if (second < lowest || second > highest) return 0;
  for (std::size_t i = at + 2; i < at + size; ++i)
    if ((byte_at(text, i) & 0xC0) != 0x80) return 0;
  return size;
}

}  // namespace

bool is_utf8(string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto size = sequence_at(text, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

checked<std::string> apply_text_rules(string_view text, const text_rules& rules) {
  if (!is_utf8(text)) return complaint{"encoding", "It must be UTF-8."};
  std::string kept{rules.trim ? trimmed(text) : text};
  if (rules.lines) kept = with_plain_line_ends(kept);
  if (has_control_character(kept, rules.lines))
    return complaint{"control_character", "It must not contain control characters."};
  const auto length = code_points(kept);
  if (length < rules.min)
    return complaint{"too_short", "It has at least " + characters(rules.min) + "."};
  if (length > rules.max)
    return complaint{"too_long", "It has at most " + characters(rules.max) + "."};
  return kept;
}

}  // namespace rentwave::http
