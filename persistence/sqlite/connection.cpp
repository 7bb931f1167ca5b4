#include "persistence/sqlite/connection.hpp"

#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <mutex>

#include "persistence/sqlite/distance.hpp"
#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/log_mover.hpp"
#include "persistence/sqlite/title_words.hpp"

namespace rentwave::sqlite {
namespace {

constexpr int busy_timeout_ms = 5000;

// synchronous=FULL is the promise: a commit is on the disk when it returns. The write-ahead log is
// moved into the file by `tend_log`.
constexpr const char* settings = R"(
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA recursive_triggers = ON;
  PRAGMA secure_delete = ON;
  PRAGMA cache_size = -32768;
  PRAGMA temp_store = MEMORY;
  PRAGMA wal_autocheckpoint = 0;
)";

constexpr std::int64_t page_bytes = 4096;  // SQLite's default, which our files have

/// SQLite tells how long the log is after each commit. It must not fail: an error would be that of
/// the commit.
int note_log(void* pages, sqlite3*, const char*, int in_log) {
  *static_cast<int*>(pages) = in_log;
  return SQLITE_OK;
}

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

connection::connection(std::filesystem::path file, access how, log_limits limits,
                       std::shared_ptr<log_mover> mover)
    : file_(std::move(file)), how_(how), limits_(limits), mover_(std::move(mover)) {
  open();
}

connection::~connection() {
  close();
}

void connection::open() {
  const int flags = how_ == access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  check_open(sqlite3_open_v2(file_.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr));
  // SQLite falls back to reading, and would stay with it even when the file can be written again.
  if (how_ == access::read_write && sqlite3_db_readonly(handle_, "main") == 1)
    check_open(SQLITE_READONLY);
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, busy_timeout_ms);
  try {
    execute(settings);
    execute(("PRAGMA journal_size_limit = " + std::to_string(limits_.kept_bytes)).c_str());
    register_words_in_title(handle_);
    register_distance(handle_);
    if (how_ == access::read_only)
      execute("PRAGMA query_only = ON");
    else
      sqlite3_wal_hook(handle_, note_log, &log_pages_);
  } catch (...) {
    close();
    throw;
  }
}

void connection::check_open(int code) {
  if (code == SQLITE_OK) return;
  const char* why = code == SQLITE_READONLY ? "it is write-protected"
                    : handle_               ? sqlite3_errmsg(handle_)
                                            : "out of memory";
  const error failed(code, file_.string() + ": " + why);
  close();
  throw failed;
}

void connection::close() noexcept {
  statements_.clear();
  passing_.clear();
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

statement& connection::passing(std::string_view sql) {
  std::string text{sql};
  if (!statements_.contains(text)) {
    if (passing_.size() == most_passing) {
      statements_.erase(passing_.front());
      passing_.pop_front();
    }
    passing_.push_back(std::move(text));
  }
  return prepared(sql);
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
  if (code == SQLITE_OK) return tend_log();
  const std::string what = sqlite3_errmsg(handle_);
  rollback();
  // A full disk is noticed before the commit mark is whole, a busy file before anything is written.
  // After any other failure (fsync above all) the mark may be in the log and found after a crash.
  if (primary(code) == SQLITE_FULL || primary(code) == SQLITE_BUSY) throw error(code, what);
  close();
  throw unknown_outcome(what);
}

// --- the write-ahead log ---

int connection::checkpoint(int mode) noexcept {
  const auto turn = mover_ ? mover_->hold() : std::unique_lock<std::mutex>{};
  sqlite3_busy_timeout(handle_, limits_.patience_ms);
  const int code = sqlite3_wal_checkpoint_v2(handle_, nullptr, mode, nullptr, nullptr);
  sqlite3_busy_timeout(handle_, busy_timeout_ms);
  return code;
}

void connection::tend_log() noexcept {
  const auto bytes = log_pages_ * page_bytes;
  if (bytes < tended_at_) tended_at_ = 0;  // it began anew
  if (bytes - tended_at_ < limits_.checkpoint_bytes) return;
  tended_at_ = bytes;
  if (mover_ && bytes < limits_.restart_bytes) return mover_->begin();
  const int code = checkpoint(SQLITE_CHECKPOINT_RESTART);
  if (code == SQLITE_OK) return;
  spdlog::warn("the write-ahead log of {} has {} MiB and cannot be moved into the file: {}",
               file_.string(), bytes >> 20,
               primary(code) == SQLITE_BUSY ? "somebody goes on reading it" : sqlite3_errstr(code));
}

void connection::move_log() {
  execute("SELECT 1 FROM sqlite_schema LIMIT 1");  // a connection that never read knows no log
  const int code = checkpoint(SQLITE_CHECKPOINT_PASSIVE);
  if (code != SQLITE_OK) throw error(code, sqlite3_errstr(code));
}

bool connection::empty_log() noexcept {
  return handle_ && checkpoint(SQLITE_CHECKPOINT_TRUNCATE) == SQLITE_OK;
}

// --- transaction ---

transaction::transaction(connection& on, kind what) : on_(on) {
  on.prepared(what == kind::read ? "BEGIN" : "BEGIN IMMEDIATE").run();
}

}  // namespace rentwave::sqlite
