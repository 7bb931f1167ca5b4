// A request target, and where it leads; a Host; the URL of a webhook's receiver.
#include "http/target.hpp"

#include <algorithm>
#include <array>

#include "http/fields.hpp"
#include "http/router.hpp"
#include "http/webhooks/receiver_url.hpp"
#include "tests/fuzz/fuzzing.hpp"

namespace rentwave::fuzz {
namespace {

using http::route;
using http::verb;
using segments = std::vector<std::string>;

// Each way in which one pattern can stand in another's.
constexpr route table[] = {
    {verb::get, "/", http::access::open, nullptr},
    {verb::get, "/a", http::access::open, nullptr},
    {verb::post, "/a", http::access::open, nullptr},
    {verb::get, "/a/{id}", http::access::open, nullptr},
    {verb::patch, "/a/{id}", http::access::open, nullptr},
    {verb::get, "/a/top", http::access::open, nullptr},
    {verb::post, "/a/{id}/b/{name}", http::access::open, nullptr},
    {verb::remove, "/a/{id}/b/{name}", http::access::open, nullptr},
    {verb::put, "/{kind}/top", http::access::open, nullptr},
    {verb::get, "/{kind}/{id}/b", http::access::open, nullptr},
};

segments parts_of(std::string_view pattern) {
  segments parts;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const auto end = std::min(pattern.find('/'), pattern.size());
    parts.emplace_back(pattern.substr(0, end));
    pattern.remove_prefix(end);
  }
  return parts;
}

bool is_word(std::string_view part) {
  return !part.starts_with('{');
}

/// What the parameters stand for, if the pattern fits.
std::optional<segments> fitted(const segments& pattern, const segments& path) {
  if (pattern.size() != path.size()) return std::nullopt;
  segments parameters;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_word(pattern[i]) ? pattern[i] != path[i] : path[i].empty()) return std::nullopt;
    if (!is_word(pattern[i])) parameters.push_back(path[i]);
  }
  return parameters;
}

void check_route(verb method, const segments& path) {
  static const http::router routes{table};
  const auto match = routes.find(method, path);
  // The pattern that has a word where the others that fit have parameters.
  std::optional<segments> best;
  for (const auto& row : table) {
    auto parts = parts_of(row.pattern);
    if (fitted(parts, path) &&
        (!best || std::ranges::lexicographical_compare(parts, *best, std::ranges::greater{},
                                                       is_word, is_word)))
      best = std::move(parts);
  }
  if (!best) {
    demand(!match.found && match.allow.empty(), "what fits no pattern is not found");
  } else if (!match.found) {
    demand(match.allow.ends_with("OPTIONS"), "a path of another method names its methods");
    demand((", " + match.allow + ",").find(" " + std::string{to_string(method)} + ",") ==
                   std::string::npos ||
               method == verb::options,
           "a method that is refused is not allowed");
  } else {
    demand(parts_of(match.found->pattern) == *best, "the most exact pattern is found");
    demand(
        match.found->method == method || (method == verb::head && match.found->method == verb::get),
        "a route is of the method");
    demand(match.parameters == fitted(*best, path), "parameters are what they stand for");
  }
}

bool is_kept(std::string_view text) {
  return http::is_utf8(text) && text.find('\0') == text.npos;
}

void check_target(const http::target& read) {
  if (read.is_asterisk) return demand(read.segments.empty(), "the server has no path");
  std::string path, coded;
  for (const auto& each : read.segments) {
    demand(is_kept(each), "a segment is text");
    path.append("/").append(each);
    coded.append("/").append(percent_encoded(each));
  }
  demand(path == read.path, "the path is its segments");
  char before = '?';
  for (const auto& [name, value] : read.query) {
    demand(is_kept(name) && is_kept(value), "a parameter is text");
    coded.append(1, before).append(percent_encoded(name) + '=').append(percent_encoded(value));
    before = '&';
  }
  const auto again = http::parse_target(coded);
  demand(again && again->segments == read.segments && again->query == read.query &&
             again->path == read.path,
         "what is encoded reads the same");
  for (const auto method : {verb::get, verb::head, verb::post, verb::put, verb::options})
    check_route(method, read.segments);
}

void check_receiver(std::string_view text) {
  const http::receiver_rules all{.plain_http = true, .private_addresses = true};
  const auto read = http::parse_receiver_url(text, all);
  if (!read) {
    demand(!read.error().code.empty() && !read.error().detail.empty(), "a refusal is explained");
    demand(!http::parse_receiver_url(text, {}), "a strict rule takes no more");
    return;
  }
  demand(http::is_host(read->authority), "the authority is a host");
  demand(!read->host.empty() && read->port != 0, "there is somewhere to go");
  const auto line = read->authority + read->target;
  demand(read->target.starts_with('/') &&
             std::ranges::all_of(line, [](char c) { return c > ' ' && c < '\x7f'; }),
         "nothing in it ends a line of a request");
  const auto scheme = read->is_secure ? "https://" : "http://";
  const auto again = http::parse_receiver_url(scheme + line, all);
  demand(line.size() + 8 > http::max_receiver_url ||
             (again && again->host == read->host && again->port == read->port &&
              again->target == read->target),
         "what is put together reads the same");
}

}  // namespace

void examine(std::string_view input) {
  check_receiver(input);
  if (const auto read = http::parse_target(input)) check_target(*read);
  if (http::is_host(input)) {
    demand(!input.empty() && input.find_first_of("/?#@\\\"<> \t\r\n") == input.npos,
           "a host is no more than a host");
    demand(http::parse_target("http://" + std::string{input}).has_value(),
           "a host is that of an absolute target");
  }
}

}  // namespace rentwave::fuzz
