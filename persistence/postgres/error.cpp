#include "persistence/postgres/error.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rentwave::postgres {

bool error::is_data_error() const {
  // Data exception, broken rule, program limit, and what a trigger raises; the functions of
  // append_functions.cpp know the same classes. RW is ours: an entity's version.
  static constexpr std::array<std::string_view, 5> classes{"22", "23", "54", "P0", "RW"};
  return sqlstate_.size() == 5 &&
         std::ranges::find(classes, std::string_view{sqlstate_}.substr(0, 2)) != classes.end();
}

journal_error error::as_journal_error() const {
  if (is_data_error()) return {journal_errc::refused, what()};
  // Of class XX only these say that the data is; "internal error" may say anything.
  if (sqlstate_ == "XX001" || sqlstate_ == "XX002") return {journal_errc::corrupt, what()};
  return {journal_errc::unavailable, what()};
}

}  // namespace rentwave::postgres
