#include "application/events_command.hpp"

#include <boost/describe/enum_from_string.hpp>
#include <nlohmann/json.hpp>

#include <charconv>
#include <csignal>
#include <iostream>
#include <optional>
#include <thread>

#include "http/trace_context.hpp"
#include "persistence/journal.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave {
namespace {

constexpr std::size_t events_at_once = 500;
/// Gone through for what is rare before anybody is asked again whether to go on.
constexpr std::int64_t events_a_step = 100'000;
constexpr auto follow_interval = std::chrono::milliseconds{200};

volatile std::sig_atomic_t interrupted = 0;

std::string line_of(const stored_event& event) {
  nlohmann::ordered_json line;
  line["cursor"] = std::to_string(event.sequence);
  line["partition"] = event.partition;
  line["position"] = event.position;
  line["type"] = event.type;
  line["time"] = format_instant(event.time);
  line["entity"] = {{"kind", to_string(event.entity.kind)}, {"id", event.entity.id}};
  line["version"] = event.version;
  line["actor"] = event.actor;
  line["trace_id"] = to_string(event.trace);
  line["cause"] = to_string(event.command);
  line["data"] = nlohmann::ordered_json::parse(event.data, nullptr, false);
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// False: not `kind/id`.
bool parse_entity(const std::string& text, event_filter& filter) {
  const auto slash = text.find('/');
  entity_kind kind{};
  if (slash == std::string::npos || slash + 1 == text.size()) return false;
  if (!boost::describe::enum_from_string(text.substr(0, slash).c_str(), kind)) return false;
  filter.kind = kind;
  filter.id = text.substr(slash + 1);
  return true;
}

/// False: given, and no time.
bool parse_time(const std::string& text, std::optional<instant>& to) {
  if (text.empty()) return true;
  to = parse_instant(text);
  return to.has_value();
}

/// What `--after` names; nullopt: no cursor of ours.
std::optional<std::int64_t> parse_cursor(const std::string& text) {
  std::int64_t cursor = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, cursor);
  if (error != std::errc{} || stop != end || cursor < 0) return std::nullopt;
  return cursor;
}

enum class status { ok = 0, failed = 1, misused = 2 };

status complain(std::ostream& to, status what, const std::string& sentence) {
  to << "rentwave: " << sentence << '\n';
  return what;
}

status print(journal& from, std::int64_t after, const event_filter& filter, bool follow,
             const events_output& to) {
  for (;;) {
    const auto found = from.scan(after, filter, events_at_once);
    if (!found) return complain(to.complaints, status::failed, found.error().detail);
    for (const auto& event : found->events) to.lines << line_of(event) << '\n';
    to.lines.flush();
    if (!to.lines) return status::failed;  // the reader has gone
    after = found->looked_to;
    const bool idle = found->is_end;
    if ((idle && !follow) || !to.go_on(idle)) return status::ok;
  }
}

/// What is wrong with the options, if anything is.
std::optional<std::string> parse(const config::events_query& asked, event_filter& filter,
                                 std::int64_t& after) {
  const auto expected = [](std::string what, const std::string& given) {
    return std::optional{std::move(what) + ", got '" + given + "'"};
  };
  if (!asked.entity.empty() && !parse_entity(asked.entity, filter))
    return expected("--entity: expected kind/id, for example rental/0192…", asked.entity);
  if (!asked.type.empty()) filter.type = asked.type;
  if (!asked.trace.empty() && !(filter.trace = http::parse_trace(asked.trace)))
    return expected("--trace: expected 32 hex digits or a UUID", asked.trace);
  const std::string time = "expected a time such as 2026-03-01T08:00:00Z";
  if (!parse_time(asked.from, filter.from)) return expected("--from: " + time, asked.from);
  if (!parse_time(asked.to, filter.to)) return expected("--to: " + time, asked.to);
  const auto cursor = asked.after.empty() ? 0 : parse_cursor(asked.after);
  if (!cursor) return expected("--after: expected a cursor that was printed before", asked.after);
  after = *cursor;
  return std::nullopt;
}

status run(const config::invocation& asked, const events_output& to) {
  event_filter filter;
  filter.reach = events_a_step;
  std::int64_t after = 0;
  if (const auto wrong = parse(asked.events, filter, after))
    return complain(to.complaints, status::misused, *wrong);
  const auto store = open_journal_read_only(asked.settings.journal.url);
  if (!store) return complain(to.complaints, status::failed, store.error().detail);
  const auto connection = (*store)->connect();
  if (!connection) return complain(to.complaints, status::failed, connection.error().detail);
  return print(**connection, after, filter, asked.events.follow, to);
}

}  // namespace

int print_events(const config::invocation& asked, const events_output& to) {
  return static_cast<int>(run(asked, to));
}

int print_events(const config::invocation& asked) {
  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  return print_events(asked, {std::cout, std::cerr, [](bool idle) {
                                if (idle && !interrupted)
                                  std::this_thread::sleep_for(follow_interval);
                                return !interrupted;
                              }});
}

}  // namespace rentwave
