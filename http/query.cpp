#include <algorithm>
#include <charconv>
#include <sstream>

#include "http/fields.hpp"
#include "http/problems.hpp"
#include "http/text_rules.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {

using std::string_view;

query_reader::query_reader(const request& asked) : asked_(asked) {}

std::optional<string_view> query_reader::find(string_view name) {
  known_.emplace_back(name);
  const auto is_it = [name](const auto& each) { return each.first == name; };
  const auto found = std::ranges::find_if(asked_.query, is_it);
  if (found == asked_.query.end()) return std::nullopt;
  if (std::find_if(std::next(found), asked_.query.end(), is_it) != asked_.query.end()) {
    refuse(name, "repeated", "It is given twice.");
    return std::nullopt;
  }
  return found->second;
}

void query_reader::refuse(string_view name, std::string code, std::string detail) {
  errors_.push_back({std::string{name}, std::move(code), std::move(detail)});
}

std::optional<std::string> query_reader::text(string_view name, text_rules rules) {
  const auto given = find(name);
  if (!given) return std::nullopt;
  auto read = apply_text_rules(*given, rules);
  if (read) return *std::move(read);
  refuse(name, read.error().code, read.error().detail);
  return std::nullopt;
}

std::optional<std::int64_t> query_reader::integer(string_view name, integer_range range) {
  const auto given = find(name);
  if (!given) return std::nullopt;
  std::int64_t value = 0;
  const auto* end = given->data() + given->size();
  const auto [after, error] = std::from_chars(given->data(), end, value);
  if (error == std::errc::invalid_argument || after != end) {
    refuse(name, "type", "It must be an integer.");
    return std::nullopt;
  }
  if (error != std::errc{} || value < range.min || value > range.max) {
    refuse(name, "range",
           "It must be between " + std::to_string(range.min) + " and " + std::to_string(range.max) +
               ".");
    return std::nullopt;
  }
  return value;
}

namespace {

/// Between commas; an empty text has one part.
std::vector<string_view> parts_of(string_view text) {
  std::vector<string_view> parts;
  for (;;) {
    const auto comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == text.npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

/// A decimal number, and not "inf", "nan" or a hexadecimal one.
std::optional<double> to_number(string_view text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, value);
  const bool plain = text.find_first_not_of("0123456789.eE+-") == text.npos;
  if (error != std::errc{} || after != end || !plain) return std::nullopt;
  return value;
}

std::string between(const number_range& range) {
  std::ostringstream text;
  text << "between " << range.min << " and " << range.max;
  return text.str();
}

}  // namespace

std::optional<std::vector<double>> query_reader::numbers(string_view name,
                                                         const std::vector<number_range>& ranges) {
  const auto given = find(name);
  if (!given) return std::nullopt;
  const auto parts = parts_of(*given);
  std::vector<double> values;
  for (std::size_t i = 0; i < parts.size() && parts.size() == ranges.size(); ++i) {
    const auto value = to_number(parts[i]);
    if (!value) break;
    if (!(*value >= ranges[i].min && *value <= ranges[i].max)) {
      refuse(name, "range", "It must be " + between(ranges[i]) + ".");
      return std::nullopt;
    }
    values.push_back(*value);
  }
  if (values.size() == ranges.size()) return values;
  const auto count = std::to_string(ranges.size());
  refuse(name, "format",
         ranges.size() == 1 ? "It must be a number." : "It must be " + count + " numbers: 1.5,2.");
  return std::nullopt;
}

std::optional<double> query_reader::number(string_view name, number_range range) {
  const auto values = numbers(name, {range});
  return values ? std::optional{values->front()} : std::nullopt;
}

std::vector<std::string> query_reader::texts(string_view name, std::size_t max_count,
                                             text_rules rules) {
  const auto given = find(name);
  if (!given) return {};
  const auto parts = parts_of(*given);
  if (parts.size() > max_count) {
    refuse(name, "too_many", "It has at most " + std::to_string(max_count) + " elements.");
    return {};
  }
  std::vector<std::string> values;
  for (const auto part : parts) {
    auto read = apply_text_rules(part, rules);
    if (!read) {
      refuse(name, read.error().code, read.error().detail);
      return {};
    }
    values.push_back(*std::move(read));
  }
  return values;
}

std::optional<bool> query_reader::flag(string_view name) {
  const auto chosen = word(name, {"true", "false"});
  return chosen ? std::optional{*chosen == "true"} : std::nullopt;
}

std::optional<rentwave::instant> query_reader::instant(string_view name) {
  const auto given = find(name);
  if (!given) return std::nullopt;
  const auto value = parse_instant(*given);
  if (!value) refuse(name, "format", "A time is RFC 3339, for example 2024-05-01T10:00:00Z.");
  return value;
}

std::optional<std::string> query_reader::word(string_view name,
                                              const std::vector<string_view>& words) {
  const auto given = find(name);
  if (!given) return std::nullopt;
  if (std::ranges::find(words, *given) != words.end()) return std::string{*given};
  std::string all;
  for (const auto each : words) all.append(all.empty() ? "" : ", ").append(each);
  refuse(name, "unknown_value", "It must be one of " + all + ".");
  return std::nullopt;
}

int query_reader::limit(int otherwise) {
  return static_cast<int>(integer("limit", {1, max_page}).value_or(otherwise));
}

std::optional<std::string> query_reader::cursor() {
  return text("cursor", {.max = max_cursor, .trim = false});
}

std::optional<problem> query_reader::failure() const {
  auto errors = errors_;
  for (const auto& [name, value] : asked_.query)
    if (std::ranges::find(known_, name) == known_.end())
      errors.push_back({name, "unknown_parameter", "There is no such parameter here."});
  if (errors.empty()) return std::nullopt;
  return invalid(std::move(errors));
}

}  // namespace rentwave::http
