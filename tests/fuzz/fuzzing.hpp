// What the fuzz targets share. Each target is one `examine`, which reads its input with a parser of
// ours and breaks a promise by name; entry.cpp is what libFuzzer calls.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace rentwave::fuzz {

/// The target: must hold its promises for any input.
void examine(std::string_view input);

/// Ends the program when the promise is broken; libFuzzer then keeps the input.
inline void demand(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "== broken promise: %s\n", promise);
  std::abort();
}

/// The text up to the next line feed, which goes with it.
inline std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  return line;
}

/// Every byte as %XX, which no reader of a URI may take for anything else.
inline std::string percent_encoded(std::string_view text) {
  constexpr char hex[] = "0123456789ABCDEF";
  std::string coded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    coded += {'%', hex[byte >> 4], hex[byte & 15]};
  }
  return coded;
}

}  // namespace rentwave::fuzz
