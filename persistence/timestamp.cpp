#include "persistence/timestamp.hpp"

#include <algorithm>
#include <cstddef>

namespace rentwave {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::year_month_day;

constexpr instant earliest{};
constexpr instant latest =
    std::chrono::sys_days{std::chrono::year{9999} / 12 / 31} + one_day - duration{1};

char* put_digits(char* to, unsigned value, int count) {
  for (int at = count - 1; at >= 0; --at, value /= 10) to[at] = static_cast<char>('0' + value % 10);
  return to + count;
}

/// Reads from the front of a text, and remembers whether all that was asked for was there.
struct reader {
  std::string_view rest;
  bool ok = true;

  bool next_is(char a, char b) const { return !rest.empty() && (rest[0] == a || rest[0] == b); }
  bool digit() const { return !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; }

  void expect(char a, char b) {
    if (!next_is(a, b)) {
      ok = false;
    } else {
      rest.remove_prefix(1);
    }
  }
  int digits(int count) {
    int value = 0;
    for (int at = 0; at < count; ++at) {
      if (!digit()) {
        ok = false;
        return 0;
      }
      value = value * 10 + (rest[0] - '0');
      rest.remove_prefix(1);
    }
    return value;
  }
  /// The digits after a point, as microseconds.
  int fraction() {
    int micros = 0;
    int scale = 100'000;
    ok = ok && digit();
    for (; digit(); rest.remove_prefix(1), scale /= 10) micros += (rest[0] - '0') * scale;
    return micros;
  }
};

/// Leap seconds are put at the end of June or December only (RFC 3339 appendix D).
bool may_be_leap_second(instant minute) {
  const auto day = floor<days>(minute);
  const year_month_day tomorrow{day + days{1}};
  return minute - day == std::chrono::hours{23} + std::chrono::minutes{59} &&
         unsigned{tomorrow.day()} == 1 &&
         (tomorrow.month() == std::chrono::January || tomorrow.month() == std::chrono::July);
}

/// "Z" or "+hh:mm": how far the text's local time is ahead of UTC.
std::chrono::minutes read_offset(reader& in) {
  if (in.next_is('Z', 'z')) {
    in.rest.remove_prefix(1);
    return {};
  }
  const int sign = in.next_is('-', '-') ? -1 : 1;
  in.expect('+', '-');
  const int hours = in.digits(2);
  in.expect(':', ':');
  const int minutes = in.digits(2);
  in.ok = in.ok && hours <= 23 && minutes <= 59;
  return std::chrono::minutes{sign * (hours * 60 + minutes)};
}

}  // namespace

void append_instant(std::string& out, instant when) {
  when = std::clamp(when, earliest, latest);
  const auto day = floor<days>(when);
  const year_month_day date{day};
  const auto of_day = when - day;
  const auto second = static_cast<unsigned>(floor<seconds>(of_day).count());
  const auto micros = static_cast<unsigned>((of_day % seconds{1}).count());

  char text[27];
  char* at = put_digits(text, static_cast<unsigned>(int{date.year()}), 4);
  *at++ = '-';
  at = put_digits(at, unsigned{date.month()}, 2);
  *at++ = '-';
  at = put_digits(at, unsigned{date.day()}, 2);
  *at++ = 'T';
  at = put_digits(at, second / 3600, 2);
  *at++ = ':';
  at = put_digits(at, second / 60 % 60, 2);
  *at++ = ':';
  at = put_digits(at, second % 60, 2);
  if (micros != 0) {
    *at++ = '.';
    at = put_digits(at, micros, 6);
  }
  *at++ = 'Z';
  out.append(text, static_cast<std::size_t>(at - text));
}

std::string format_instant(instant when) {
  std::string text;
  append_instant(text, when);
  return text;
}

std::optional<instant> parse_instant(std::string_view text) {
  reader in{text};
  const int year = in.digits(4);
  in.expect('-', '-');
  const int month = in.digits(2);
  in.expect('-', '-');
  const int day = in.digits(2);
  in.expect('T', 't');
  const int hour = in.digits(2);
  in.expect(':', ':');
  const int minute = in.digits(2);
  in.expect(':', ':');
  const int second = in.digits(2);
  int micros = 0;
  if (in.next_is('.', '.')) {
    in.rest.remove_prefix(1);
    micros = in.fraction();
  }
  const auto offset = read_offset(in);
  if (!in.ok || !in.rest.empty()) return std::nullopt;

  const year_month_day date{std::chrono::year{year},
                            std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const instant to_minute = std::chrono::sys_days{date} + std::chrono::hours{hour} +
                            std::chrono::minutes{minute} - offset;
  if (second == 60 && !may_be_leap_second(to_minute)) return std::nullopt;
  const instant when = to_minute + seconds{second} + duration{micros};
  if (when < earliest || when > latest) return std::nullopt;
  return when;
}

}  // namespace rentwave
