#include "persistence/fold.hpp"

#include "persistence/search_text.hpp"

namespace rentwave {
namespace {

// The base letters of U+00C0 to U+017F. '=': itself; '+': the lower case is the next code point;
// '_': the lower case is 32 further.
constexpr std::string_view bases =
    "aaaaaa_ceeeeiiii_nooooo=_uuuuy_="   // U+00C0
    "aaaaaa=ceeeeiiii=nooooo==uuuuy=y"   // U+00E0
    "aaaaaaccccccccdd+=eeeeeeeeeegggg"   // U+0100
    "gggghh+=iiiiiiiii=+=jjkk=llllll+"   // U+0120
    "=+=nnnnnn=+=oooooo+=rrrrrrssssss"   // U+0140
    "sstttt+=uuuuuuuuuuuuwwyyyzzzzzz=";  // U+0160
static_assert(bases.size() == 0x180 - 0xC0);

char32_t fold(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c >= 0xC0 && c < 0x180) {
    const char base = bases[c - 0xC0];
    if (base == '=') return c;
    if (base == '+') return c + 1;
    if (base == '_') return c + 32;
    return static_cast<unsigned char>(base);
  }
  if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

bool is_combining(char32_t c) {
  return c >= 0x300 && c < 0x370;
}

/// Neither cut short nor overlong: the latter would hide a quote (RFC 3629 section 10).
bool is_letter_of_two(unsigned lead, unsigned next) {
  return lead >= 0xC2 && lead < 0xE0 && (next & 0xC0) == 0x80;
}

/// Only letters of two bytes are folded; what is longer, or no UTF-8, stays as it is.
std::string fold(std::string_view word) {
  std::string folded;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const auto lead = static_cast<unsigned char>(word[i]);
    const auto next = i + 1 < word.size() ? static_cast<unsigned char>(word[i + 1]) : 0u;
    if (lead < 0x80) {
      folded += static_cast<char>(fold(char32_t{lead}));
    } else if (is_letter_of_two(lead, next)) {
      ++i;
      const char32_t c = fold(char32_t{lead & 0x1Fu} << 6 | (next & 0x3F));
      if (is_combining(c)) continue;
      if (c < 0x80) {
        folded += static_cast<char>(c);
      } else {
        folded += static_cast<char>(0xC0 | c >> 6);
        folded += static_cast<char>(0x80 | (c & 0x3F));
      }
    } else {
      folded += word[i];
    }
  }
  return folded;
}

}  // namespace

std::vector<std::string> folded_words(std::string_view text, std::size_t most) {
  std::vector<std::string> folded;
  for (const auto word : words_of(text, most)) folded.push_back(fold(word));
  return folded;
}

}  // namespace rentwave
