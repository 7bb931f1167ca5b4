#include "http/resources/admin_steps.hpp"

#include "http/fields.hpp"

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
  if (!known || id.empty()) return std::nullopt;
  if (*known == entity_kind::payment || *known == entity_kind::estate) return std::nullopt;
  return entity_ref{*known, std::string{id}};
}

std::string node_of(std::string_view owner) {
  return std::string{owner.substr(0, owner.rfind('/'))};
}

}  // namespace rentwave::http
