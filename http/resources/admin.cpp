// What operators see and do: figures of the node, the log, what is quarantined and what
// subscriptions gave up on.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

#include "http/fields.hpp"
#include "http/node_figures.hpp"
#include "http/operations.hpp"
#include "http/resources/admin_handlers.hpp"
#include "http/resources/admin_steps.hpp"
#include "http/resources/steps.hpp"
#include "http/trace_context.hpp"
#include "http/views.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

using boost::asio::awaitable;
using nlohmann::json;

/// Of the log that one search goes through at once, some hundred milliseconds, and how long it
/// does.
constexpr std::int64_t events_a_step = 100'000;
constexpr std::chrono::seconds search_time{3};
constexpr integer_range sequences{0, std::numeric_limits<std::int64_t>::max()};
/// Of all partitions.
constexpr std::size_t most_in_quarantine = 1000;

// --- dead letters ---

/// For example "12-345-notifier": partition, position, subscription.
std::string id_of(const dead_letter& letter) {
  return std::to_string(letter.partition) + '-' + std::to_string(letter.position) + '-' +
         letter.subscription;
}

/// What comes before the next hyphen, as a number; both are taken away.
template <class Number>
std::optional<Number> take_number(std::string_view& from) {
  Number found{};
  const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), found);
  if (error != std::errc{} || end == from.data() + from.size() || *end != '-') return std::nullopt;
  from.remove_prefix(static_cast<std::size_t>(end - from.data()) + 1);
  return found;
}

std::optional<letter_place> place_in(std::string_view id) {
  const auto partition = take_number<partition_id>(id);
  if (!partition) return std::nullopt;
  const auto position = take_number<std::int64_t>(id);
  if (!position || *position < 1 || id.empty()) return std::nullopt;
  return letter_place{{std::string{id}, *position}, *partition};
}

json letter_json(const dead_letter& letter) {
  json shown;
  shown["id"] = id_of(letter);
  shown["subscription"] = letter.subscription;
  shown["partition"] = letter.partition;
  shown["position"] = letter.position;
  shown["entity"] = entity_json(letter.entity);
  shown["reason"] = letter.reason.empty() ? json(nullptr) : json(letter.reason);
  shown["parked"] = letter.reason.empty();
  shown["since"] = format_instant(letter.since);
  return shown;
}

journal_result<std::optional<dead_letter>> letter_at(journal& in, letter_place place) {
  --place.position;
  auto next = in.dead_letters(place.partition, place, 1);
  if (!next) return next.error();
  if (next->empty()) return std::nullopt;
  return std::move(next->front());
}

problem no_letter() {
  return not_found("There is no such dead letter.");
}

// --- the log ---

event_filter read_filter(query_reader& query) {
  event_filter filter;
  if (const auto entity = query.text("entity")) {
    const auto slash = entity->find('/');
    const auto found =
        entity_of(entity->substr(0, slash), slash == entity->npos ? "" : entity->substr(slash + 1));
    if (found) {
      filter.kind = found->kind;
      filter.id = found->id;
    } else {
      query.refuse("entity", "format", "It is kind/id, for example rental/<id>.");
    }
  }
  filter.type = query.text("type");
  if (const auto trace = query.text("trace")) {
    filter.trace = parse_trace(*trace);
    if (!filter.trace) query.refuse("trace", "format", "It is 32 hex digits, or a UUID.");
  }
  filter.from = query.instant("from");
  filter.to = query.instant("to");
  return filter;
}

}  // namespace

awaitable<response> get_admin_stats(backend& api, const request&) {
  const auto reports = co_await api.operators()->reports_here();
  co_return json_response(200, stats_json(sum_of(reports), api.operators()->runtime_counted()));
}

