#include "config/values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace rentwave::config {

namespace {

using std::chrono::milliseconds;

// Own classification: <cctype> depends on the locale and on the sign of char.
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_name(char c) {
  return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z') || c == '.' || c == '_' || c == '-';
}

bool is_host_name(char c) {
  return is_name(c) && c != '_';
}

/// What stands between commas; nothing of an empty text.
std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
  }
  return parts;
}

struct unit {
  std::string_view suffix;
  std::uint64_t factor;
};

/// A whole number and one of the units, at most `most` in all.
std::optional<std::uint64_t> quantity(std::string_view text, std::initializer_list<unit> units,
                                      std::uint64_t most) {
  auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  std::uint64_t count{};
  auto [end, error] = std::from_chars(text.data(), text.data() + digits, count);
  if (digits == 0 || error != std::errc{}) return {};
  for (const auto& [suffix, factor] : units) {
    if (text.substr(digits) != suffix) continue;
    if (count > most / factor) return {};
    return count * factor;
  }
  return {};
}

std::string limit_text(milliseconds most) {
  constexpr milliseconds day = std::chrono::hours{24};
  return most % day == milliseconds{} ? std::to_string(most / day) + "d"
                                      : std::to_string(most.count()) + "ms";
}

}  // namespace

problem real(std::string_view text, double& to, double least, double most) {
  double value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || !(value >= least && value <= most)) {  // a NaN fails the comparison
    std::array<char, 80> text_of_range{};
    std::snprintf(text_of_range.data(), text_of_range.size(), "a number from %g to %g", least,
                  most);
    return text_of_range.data();
  }
  to = value;
  return {};
}

problem duration(std::string_view text, milliseconds& to, milliseconds least, milliseconds most) {
  constexpr std::uint64_t day = 86'400'000;
  auto value =
      text == "0"
          ? std::uint64_t{0}
          : quantity(text, {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", day}},
                     3650 * day);
  if (!value || milliseconds(*value) < least || milliseconds(*value) > most)
    return "a duration such as 250ms, 10s, 15m, 12h or 30d, from " + std::to_string(least.count()) +
           "ms to " + limit_text(most);
  to = milliseconds(*value);
  return {};
}

problem size(std::string_view text, std::size_t& to) {
  auto value =
      quantity(text, {{"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}, 1 << 30);
  if (!value) return "a number of bytes such as 4096, 64KiB or 1MiB, at most 1GiB";
  to = *value;
  return {};
}

problem address(std::string_view text, std::string& to) {
  std::string copy(text);
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  bool valid = inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1 ||
               inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1;
  if (!valid || text.find('\0') != text.npos)  // inet_pton stops at a NUL
    return "an IP address such as 127.0.0.1, 0.0.0.0 or ::1";
  to = std::move(copy);
  return {};
}

problem origin(std::string_view text, std::string& to) {
  auto host = text;
  for (std::string_view scheme : {"http://", "https://"})
    if (text.starts_with(scheme)) host.remove_prefix(scheme.size());
  bool has_scheme = host.size() < text.size();
  bool plain = std::ranges::all_of(
      host, [](char c) { return is_name(c) || c == ':' || c == '[' || c == ']'; });
  if (!text.empty() && !(has_scheme && !host.empty() && plain))
    return "an origin such as https://rent.example or http://127.0.0.1:8080, without a path";
  // Browsers do not say what goes without saying.
  const auto usual = text.starts_with("https:") ? ":443" : ":80";
  if (host.ends_with(usual)) text.remove_suffix(std::string_view{usual}.size());
  to = text;
  return {};
}

problem origins(std::string_view text, std::vector<std::string>& to) {
  auto found = parts_of(text);
  for (auto& each : found)
    if (const auto given = each; given.empty() || origin(given, each))
      return "origins such as https://app.example, without a path, with commas between them";
  to = std::move(found);
  return {};
}

problem journal_url(std::string_view text, std::string& to) {
  constexpr std::string_view schemes[] = {"sqlite:", "postgresql://", "postgres://"};
  const bool known = std::ranges::any_of(schemes, [&](std::string_view scheme) {
    return text.starts_with(scheme) && text.size() > scheme.size();
  });
  if (!known) return "a journal such as sqlite:data/rentwave.db or postgresql://host/rentwave";
  to = text;
  return {};
}

problem node_name(std::string_view text, std::string& to) {
  if (text.size() > 64 || !std::ranges::all_of(text, is_name))
    return "up to 64 letters, digits, '.', '_' and '-'";
  to = text;
  return {};
}

problem roles(std::string_view text, bool& gateway, bool& partitions) {
  bool has_gateway = false;
  bool has_partitions = false;
  const auto wanted = parts_of(text);
  for (const std::string_view each : wanted) {
    has_gateway |= each == "gateway";
    has_partitions |= each == "partitions";
  }
  const auto known = std::size_t{has_gateway} + std::size_t{has_partitions};
  if (wanted.empty() || known != wanted.size()) return "gateway, partitions or gateway,partitions";
  gateway = has_gateway;
  partitions = has_partitions;
  return {};
}

problem host(std::string_view text, std::string& to) {
  constexpr std::size_t longest = 253;  // RFC 1035
  const bool fits = text.size() <= longest && std::ranges::all_of(text, is_host_name);
  if (std::string ip; !fits && address(text, ip)) return "a host's name or an IP address";
  to = text;
  return {};
}

problem names(std::string_view text, std::vector<std::string>& to) {
  constexpr std::size_t least = 3, most = 32;
  std::vector<std::string> found;
  for (auto& name : parts_of(text)) {
    const bool fits = std::ranges::all_of(name, [](char c) { return is_name(c); });
    if (!fits || name.size() < least || name.size() > most)
      return "usernames of 3 to 32 letters, digits, '_', '.' and '-' with commas between them";
    for (char& c : name)
      if (is_upper(c)) c = static_cast<char>(c | 0x20);
    found.push_back(std::move(name));
  }
  to = std::move(found);
  return {};
}

problem path(std::string_view text, std::string& to) {
  if (text.find('\0') != text.npos) return "the name of a file";
  to = text;
  return {};
}

problem networks(std::string_view text, std::vector<std::string>& to) {
  auto found = parts_of(text);
  for (const std::string_view each : found) {
    const auto slash = std::min(each.find('/'), each.size());
    std::string network;
    const bool is_v6 = each.find(':') != each.npos;
    bool fits = !address(each.substr(0, slash), network);
    if (unsigned bits = 0; slash < each.size())
      fits = fits && !integer(each.substr(slash + 1), bits, 0u, is_v6 ? 128u : 32u);
    if (!fits) return "addresses and networks such as 10.0.0.1 or fd00::/8 with commas between";
  }
  to = std::move(found);
  return {};
}

problem currency(std::string_view text, std::string& to) {
  if (text.size() != 3 || !std::ranges::all_of(text, is_upper))
    return "a currency of three capital letters such as EUR";
  to = text;
  return {};
}

problem entity(std::string_view text, std::string& to) {
  auto slash = text.find('/');
  if (slash == text.npos || slash == 0 || slash + 1 == text.size())
    return "a kind and an id such as rental/01920000-0000-7000-8000-000000000000";
  to = text;
  return {};
}

problem some_text(std::string_view text, std::string& to) {
  if (text.empty()) return "some text";
  to = text;
  return {};
}

}  // namespace rentwave::config
