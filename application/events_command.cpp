#include "application/events_command.hpp"

#include <boost/describe/enum_from_string.hpp>
#include <nlohmann/json.hpp>

#include <charconv>
#include <csignal>
#include <iostream>
#include <thread>

#include "persistence/journal.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave {
namespace {

constexpr int events_at_once = 500;
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

int complain(const std::string& sentence) {
  std::cerr << "rentwave events: " << sentence << '\n';
  return 2;
}

}  // namespace

int print_events(const config::invocation& asked) {
  event_filter filter;
  if (!asked.events.entity.empty() && !parse_entity(asked.events.entity, filter))
    return complain("--entity is to be kind/id, for example rental/0192…, not " +
                    asked.events.entity);
  if (!asked.events.type.empty()) filter.type = asked.events.type;
  std::int64_t after = 0;
  const auto& cursor = asked.events.after;
  if (const auto end = cursor.data() + cursor.size();
      !cursor.empty() && std::from_chars(cursor.data(), end, after).ptr != end)
    return complain("--after is to be a cursor that was printed before, not " + cursor);

  const auto store = open_journal_read_only(asked.settings.journal.url);
  if (!store) return complain(store.error().detail);
  const auto connection = (*store)->connect();
  if (!connection) return complain(connection.error().detail);
  std::signal(SIGINT, [](int) { interrupted = 1; });
  std::signal(SIGTERM, [](int) { interrupted = 1; });
  while (!interrupted) {
    const auto events = (*connection)->scan(after, filter, events_at_once);
    if (!events) return complain(events.error().detail);
    for (const auto& event : *events) std::cout << line_of(event) << '\n';
    std::cout.flush();
    if (!std::cout) return 1;  // the reader has gone
    if (!events->empty()) after = events->back().sequence;
    if (events->size() == events_at_once) continue;
    if (!asked.events.follow) break;
    std::this_thread::sleep_for(follow_interval);
  }
  return 0;
}

}  // namespace rentwave
