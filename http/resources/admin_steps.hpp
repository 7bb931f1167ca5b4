// What the handlers of `/api/admin` have in common.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "actors/domain/entity.hpp"
#include "persistence/journal.hpp"

namespace rentwave {
struct runtime_figures;
}

namespace rentwave::http {

struct node_figures;

nlohmann::json entity_json(const entity_ref& entity);
nlohmann::json list_of(nlohmann::json items);
/// Who owns which partition, for the journal.
inline auto owners_question() {
  return [](journal& in) { return in.partitions(); };
}
/// By "kind" and "id" as in the log; nullopt for what is no kind of entity.
std::optional<entity_ref> entity_of(std::string_view kind, std::string_view id);
/// What `/api/admin/stats` shows; `counted` may be null.
nlohmann::json stats_json(const node_figures& sum, const runtime_figures* counted);
/// The node that an owner of partitions is a life of.
std::string node_of(std::string_view owner);

}  // namespace rentwave::http
