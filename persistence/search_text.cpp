#include "persistence/search_text.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "actors/domain/decision.hpp"

namespace rentwave {
namespace {

void add(std::string& to, std::string_view text) {
  if (text.empty()) return;
  if (!to.empty()) to += ' ';
  to += text;
}

bool continues(unsigned byte) {
  return (byte & 0xC0) == 0x80;
}

/// The length in bytes of the code point at `at`, and whether it belongs to a word. One that is cut
/// short has the length that it should have.
struct step {
  std::size_t length;
  bool in_word;
};

step step_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) {
    const bool letter = (lead | 0x20) >= 'a' && (lead | 0x20) <= 'z';
    return {1, letter || (lead >= '0' && lead <= '9')};
  }
  // U+00A0..U+00BF but for ª, ² to ¾ and µ; U+00D7 and U+00F7; U+2000..U+2BFF and U+3000..U+303F:
  // spaces, quotes, dashes, arrows, signs; U+1F000 and beyond: pictures.
  if (lead == 0xC2) {
    const unsigned next = byte(1);
    const bool letter = next == 0xAA || next == 0xB2 || next == 0xB3 || next == 0xB5 ||
                        next == 0xB9 || next == 0xBA || (next >= 0xBC && next <= 0xBE);
    return {2, letter};
  }
  if (lead == 0xC3) return {2, byte(1) != 0x97 && byte(1) != 0xB7};
  if (lead == 0xE2) return {3, byte(1) > 0xAF};
  if (lead == 0xE3) return {3, byte(1) != 0x80};
  // U+E000 to U+EFFF, for private use: the mark of traits (traits.hpp).
  if (lead == 0xEE) return {3, false};
  if (lead == 0xF0) return {4, byte(1) != 0x9F};
  return {1, true};
}

}  // namespace

search_text text_of(const offer& content) {
  search_text text{content.title, {}, content.description};
  auto& details = text.details;
  std::visit(overloaded{
                 [&](const book_details& book) {
                   for (const auto& part : {book.title, book.author, book.isbn}) add(details, part);
                 },
                 [&](const vehicle_details& vehicle) {
                   for (const auto& part : {vehicle.make, vehicle.model, vehicle.type,
                                            vehicle.transmission, vehicle.fuel})
                     add(details, part);
                 },
                 [&](const room_details& room) {
                   for (const auto& amenity : room.amenities) add(details, amenity);
                 },
             },
             content.item);
  add(details, content.where.city);
  add(details, content.where.country);
  return text;
}

std::vector<std::string_view> words_of(std::string_view text, std::size_t most) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto [length, in_word] = step_at(text, at);
    if (in_word && !inside) begin = at;
    if (!in_word && inside) {
      words.push_back(text.substr(begin, at - begin));
      if (words.size() == most) return words;
    }
    inside = in_word;
    // What does not continue a code point that is cut short may end the word.
    const auto end = std::min(at + length, text.size());
    while (++at < end && continues(static_cast<unsigned char>(text[at]))) continue;
  }
  if (inside) words.push_back(text.substr(begin));
  return words;
}

std::string some_of(std::int64_t count, const std::vector<std::string>& terms,
                    std::string_view conjunction, std::string_view disjunction) {
  const auto most = std::min<std::size_t>(terms.size(), title_words);
  std::string any;
  for (unsigned chosen = 0; chosen < 1u << most; ++chosen) {
    if (std::popcount(chosen) != count) continue;
    if (!any.empty()) any += disjunction;
    any += '(';
    bool first = true;
    for (std::size_t i = 0; i < most; ++i) {
      if ((chosen >> i & 1u) == 0) continue;
      if (!std::exchange(first, false)) any += conjunction;
      any += terms[i];
    }
    any += ')';
  }
  return any;
}

bool is_prefix(std::string_view last_word) {
  int characters = 0;
  for (std::size_t i = 0; i < last_word.size(); ++i) {
    const auto byte = [&](std::size_t at) {
      return at < last_word.size() ? static_cast<unsigned char>(last_word[at]) : 0u;
    };
    // U+0300..U+036F: an accent of the letter before.
    const bool combines = byte(i) == 0xCC || (byte(i) == 0xCD && byte(i + 1) <= 0xAF);
    if (!continues(byte(i)) && !combines) ++characters;
  }
  return characters > 1;
}

}  // namespace rentwave
