#include "actors/runtime/sentences.hpp"

#include <algorithm>
#include <iterator>

namespace rentwave {
namespace {

constexpr const char* months[] = {"January",   "February", "March",    "April",
                                  "May",       "June",     "July",     "August",
                                  "September", "October",  "November", "December"};

/// Currencies that have no hundredths (ISO 4217, list one): no minor unit, or thousandths.
constexpr std::string_view undivided[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                          "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                          "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::string_view in_thousandths[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};

std::size_t minor_digits(std::string_view currency) {
  if (std::ranges::find(undivided, currency) != std::end(undivided)) return 0;
  return std::ranges::find(in_thousandths, currency) != std::end(in_thousandths) ? 3 : 2;
}

/// Of a number below 100.
std::string two_digits(std::int64_t n) {
  return {static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)};
}

}  // namespace

std::string in_quotes(std::string_view title) {
  return std::string{"\u201c"}.append(title).append("\u201d");
}

std::string in_words(money amount, std::string_view currency) {
  const auto minor = minor_digits(currency);
  auto text = std::to_string(amount.cents);
  if (minor > 0) {
    if (text.size() <= minor) text.insert(0, minor + 1 - text.size(), '0');
    text.insert(text.size() - minor, ".");
  }
  return text.append(" ").append(currency);
}

std::string in_words(instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::minutes>(at - day)};
  return std::to_string(static_cast<unsigned>(date.day())) + ' ' +
         months[static_cast<unsigned>(date.month()) - 1] + ' ' +
         std::to_string(static_cast<int>(date.year())) + ", " + two_digits(time.hours().count()) +
         ':' + two_digits(time.minutes().count()) + " UTC";
}

}  // namespace rentwave
