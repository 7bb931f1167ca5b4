#include "http/duration_text.hpp"

#include <charconv>
#include <cstdint>

namespace rentwave::http {
namespace {

constexpr duration longest = one_day * 100'000;
constexpr std::size_t most_digits = 10;  // even as weeks far from overflow

struct unit {
  char letter;
  duration length;
};
constexpr unit date_units[] = {{'W', one_day * 7}, {'D', one_day}};
constexpr unit time_units[] = {
    {'H', one_hour}, {'M', std::chrono::minutes{1}}, {'S', std::chrono::seconds{1}}};

/// Takes the units off the front of `text`, each at most once and in this order, and adds them up.
/// False when something is there that is none of them, or nothing at all.
template <std::size_t N>
bool take(std::string_view& text, const unit (&units)[N], duration& sum) {
  bool some = false;
  std::size_t next = 0;
  while (!text.empty() && text.front() != 'T') {
    std::int64_t count = 0;
    const auto* end = text.data() + text.size();
    const auto [after, error] = std::from_chars(text.data(), end, count);
    const auto digits = static_cast<std::size_t>(after - text.data());
    if (error != std::errc{} || text.front() == '-' || digits > most_digits || after == end)
      return false;
    while (next < N && units[next].letter != *after) ++next;
    if (next == N) return false;
    if (count > longest / units[next].length) return false;
    sum += units[next].length * count;
    text.remove_prefix(digits + 1);
    ++next;
    some = true;
  }
  return some;
}

void put(std::string& text, std::int64_t count, char letter) {
  if (count != 0) text += std::to_string(count) + letter;
}

/// Seconds with as many digits of a fraction as there are.
void put_seconds(std::string& text, std::int64_t micros) {
  if (micros == 0) return;
  text += std::to_string(micros / 1'000'000);
  if (auto fraction = micros % 1'000'000; fraction != 0) {
    std::string digits = std::to_string(1'000'000 + fraction).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    text += '.' + digits;
  }
  text += 'S';
}

}  // namespace

std::optional<duration> parse_duration(std::string_view text) {
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  duration sum{};
  const bool has_date = !text.starts_with('T');
  if (has_date && !take(text, date_units, sum)) return std::nullopt;
  if (text.starts_with('T')) {
    text.remove_prefix(1);
    if (!take(text, time_units, sum)) return std::nullopt;
  }
  if (!text.empty() || sum > longest) return std::nullopt;
  return sum;
}

std::string format_duration(duration length) {
  using namespace std::chrono;
  if (length == duration::zero()) return "PT0S";
  std::string text = length < duration::zero() ? "-P" : "P";
  if (length < duration::zero()) length = -length;
  put(text, length / one_day, 'D');
  length %= one_day;
  if (length != duration::zero()) {
    text += 'T';
    put(text, length / one_hour, 'H');
    length %= one_hour;
    put(text, length / minutes{1}, 'M');
    put_seconds(text, (length % minutes{1}).count());
  }
  return text;
}

}  // namespace rentwave::http
