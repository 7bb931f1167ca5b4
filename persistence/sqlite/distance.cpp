#include "persistence/sqlite/distance.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "persistence/geography.hpp"
#include "persistence/sqlite/error.hpp"

namespace rentwave::sqlite {
namespace {

void distance(sqlite3_context* result, int count, sqlite3_value** values) {
  const auto is_null = [](sqlite3_value* value) {
    return sqlite3_value_type(value) == SQLITE_NULL;
  };
  if (std::any_of(values, values + count, is_null)) return sqlite3_result_null(result);
  const coordinates from{sqlite3_value_double(values[0]), sqlite3_value_double(values[1])};
  const coordinates to{sqlite3_value_double(values[2]), sqlite3_value_double(values[3])};
  sqlite3_result_int64(result, distance_m(from, to));
}

}  // namespace

void register_distance(sqlite3* connection) {
  const int code =
      sqlite3_create_function_v2(connection, "distance_m", 4, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                 nullptr, distance, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw error(code, sqlite3_errmsg(connection));
}

}  // namespace rentwave::sqlite
