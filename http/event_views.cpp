// Events as clients see them: histories and receipts.
#include <map>
#include <nlohmann/json.hpp>

#include "http/public_form.hpp"
#include "http/views.hpp"
#include "persistence/codec.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;

/// The space of event ids: they are derived from it for good.
constexpr boost::uuids::uuid event_space{{0x6d, 0x1f, 0x0a, 0x6e, 0x52, 0x7b, 0x8c, 0x11, 0x9d,
                                          0x34, 0x1b, 0x77, 0x20, 0xe5, 0x4a, 0xc3}};

template <class Event>
json data_of(const stored_event& event, const std::string& currency) {
  const auto decoded = decode<Event>(event.type, event.schema, event.data);
  if (!decoded) return json::object();
  return std::visit([&](const auto& e) { return to_public(e, currency); }, *decoded);
}

json data_json(const stored_event& event, const std::string& currency) {
  switch (event.entity.kind) {
    case entity_kind::listing:
      return data_of<listing::event>(event, currency);
    case entity_kind::book:
      return data_of<book::event>(event, currency);
    case entity_kind::rental:
      return data_of<rental::event>(event, currency);
    case entity_kind::wallet:
      return data_of<wallet::event>(event, currency);
    case entity_kind::inbox:
      return data_of<inbox::event>(event, currency);
    case entity_kind::topic:
      return data_of<topic::event>(event, currency);
    case entity_kind::audience:
      return data_of<rentwave::audience::event>(event, currency);
    case entity_kind::follower:
      return data_of<follower::event>(event, currency);
    case entity_kind::webhook:
      return data_of<webhook::event>(event, currency);
    case entity_kind::login:
    case entity_kind::account:
    case entity_kind::session:
    case entity_kind::keyed_request:
    case entity_kind::payment:
    case entity_kind::estate:
    case entity_kind::crier:
    case entity_kind::postman:
      return json::object();
  }
  return json::object();
}

/// The ids of the events of this type, by their late period.
template <class Event>
std::map<int, std::string> ids_by_period(const std::vector<stored_event>& history) {
  std::map<int, std::string> ids;
  for (const auto& event : history) {
    if (event.type != Event::type) continue;
    const auto decoded = decode<rental::event>(event.type, event.schema, event.data);
    const auto* found = decoded ? std::get_if<Event>(&*decoded) : nullptr;
    if (found) ids[found->n] = to_string(event_id(event.entity, event.version));
  }
  return ids;
}

json id_or_null(const std::map<int, std::string>& ids, int n) {
  const auto found = ids.find(n);
  return found == ids.end() ? json(nullptr) : json(found->second);
}

}  // namespace

boost::uuids::uuid event_id(const entity_ref& entity, std::int64_t version) {
  return uuid_v8(event_space, to_string(entity) + '/' + std::to_string(version));
}

json event_json(const stored_event& event, const std::string& currency) {
  const auto* kind = to_string(event.entity.kind);
  return {{"id", to_string(event_id(event.entity, event.version))},
          {"type", event.type},
          {"time", format_instant(event.time)},
          {"entity", {{"kind", kind}, {"id", event.entity.id}}},
          {"version", event.version},
          {"actor", event.actor.empty() ? json(nullptr) : json(event.actor)},
          {"trace_id", to_string(event.trace)},
          {"cause", to_string(event.command)},
          {"data", data_json(event, currency)}};
}

json receipts_json(const rental::state& one, const std::vector<stored_event>& history,
                   const std::string& currency) {
  const auto late_ids = ids_by_period<rental::late>(history);
  const auto charge_ids = ids_by_period<rental::charged>(history);
  const auto rule = late_rule_json(one.terms, currency);
  auto receipts = json::array();
  for (const auto& receipt : one.receipts) {
    json shown{{"n", receipt.n},
               {"rental_id", to_string(one.id)},
               {"due_at", format_instant(receipt.due)},
               {"fee", money_json(receipt.fee, currency)},
               {"from_balance", nullptr},
               {"from_deposit", nullptr},
               {"owed", nullptr},
               {"rule", rule},
               {"late_event_id", id_or_null(late_ids, receipt.n)},
               {"charge_event_id", id_or_null(charge_ids, receipt.n)}};
    if (receipt.result) {
      shown["from_balance"] = money_json(receipt.result->from_balance, currency);
      shown["from_deposit"] = money_json(receipt.result->from_deposit, currency);
      shown["owed"] = money_json(receipt.result->owed, currency);
    }
    receipts.push_back(std::move(shown));
  }
  return receipts;
}

}  // namespace rentwave::http
