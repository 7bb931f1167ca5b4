// Moves the write-ahead log into the file beside those who write: on a thread and a connection of
// its own, so that nobody's commit waits for it.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

namespace rentwave::sqlite {

class connection;

class log_mover {
 public:
  explicit log_mover(std::filesystem::path file);
  log_mover(const log_mover&) = delete;
  log_mover& operator=(const log_mover&) = delete;
  ~log_mover();  ///< waits for the pass it is at, some tens of milliseconds

  /// The log is long: what is in it by then is moved, soon.
  void begin();

  /// Keeps it from moving: SQLite lets only one move a log, and does not let a second wait. Waits
  /// for the pass that it is at.
  [[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock{turn_}; }

 private:
  void run();
  void move();

  std::filesystem::path file_;
  std::unique_ptr<connection> on_;  ///< of the thread
  std::mutex turn_;                 ///< to move
  std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace rentwave::sqlite
