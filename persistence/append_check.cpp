#include "persistence/append_check.hpp"

namespace rentwave {
namespace {

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

const char* fault_of(const new_event& event) {
  if (event.type.empty()) return "an event has no type";
  if (event.n < 0) return "an event has a negative number within its command";
  if (has_nul(event.type) || has_nul(event.data) || has_nul(event.actor)) return "NUL in an event";
  return nullptr;
}

const char* fault_of(const entity_append& wanted) {
  if (wanted.entity.id.empty() || has_nul(wanted.entity.id)) return "the entity's id is no text";
  if (wanted.version < 0) return "a negative version";
  for (const auto& event : wanted.events)
    if (const auto* fault = fault_of(event)) return fault;
  if (!wanted.state) return nullptr;
  const auto last = wanted.version + static_cast<std::int64_t>(wanted.events.size());
  if (wanted.state->version < 0 || wanted.state->version > last) return "a snapshot of the future";
  return has_nul(wanted.state->data) ? "NUL in a snapshot" : nullptr;
}

}  // namespace

std::optional<journal_error> check(const entity_append& wanted) {
  if (const auto* fault = fault_of(wanted))
    return journal_error{journal_errc::refused, to_string(wanted.entity) + ": " + fault};
  return std::nullopt;
}

journal_error version_conflict(const entity_append& wanted, std::int64_t version) {
  return {journal_errc::conflict, to_string(wanted.entity) + " is at version " +
                                      std::to_string(version) + ", not at " +
                                      std::to_string(wanted.version)};
}

journal_error command_conflict(const entity_append& wanted) {
  return {journal_errc::conflict,
          to_string(wanted.entity) + " has an event of this command already"};
}

partition_result fenced_result(const partition_append& wanted) {
  partition_result result;
  result.fenced = true;
  result.position = wanted.position;
  const journal_error error{journal_errc::fenced,
                            "partition " + std::to_string(wanted.partition) + " has another owner"};
  result.entities.assign(wanted.entities.size(), {error, 0});
  return result;
}

}  // namespace rentwave
