#include "persistence/sqlite/log_mover.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/error.hpp"

namespace rentwave::sqlite {

log_mover::log_mover(std::filesystem::path file)
    : file_(std::move(file)), thread_([this] { run(); }) {}

log_mover::~log_mover() {
  {
    const std::lock_guard held(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void log_mover::begin() {
  {
    const std::lock_guard held(mutex_);
    asked_ = true;
  }
  changed_.notify_all();
}

void log_mover::run() {
  std::unique_lock held(mutex_);
  for (;;) {
    changed_.wait(held, [&] { return ended_ || asked_; });
    if (ended_) return;
    asked_ = false;
    held.unlock();
    move();
    held.lock();
  }
}

/// What fails is tried again when the log has grown on, and by who writes when it is too long.
void log_mover::move() {
  const auto turn = hold();
  try {
    if (!on_) on_ = std::make_unique<connection>(file_, access::read_write);
    on_->move_log();
  } catch (const error& failed) {
    spdlog::warn("the write-ahead log of {} is not moved beside its writers: {}", file_.string(),
                 failed.what());
  }
}

}  // namespace rentwave::sqlite
