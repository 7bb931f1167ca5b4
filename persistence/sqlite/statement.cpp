#include "persistence/sqlite/statement.hpp"

#include <sqlite3.h>

#include <cstring>

#include "persistence/sqlite/error.hpp"

namespace rentwave::sqlite {

// --- rows ---

rows::~rows() {
  of_.reset();
}

bool rows::next() {
  return of_.step();
}

std::int64_t rows::integer(int column) const {
  return sqlite3_column_int64(of_.compiled_, column);
}

bool rows::null(int column) const {
  return sqlite3_column_type(of_.compiled_, column) == SQLITE_NULL;
}

void rows::get(int column, std::int64_t& into) const {
  into = integer(column);
}

void rows::get(int column, int& into) const {
  into = sqlite3_column_int(of_.compiled_, column);
}

void rows::get(int column, double& into) const {
  into = sqlite3_column_double(of_.compiled_, column);
}

void rows::get(int column, std::string& into) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(of_.compiled_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(of_.compiled_, column));
  into.assign(bytes ? bytes : "", size);
}

void rows::get(int column, boost::uuids::uuid& into) const {
  const void* bytes = sqlite3_column_blob(of_.compiled_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(of_.compiled_, column));
  if (size != sizeof into.data) throw damaged("an id of " + std::to_string(size) + " bytes");
  std::memcpy(into.data, bytes, size);
}

void rows::unknown_name(const std::string& name) {
  throw damaged("unknown name '" + name + "'");
}

// --- statement ---

statement::~statement() {
  sqlite3_finalize(compiled_);
}

void statement::check(int code) const {
  if (code != SQLITE_OK) throw error(code, sqlite3_errmsg(connection_));
}

void statement::bind_integer(int at, std::int64_t value) {
  check(sqlite3_bind_int64(compiled_, at, value));
}

void statement::bind_real(int at, double value) {
  check(sqlite3_bind_double(compiled_, at, value));
}

void statement::bind_text(int at, std::string_view value, bool copy) {
  // A null pointer would bind NULL.
  check(sqlite3_bind_text64(compiled_, at, value.data() ? value.data() : "", value.size(),
                            copy ? SQLITE_TRANSIENT : SQLITE_STATIC, SQLITE_UTF8));
}

void statement::bind_blob(int at, std::string_view value, bool copy) {
  check(sqlite3_bind_blob64(compiled_, at, value.data() ? value.data() : "", value.size(),
                            copy ? SQLITE_TRANSIENT : SQLITE_STATIC));
}

void statement::bind_null(int at) {
  check(sqlite3_bind_null(compiled_, at));
}

bool statement::step() {
  const int code = sqlite3_step(compiled_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  // The connection forgets its message when the statement is reset.
  const error failed(sqlite3_extended_errcode(connection_), sqlite3_errmsg(connection_));
  reset();
  throw failed;
}

std::int64_t statement::execute() {
  while (step()) {
  }
  reset();
  return sqlite3_changes64(connection_);
}

void statement::reset() noexcept {
  sqlite3_reset(compiled_);
}

}  // namespace rentwave::sqlite
