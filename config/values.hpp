// How the text of an option becomes a value. Each function checks `text` and stores it in `to`, or
// leaves `to` alone and says what was expected.
#pragma once

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rentwave::config {

/// What was expected instead, such as "a number from 0 to 65535"; nothing when all is well.
using problem = std::optional<std::string>;

template <std::integral Number>
problem integer(std::string_view text, Number& to, Number least = 0,
                Number most = std::numeric_limits<Number>::max()) {
  Number value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    return "a number from " + std::to_string(least) + " to " + std::to_string(most);
  to = value;
  return {};
}

/// From `least` to `most`.
problem real(std::string_view text, double& to, double least, double most);

/// No text is no value; any other is checked by `check`, as those above and below.
template <class Value, class Check>
problem optional(std::string_view text, std::optional<Value>& to, Check check) {
  Value value{};
  if (!text.empty())
    if (auto wrong = check(text, value)) return wrong;
  to = text.empty() ? std::nullopt : std::optional{std::move(value)};
  return {};
}

/// `250ms`, `10s`, `15m`, `12h` or `30d`; a bare `0` too. From `least` to `most`.
problem duration(std::string_view text, std::chrono::milliseconds& to,
                 std::chrono::milliseconds least = {},
                 std::chrono::milliseconds most = std::chrono::hours{3650 * 24});

/// Bytes, `64KiB` or `1MiB`; at most 1 GiB.
problem size(std::string_view text, std::size_t& to);

/// An IPv4 or IPv6 address.
problem address(std::string_view text, std::string& to);

/// `http(s)://host[:port]`, or empty.
problem origin(std::string_view text, std::string& to);

/// Any number of them with commas between.
problem origins(std::string_view text, std::vector<std::string>& to);

/// `sqlite:<path>`, `postgresql://…` or `postgres://…`.
problem journal_url(std::string_view text, std::string& to);

/// Up to 64 letters, digits, `.`, `_` and `-`; or empty.
problem node_name(std::string_view text, std::string& to);

/// `gateway` and `partitions`, or one of them, with a comma between.
problem roles(std::string_view text, bool& gateway, bool& partitions);

/// A host's name or an IP address, without a port; or empty.
problem host(std::string_view text, std::string& to);

/// Any number of usernames with commas between them, `[a-z0-9_.-]{3,32}` whatever their case.
problem names(std::string_view text, std::vector<std::string>& to);

/// A file's name, or empty.
problem path(std::string_view text, std::string& to);

/// Any number of addresses and networks (`10.0.0.0/8`) with commas between them.
problem networks(std::string_view text, std::vector<std::string>& to);

/// Three capital letters.
problem currency(std::string_view text, std::string& to);

/// `kind/id`.
problem entity(std::string_view text, std::string& to);

/// Anything but nothing.
problem some_text(std::string_view text, std::string& to);

/// One of the named values.
template <class Value>
problem one_of(std::string_view text, Value& to,
               std::initializer_list<std::pair<std::string_view, Value>> choices) {
  std::string names;
  for (const auto& [name, value] : choices) {
    if (text == name) {
      to = value;
      return {};
    }
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return "one of " + names;
}

}  // namespace rentwave::config
