// One connection to the file, with its cache of prepared statements, and its transactions. Used by
// one thread at a time. After a failure that leaves its state in doubt it closes itself; the next
// use opens it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "persistence/sqlite/statement.hpp"

namespace rentwave::sqlite {

class log_mover;

enum class access { read_write, read_only };

/// What is done with the write-ahead log. It begins anew only when all of it is in the file and
/// nobody reads it, which never comes by itself where readers overlap or somebody always writes.
struct log_limits {
  std::int64_t checkpoint_bytes = 16 << 20;  ///< moved into the file whenever it grew by so much
  std::int64_t restart_bytes = 256 << 20;    ///< beyond that by the writer, with the right to write
  int patience_ms = 250;                     ///< for how long at most it waits there for readers
  /// Of disk that it keeps when it begins anew. To write over what is there costs the disk half of
  /// what a file that grows does: then there is its length to be made durable, too.
  std::int64_t kept_bytes = restart_bytes;
};

class connection {
 public:
  /// Without `mover` whoever writes moves the log. Throws `error`.
  connection(std::filesystem::path file, access how, log_limits limits = {},
             std::shared_ptr<log_mover> mover = nullptr);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection();

  /// The statement of this text, prepared once. It lives until the connection is closed.
  statement& prepared(std::string_view sql);
  /// Of one of many texts: it lives until `most_passing` others were asked for.
  statement& passing(std::string_view sql);
  static constexpr std::size_t most_passing = 256;

  /// Executes statements that bind and give nothing.
  void execute(const char* script);

  /// Undoes what is open, for sure: a connection that cannot do so is closed, which does.
  void rollback() noexcept;

  /// Makes what is open durable, and keeps the log within its limits. Throws `error` when it was
  /// not written for sure, and `unknown_outcome`. Nothing is open afterwards.
  void commit();

  /// Moves what is in the write-ahead log into the file, without waiting for anybody and with
  /// nobody waiting. Throws `error`.
  void move_log();

  /// Moves what is in the write-ahead log into the file and empties the log. False when that
  /// failed, for the most part because somebody went on reading it.
  bool empty_log() noexcept;

 private:
  void open();
  void check_open(int code);
  void close() noexcept;
  void tend_log() noexcept;
  int checkpoint(int mode) noexcept;

  std::filesystem::path file_;
  access how_;
  log_limits limits_;
  std::shared_ptr<log_mover> mover_;
  int log_pages_ = 0;           ///< after the last commit
  std::int64_t tended_at_ = 0;  ///< bytes of the log at the last checkpoint
  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<statement>> statements_;
  std::deque<std::string> passing_;  ///< texts of `statements_`, the oldest first
};

/// Ends by `commit`, or undoes everything.
class transaction {
 public:
  enum class kind {
    read,   ///< several statements see the same moment
    write,  ///< holds the right to write from the start
  };
  transaction(connection& on, kind what);
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  ~transaction() {
    if (open_) on_.rollback();
  }
  void commit() {
    open_ = false;
    on_.commit();
  }

 private:
  connection& on_;
  bool open_ = true;
};

}  // namespace rentwave::sqlite
