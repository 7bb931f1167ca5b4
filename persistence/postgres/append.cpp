#include <algorithm>
#include <utility>

#include "persistence/postgres/batch.hpp"
#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"

namespace rentwave::postgres {
namespace {

/// Number of parameters of both functions.
constexpr int parameter_count = 35;

std::string call_of(const char* function) {
  std::string sql = std::string{"SELECT * FROM "} + function + '(';
  for (int i = 1; i <= parameter_count; ++i) {
    if (i > 1) sql += ", ";
    sql += '$';
    sql += std::to_string(i);
  }
  return sql + ')';
}

}  // namespace

journal_result<std::vector<partition_result>> postgres_journal::append(
    const std::vector<partition_append>& batch) {
  static const std::string at_once = call_of("append_batch");
  static const std::string each = call_of("append_each");
  return guarded(purpose::writing, [&]() -> journal_result<std::vector<partition_result>> {
    if (batch.empty()) return std::vector<partition_result>{};
    const batch_form form(batch, begin_event_types(batch));
    const auto parameters = form.parameters();
    if (form.is_plain()) {
      try {
        return form.results_at_once(db_.execute(at_once, parameters));
      } catch (const error& e) {
        if (!e.is_data_error()) throw;
      }
    }
    return form.results_of_each(db_.execute(each, parameters));
  });
}

/// Types that are new to this connection are rare, and to the journal even more so.
held_types postgres_journal::begin_event_types(const std::vector<partition_append>& batch) {
  std::map<std::string_view, int> wanted;
  for (const auto& part : batch)
    for (const auto& entity : part.entities)
      for (const auto& event : entity.events) {
        const auto known = begun_types_.find(event.type);
        if (known != begun_types_.end() && known->second >= event.schema) continue;
        if (is_utf8(event.type)) wanted[event.type] = std::max(wanted[event.type], event.schema);
      }
  if (wanted.empty()) return {};
  array names;
  array schemas;
  for (const auto& [name, schema] : wanted) {
    names.add(name);
    schemas.add(schema);
  }
  held_types held_back;
  auto answer = db_.execute("SELECT held_back, node FROM begin_event_types($1, $2)",
                            values{std::move(names), std::move(schemas)});
  while (answer.next()) {
    std::string type;
    std::string node;
    answer.read(type, node);
    wanted.erase(type);
    held_back[std::move(type)] = std::move(node);
  }
  for (const auto& [name, schema] : wanted) begun_types_[std::string{name}] = schema;
  return held_back;
}

}  // namespace rentwave::postgres
