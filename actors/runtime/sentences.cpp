#include "actors/runtime/sentences.hpp"

namespace rentwave {
namespace {

constexpr const char* months[] = {"January",   "February", "March",    "April",
                                  "May",       "June",     "July",     "August",
                                  "September", "October",  "November", "December"};

/// Of a number below 100.
std::string two_digits(std::int64_t n) {
  return {static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)};
}

}  // namespace

std::string in_quotes(std::string_view title) {
  return std::string{"\u201c"}.append(title).append("\u201d");
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