/// In the order of writing; `next` goes on where this page ended, also when it is empty. What is
/// rare is looked for in steps, between which others read, and for a while: who asked goes on.
awaitable<response> get_admin_events(backend& api, const request& asked) {
  query_reader query{asked};
  auto filter = read_filter(query);
  filter.reach = events_a_step;
  auto after = query.integer("cursor", sequences).value_or(0);
  const int limit = query.limit();
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);
  const auto until = std::chrono::steady_clock::now() + search_time;
  bool is_end = false;
  auto items = json::array();
  for (bool goes_on = true; goes_on;) {
    const int more = limit - static_cast<int>(items.size());
    auto question = [filter, after, more](journal& in) { return in.scan(after, filter, more); };
    const auto found = co_await api.read(std::move(question));
    if (!found) co_return to_response(found.error(), asked);
    for (const auto& event : found->events) items.push_back(event_json(event, api.currency()));
    after = found->looked_to;
    is_end = found->is_end;
    goes_on = !is_end && std::ssize(items) < limit && std::chrono::steady_clock::now() < until;
  }
  auto body = list_of(std::move(items));
  body["next"] = std::to_string(after);
  body["caught_up"] = is_end;
  co_return json_response(200, body);
}

awaitable<response> get_quarantine(backend& api, const request&) {
  const auto reports = co_await api.operators()->reports();
  std::vector<std::pair<partition_id, restart_budget::quarantined>> found;
  for (const auto& report : reports)
    if (report)
      for (const auto& one : report->quarantine) found.emplace_back(report->partition, one);
  std::ranges::stable_sort(found, {}, [](const auto& one) { return one.second.since; });
  found.resize(std::min(found.size(), most_in_quarantine));
  auto items = json::array();
  for (const auto& [partition, one] : found)
    items.push_back({{"entity", entity_json(one.entity)},
                     {"partition", partition},
                     {"reason", one.reason},
                     {"since", format_instant(one.since)}});
  const auto sum = sum_of(reports);
  auto body = list_of(std::move(items));
  body["total"] = sum.quarantined;
  body["silent_partitions"] = sum.silent;  // which may have others
  co_return json_response(200, body);
}

awaitable<response> release_from_quarantine(backend& api, const request& asked) {
  const auto entity = entity_of(asked.parameters.at(0), asked.parameters.at(1));
  if (!entity) co_return to_response(not_found("There is no such entity."), asked);
  const auto refused = co_await api.operators()->release(*entity);
  if (!refused) co_return to_response(refused.error(), asked);
  if (!refused->empty())
    co_return to_response(not_found("This entity is not in quarantine."), asked);
  co_return no_content();
}

/// A page ends with the id of its last letter.
awaitable<response> get_dead_letters(backend& api, const request& asked) {
  query_reader query{asked};
  const int limit = query.limit();
  std::optional<letter_place> after;
  if (const auto cursor = query.cursor()) {
    after = place_in(*cursor);
    if (!after) query.refuse("cursor", "format", "It is the next of the page before.");
  }
  if (const auto wrong = query.failure()) co_return to_response(*wrong, asked);
  auto question = [after, limit](journal& in) { return in.dead_letters({}, after, limit + 1); };
  auto found = co_await api.read(std::move(question));
  if (!found) co_return to_response(found.error(), asked);
  std::optional<std::string> next;
  if (std::ssize(*found) > limit) {
    found->resize(static_cast<std::size_t>(limit));
    next = id_of(found->back());
  }
  auto items = json::array();
  for (const auto& letter : *found) items.push_back(letter_json(letter));
  co_return json_response(200, list_json(std::move(items), next));
}

/// All letters of the same entity in the same subscription go with it, in order.
awaitable<response> replay_dead_letters(backend& api, const request& asked) {
  const auto& id = asked.parameters.at(0);
  const auto place = place_in(id);
  if (!place) co_return to_response(no_letter(), asked);
  auto question = [place = *place](journal& in) { return letter_at(in, place); };
  const auto found = co_await api.read(std::move(question));
  if (!found) co_return to_response(found.error(), asked);
  if (!*found || id_of(**found) != id) co_return to_response(no_letter(), asked);
  const auto failed = co_await api.operators()->replay((*found)->subscription, (*found)->entity);
  if (!failed) co_return to_response(failed.error(), asked);
  if (!failed->empty())
    co_return to_response(make_problem(409, "replay_failed", "Replay failed", *failed), asked);
  co_return no_content();
}

}  // namespace rentwave::http
