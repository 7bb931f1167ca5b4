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
    const batch_form form(batch);
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

}  // namespace rentwave::postgres
