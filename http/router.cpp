#include "http/router.hpp"

#include <algorithm>

namespace rentwave::http {
namespace {

bool is_parameter(std::string_view part) {
  return part.starts_with('{');
}

std::vector<std::string_view> parts_of_pattern(std::string_view pattern) {
  std::vector<std::string_view> parts;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // the slash
    const auto end = std::min(pattern.find('/'), pattern.size());
    parts.push_back(pattern.substr(0, end));
    pattern.remove_prefix(end);
  }
  return parts;
}

bool fits(std::span<const std::string_view> parts, std::span<const std::string> segments) {
  return std::ranges::equal(parts, segments, [](std::string_view part, const std::string& segment) {
    return is_parameter(part) ? !segment.empty() : part == segment;
  });
}

/// At the first part that differs in this, the pattern with the word comes first.
bool is_more_exact(std::span<const std::string_view> a, std::span<const std::string_view> b) {
  return std::ranges::lexicographical_compare(a, b, {}, is_parameter, is_parameter);
}

std::string allowed(std::span<const route* const> routes) {
  std::string methods;
  const auto add = [&methods](verb method) {
    methods.append(methods.empty() ? "" : ", ").append(to_string(method));
  };
  for (const auto* each : routes) {
    add(each->method);
    if (each->method == verb::get) add(verb::head);
  }
  add(verb::options);
  return methods;
}

}  // namespace

std::string_view to_string(verb method) {
  switch (method) {
    case verb::get:
      return "GET";
    case verb::head:
      return "HEAD";
    case verb::post:
      return "POST";
    case verb::put:
      return "PUT";
    case verb::patch:
      return "PATCH";
    case verb::remove:
      return "DELETE";
    case verb::options:
      return "OPTIONS";
  }
  return "";
}

router::router(std::span<const route> table) {
  for (const auto& row : table) {
    auto parts = parts_of_pattern(row.pattern);
    const auto same = [&row](const pattern& p) { return p.routes.front()->pattern == row.pattern; };
    const auto known = std::ranges::find_if(patterns_, same);
    if (known != patterns_.end()) {
      known->routes.push_back(&row);
    } else {
      patterns_.push_back({std::move(parts), {&row}});
    }
  }
  std::ranges::stable_sort(patterns_, [](const pattern& a, const pattern& b) {
    return is_more_exact(a.parts, b.parts);
  });
}

const router::pattern* router::find_pattern(std::span<const std::string> segments) const {
  const auto found = std::ranges::find_if(
      patterns_, [&](const pattern& each) { return fits(each.parts, segments); });
  return found == patterns_.end() ? nullptr : &*found;
}

route_match router::find(verb method, std::span<const std::string> segments) const {
  route_match match;
  const auto* where = find_pattern(segments);
  if (!where) return match;
  const auto with = [where](verb wanted) -> const route* {
    const auto found = std::ranges::find(where->routes, wanted, &route::method);
    return found == where->routes.end() ? nullptr : *found;
  };
  match.found = with(method);
  if (!match.found && method == verb::head) match.found = with(verb::get);
  if (!match.found) {
    match.allow = allowed(where->routes);
    return match;
  }
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (is_parameter(where->parts[i])) match.parameters.push_back(segments[i]);
  return match;
}

}  // namespace rentwave::http
