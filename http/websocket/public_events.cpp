#include "http/websocket/public_events.hpp"

#include "http/public_form.hpp"
#include "http/views.hpp"
#include "persistence/codec.hpp"

namespace rentwave::http {
namespace {

using nlohmann::json;
using shown = std::optional<json>;

template <class Event>
shown whole(const Event& happened, const std::string& currency) {
  return to_public(happened, currency);
}

/// What comes back is told whole, as it may have changed meanwhile; what is switched off is no
/// news.
shown back_in_the_market(const listing::shown& e, const std::string& currency) {
  if (!e.offered) return std::nullopt;
  return json{
      {"active", true}, {"revision", e.revision}, {"content", to_public(e.content, currency)}};
}

/// Nothing of why and by whom, and nothing of what is said while nobody may see the advert.
shown data_of(const listing::event& happened, const std::string& currency) {
  return std::visit(
      overloaded{
          [&]<item_kind Kind>(const listing::added<Kind>& e) { return whole(e, currency); },
          [&]<item_kind Kind>(const listing::updated<Kind>& e) {
            return e.hidden ? std::nullopt : whole(e, currency);
          },
          [](const listing::removed&) -> shown { return json::object(); },
          [](const listing::reserved& e) -> shown { return period_json(e.agreed.when); },
          [](const listing::handed_over&) -> shown { return json::object(); },
          [](const listing::released&) -> shown { return json::object(); },
          [](const listing::reclaimed& e) -> shown { return period_json(e.when); },
          [](const listing::rescheduled& e) -> shown {
            return json{{"end", format_instant(e.ends_at)}};
          },
          [](const listing::lost& e) -> shown {
            return json{{"active", false}, {"revision", e.revision}};
          },
          [](const listing::blocked& e) -> shown { return period_json(e.what.when); },
          [](const listing::unblocked&) -> shown { return json::object(); },
          [](const listing::rated& e) -> shown {
            return json{{"rating", rating_json(e.total)}};
          },
          [](const listing::hidden& e) -> shown {
            return json{{"active", false}, {"revision", e.revision}};
          },
          [&](const listing::shown& e) { return back_in_the_market(e, currency); },
          [](const listing::photo_added& e) -> shown { return photo_json(e.what); },
          [](const listing::photo_removed& e) -> shown {
            return json{{"id", to_string(e.id)}};
          },
          [](const auto&) -> shown { return std::nullopt; },
      },
      happened);
}

}  // namespace

std::optional<json> public_event_json(const stored_event& event, const std::string& currency) {
  if (event.entity.kind != entity_kind::listing) return std::nullopt;
  const auto happened = decode<listing::event>(event.type, event.schema, event.data);
  if (!happened) return std::nullopt;
  auto data = data_of(*happened, currency);
  if (!data) return std::nullopt;
  auto form = event_json(event, currency);
  form["data"] = *std::move(data);
  for (const char* private_member : {"actor", "trace_id", "cause"}) form[private_member] = nullptr;
  return form;
}

}  // namespace rentwave::http
