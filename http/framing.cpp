#include "http/framing.hpp"

#include <algorithm>
#include <optional>

#include "http/ascii.hpp"
#include "http/problems.hpp"
#include "http/router.hpp"
#include "http/target.hpp"
#include "http/trace_context.hpp"

namespace rentwave::http {
namespace {

using std::string_view;
using fields = std::vector<std::pair<std::string, std::string>>;

std::vector<string_view> values_of(const fields& all, string_view name) {
  std::vector<string_view> values;
  for (const auto& [key, value] : all)
    if (key == name) values.emplace_back(value);
  return values;
}

std::optional<verb> verb_of(string_view name) {
  for (const auto each :
       {verb::get, verb::head, verb::post, verb::put, verb::patch, verb::remove, verb::options})
    if (to_string(each) == name) return each;
  return std::nullopt;
}

/// RFC 9112 section 3.2: one Host, a valid one; HTTP/1.0 may do without.
std::optional<problem> wrong_host(const raw_head& head) {
  const auto hosts = values_of(head.fields, "host");
  if (hosts.empty() && head.version >= 11) return bad_request("The field Host is missing.");
  if (hosts.size() > 1) return bad_request("The field Host is given twice.");
  if (!hosts.empty() && !is_host(hosts.front())) return bad_request("The field Host is invalid.");
  return std::nullopt;
}

/// RFC 9112 section 6: what could make two readers disagree on where the body ends.
std::optional<problem> wrong_length(const raw_head& head) {
  const auto codings = values_of(head.fields, "transfer-encoding");
  const auto lengths = values_of(head.fields, "content-length");
  if (lengths.size() > 1) return bad_request("The field Content-Length is given twice.");
  if (!lengths.empty() && !std::ranges::all_of(lengths.front(), ascii::is_digit))
    return bad_request("The field Content-Length is no number.");
  if (codings.empty()) return std::nullopt;
  if (head.version < 11) return bad_request("HTTP/1.0 has no Transfer-Encoding.");
  if (!lengths.empty())
    return bad_request("Content-Length and Transfer-Encoding exclude each other.");
  if (codings.size() == 1 && ascii::same_text(codings.front(), "chunked")) return std::nullopt;
  auto last = codings.back();
  if (const auto comma = last.rfind(','); comma != last.npos) last.remove_prefix(comma + 1);
  if (ascii::same_text(ascii::trimmed(last), "chunked"))
    return make_problem(501, "not_implemented", "Not implemented",
                        "The only transfer coding is chunked.");
  return bad_request("The last transfer coding has to be chunked.");
}

/// RFC 9112 section 9.3. A field may come several times, and any of them say so.
bool keeps_alive(const raw_head& head) {
  bool keep_alive = head.version >= 11;
  for (auto list : values_of(head.fields, "connection")) {
    while (!list.empty()) {
      const auto end = std::min(list.find(','), list.size());
      const auto option = ascii::trimmed(list.substr(0, end));
      if (ascii::same_text(option, "close")) return false;
      if (ascii::same_text(option, "keep-alive")) keep_alive = true;
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  }
  return keep_alive;
}

}  // namespace

problem bad_request(std::string detail) {
  return make_problem(400, "bad_request", "Bad request", std::move(detail));
}

problem http_version() {
  return make_problem(505, "http_version", "HTTP version not supported", "This is HTTP/1.1.");
}

boost::system::result<accepted_head, problem> accept_head(raw_head head) {
  if (head.version / 10 != 1) return http_version();
  if (auto wrong = wrong_host(head)) return *std::move(wrong);
  if (auto wrong = wrong_length(head)) return *std::move(wrong);

  accepted_head accepted;
  const auto method = verb_of(head.method);
  if (!method)
    return make_problem(501, "not_implemented", "Not implemented", "There is no such method here.");
  accepted.asked.method = *method;

  auto where = parse_target(head.target);
  if (!where || (where->is_asterisk && *method != verb::options))
    return bad_request("The request target is invalid.");
  accepted.asked.target = head.target;
  accepted.asked.path = std::move(where->path);
  accepted.asked.query = std::move(where->query);
  accepted.segments = std::move(where->segments);
  accepted.is_about_server = where->is_asterisk;
  accepted.keep_alive = keeps_alive(head);
  // RFC 9112 section 3.2.2: what Host says counts for nothing then.
  if (!where->authority.empty())
    for (auto& [name, value] : head.fields)
      if (name == "host") value = where->authority;

  // RFC 9110 section 10.1.1: HTTP/1.0 knows no Expect.
  const auto expected = values_of(head.fields, "expect");
  if (!expected.empty() && head.version >= 11) {
    if (expected.size() > 1 || !ascii::same_text(expected.front(), "100-continue"))
      return make_problem(417, "expectation_failed", "Expectation failed",
                          "The only expectation is 100-continue.");
    accepted.expects_continue = true;
  }

  // RFC 9110 section 7.8: nor does it know Upgrade.
  if (head.version < 11)
    std::erase_if(head.fields, [](auto& field) { return field.first == "upgrade"; });

  const auto parents = values_of(head.fields, "traceparent");
  const auto trace = parents.size() == 1 ? parse_traceparent(parents.front()) : std::nullopt;
  accepted.asked.trace = trace ? *trace : new_trace_id();
  accepted.asked.headers = std::move(head.fields);
  return accepted;
}

}  // namespace rentwave::http
