#include "http/resources/admin_steps.hpp"

#include "actors/runtime/runtime_figures.hpp"
#include "http/fields.hpp"
#include "http/node_figures.hpp"

namespace rentwave::http {

using nlohmann::json;

json entity_json(const entity_ref& entity) {
  return {{"kind", to_string(entity.kind)}, {"id", entity.id}};
}

json list_of(json items) {
  return {{"items", std::move(items)}};
}

std::optional<entity_ref> entity_of(std::string_view kind, std::string_view id) {
  const auto known = named<entity_kind>(std::string{kind});
  if (!known || !is_kept(*known) || id.empty()) return std::nullopt;
  return entity_ref{*known, std::string{id}};
}

std::string node_of(std::string_view owner) {
  const auto end = owner.rfind('/');
  return std::string{owner.substr(0, end == owner.npos ? owner.rfind('.') : end)};
}

json stats_json(const node_figures& sum, const runtime_figures* counted) {
  json shown;
  shown["partitions"] = {{"total", sum.partitions}, {"open", sum.open}, {"silent", sum.silent}};
  shown["entities"] = sum.entities;
  shown["restarts"] = counted ? counted->restarts.load() : 0;
  shown["quarantined"] = sum.quarantined;
  shown["alarms"] = {
      {"in_memory", sum.alarms}, {"waking", sum.wakes}, {"lag_us", sum.alarm_lag.count()}};
  shown["subscriptions"] = json::array();
  for (const auto& [name, figures] : sum.subscriptions)
    shown["subscriptions"].push_back({{"name", name},
                                      {"lag", figures.lag},
                                      {"parked_entities", figures.parked},
                                      {"dead_letters", figures.letters}});
  return shown;
}

}  // namespace rentwave::http
