#include "persistence/sqlite/connection.hpp"

#include <sqlite3.h>

#include "persistence/sqlite/error.hpp"

namespace rentwave::sqlite {
namespace {

constexpr int busy_timeout_ms = 5000;

// synchronous=FULL is the promise: a commit is on the disk when it returns. The write-ahead log is
// moved into the file every 16 MiB and keeps at most 64 MiB of disk when it has grown beyond.
constexpr const char* settings = R"(
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA recursive_triggers = ON;
  PRAGMA secure_delete = ON;
  PRAGMA cache_size = -32768;
  PRAGMA temp_store = MEMORY;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA wal_autocheckpoint = 4096;
)";

constexpr int primary(int code) {
  return code & 0xFF;
}

}  // namespace

// --- errors ---

bool error::is_unique_violation() const {
  return code_ == SQLITE_CONSTRAINT_UNIQUE || code_ == SQLITE_CONSTRAINT_PRIMARYKEY;
}

bool error::is_data_error() const {
  const int code = primary(code_);
  return code == SQLITE_CONSTRAINT || code == SQLITE_TOOBIG || code == SQLITE_MISMATCH;
}

journal_error error::as_journal_error() const {
  const int code = primary(code_);
  if (is_data_error()) return {journal_errc::refused, what()};
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) return {journal_errc::corrupt, what()};
  return {journal_errc::unavailable, what()};
}

// --- connection ---

connection::connection(std::filesystem::path file, access how) : file_(std::move(file)), how_(how) {
  open();
}

connection::~connection() {
  close();
}

void connection::open() {
  const int flags = how_ == access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const int code = sqlite3_open_v2(file_.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) {
    const error failed(
        code, file_.string() + ": " + (handle_ ? sqlite3_errmsg(handle_) : "out of memory"));
    close();
    throw failed;
  }
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, busy_timeout_ms);
  try {
    execute(settings);
    if (how_ == access::read_only) execute("PRAGMA query_only = ON");
  } catch (...) {
    close();
    throw;
  }
}

void connection::close() noexcept {
  statements_.clear();
  sqlite3_close(handle_);
  handle_ = nullptr;
}

statement& connection::prepared(std::string_view sql) {
  if (!handle_) open();
  auto& cached = statements_[std::string{sql}];
  if (!cached) {
    sqlite3_stmt* compiled = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &compiled, nullptr);
    if (code != SQLITE_OK) throw error(code, sqlite3_errmsg(handle_));
    cached = std::make_unique<statement>(handle_, compiled);
  }
  return *cached;
}

void connection::execute(const char* script) {
  if (!handle_) open();
  const int code = sqlite3_exec(handle_, script, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw error(code, sqlite3_errmsg(handle_));
}

void connection::rollback() noexcept {
  if (!handle_ || sqlite3_get_autocommit(handle_)) return;  // SQLite undid it by itself
  sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  if (!sqlite3_get_autocommit(handle_)) close();
}

void connection::commit() {
  const int code = sqlite3_exec(handle_, "COMMIT", nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return;
  const std::string what = sqlite3_errmsg(handle_);
  rollback();
  // A full disk is noticed before the commit mark is whole, a busy file before anything is written.
  // After any other failure (fsync above all) the mark may be in the log and found after a crash.
  if (primary(code) == SQLITE_FULL || primary(code) == SQLITE_BUSY) throw error(code, what);
  close();
  throw unknown_outcome(what);
}

void connection::empty_log() noexcept {
  if (handle_)
    sqlite3_wal_checkpoint_v2(handle_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
}

// --- transaction ---

transaction::transaction(connection& on, kind what) : on_(on) {
  on.prepared(what == kind::read ? "BEGIN" : "BEGIN IMMEDIATE").run();
}

}  // namespace rentwave::sqlite
