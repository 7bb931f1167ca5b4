#include "actors/domain/isbn.hpp"

#include <cstddef>

namespace rentwave {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
  for (const char c : text)
    if (!is_digit(c)) return false;
  return true;
}

/// ISO 2108 annex A: weights 1 and 3 by turns, modulo 10.
char check_digit_13(std::string_view first_twelve) {
  int sum = 0;
  for (std::size_t i = 0; i < 12; ++i) sum += (first_twelve[i] - '0') * (i % 2 == 0 ? 1 : 3);
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

/// The older form: weights 10 down to 2, modulo 11, with X for ten.
char check_digit_10(std::string_view first_nine) {
  int sum = 0;
  for (std::size_t i = 0; i < 9; ++i) sum += (first_nine[i] - '0') * (10 - static_cast<int>(i));
  const int check = (11 - sum % 11) % 11;
  return check == 10 ? 'X' : static_cast<char>('0' + check);
}

}  // namespace

std::optional<std::string> normalise_isbn(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == '-' || c == ' ') continue;
    digits += c == 'x' ? 'X' : c;
    if (digits.size() > 13) return std::nullopt;
  }
  if (digits.size() == 10 && all_digits(std::string_view{digits}.substr(0, 9))) {
    if (digits[9] != check_digit_10(digits)) return std::nullopt;
    std::string isbn = "978" + digits.substr(0, 9);
    return isbn + check_digit_13(isbn);
  }
  if (digits.size() == 13 && all_digits(digits) &&
      (digits.starts_with("978") || digits.starts_with("979")) &&
      digits[12] == check_digit_13(digits))
    return digits;
  return std::nullopt;
}

}  // namespace rentwave
