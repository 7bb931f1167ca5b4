// Where things are, for operators: partitions and single entities, as the journal, the cluster's
// table and the partitions say it. Nothing is woken by looking at it.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "actors/runtime/resting_view.hpp"
#include "http/operations.hpp"
#include "http/resources/admin_handlers.hpp"
#include "http/resources/admin_steps.hpp"
#include "http/views.hpp"
#include "persistence/timestamp.hpp"

namespace rentwave::http {
namespace {

using boost::asio::awaitable;
using nlohmann::json;

// --- partitions ---

/// What is known of one; null where there is nothing.
struct known_partition {
  const partition_row* row = nullptr;           ///< in the journal
  const cluster_state::place* place = nullptr;  ///< in the cluster's table
  const partition_report* report = nullptr;
};

const char* state_of(const known_partition& one, const std::string& here) {
  const bool is_foreign = one.row && one.row->owner != here;
  if (!one.place && is_foreign) return "elsewhere";  // and nobody can ask there
  if (!one.report) return "silent";
  if (one.report->is_suspended) return "suspended";
  return one.report->open ? "open" : "starting";
}

json owner_of(const known_partition& one) {
  if (one.place) return one.place->owner ? json(*one.place->owner) : json(nullptr);
  const bool is_owned = one.row && !one.row->owner.empty();
  return is_owned ? json(node_of(one.row->owner)) : json(nullptr);
}

void add_report(json& to, const partition_report& report) {
  std::int64_t lag = 0;
  auto subscriptions = json::array();
  for (const auto& one : report.subscriptions) {
    lag += one.latest - one.position;
    subscriptions.push_back({{"name", one.name},
                             {"lag", one.latest - one.position},
                             {"parked_entities", one.parked},
                             {"dead_letters", one.letters}});
  }
  to["lag"] = lag;
  to["subscriptions"] = std::move(subscriptions);
  to["alarms"] = {
      {"in_memory", report.alarms}, {"waking", report.wakes}, {"lag_us", report.alarm_lag.count()}};
}

json partition_json(partition_id id, const known_partition& one, const std::string& here) {
  json shown{{"partition", id}, {"state", state_of(one, here)}, {"owner", owner_of(one)}};
  const bool is_moving = one.place && one.place->next;
  shown["moves_to"] = is_moving ? json(*one.place->next) : json(nullptr);
  shown["epoch"] = one.row ? json(one.row->epoch) : json(nullptr);
  shown["next_position"] = one.row ? json(one.row->position + 1) : json(nullptr);
  for (const char* figure : {"lag", "subscriptions", "alarms"}) shown[figure] = nullptr;
  if (one.report) add_report(shown, *one.report);
  return shown;
}

// --- entities ---

struct found_entity {
  entity_view view;
  std::string owner;  ///< of its partition
};

auto entity_question(entity_ref entity, partition_id partition) {
  return [entity = std::move(entity), partition](journal& in) -> journal_result<found_entity> {
    auto view = read_resting_view(in, entity);
    if (!view) return view.error();
    const auto rows = in.partitions();
    if (!rows) return rows.error();
    const auto home = std::ranges::find(*rows, partition, &partition_row::partition);
    return found_entity{std::move(*view), home == rows->end() ? "" : home->owner};
  };
}

}  // namespace

awaitable<response> get_admin_partitions(backend& api, const request& asked) {
  const auto rows = co_await api.read(owners_question());
  if (!rows) co_return to_response(rows.error(), asked);
  std::map<partition_id, const partition_row*> by_id;
  for (const auto& row : *rows) by_id[row.partition] = &row;
  const auto reports = co_await api.operators()->reports();
  const auto* office = api.operators()->cluster();
  const auto places = office ? office->state().places : std::vector<cluster_state::place>{};
  auto items = json::array();
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const auto id = static_cast<partition_id>(i);
    const auto row = by_id.find(id);
    known_partition one{row == by_id.end() ? nullptr : row->second,
                        i < places.size() ? &places[i] : nullptr, reports[i].get()};
    items.push_back(partition_json(id, one, api.operators()->here().owner));
  }
  co_return json_response(200, list_of(std::move(items)));
}

awaitable<response> get_admin_entity(backend& api, const request& asked) {
  const auto entity = entity_of(asked.parameters.at(0), asked.parameters.at(1));
  if (!entity) co_return to_response(not_found("There is no such entity."), asked);
  const auto partition = api.operators()->partition_of(*entity);
  auto question = entity_question(*entity, partition);
  const auto found = co_await api.read(std::move(question));
  if (!found) co_return to_response(found.error(), asked);
  const auto& [view, owner] = *found;
  const auto place = co_await api.operators()->look(*entity);
  const bool is_quarantined = place && (*place)->quarantine;
  if (view.version == 0 && !is_quarantined)
    co_return to_response(not_found("There is no such entity."), asked);
  json shown{{"entity", entity_json(*entity)}, {"version", view.version}};
  shown["partition"] = partition;
  shown["node"] = owner.empty() ? json(nullptr) : json(node_of(owner));
  shown["awake"] = place ? json((*place)->is_awake) : json(nullptr);
  shown["quarantine"] = nullptr;
  if (is_quarantined)
    shown["quarantine"] = {{"reason", (*place)->quarantine->reason},
                           {"since", format_instant((*place)->quarantine->since)}};
  shown["state"] = view.state ? state_json(view, api.currency()) : json(nullptr);
  co_return json_response(200, shown);
}

}  // namespace rentwave::http
