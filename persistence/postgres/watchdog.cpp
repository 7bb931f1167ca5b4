#include "persistence/postgres/watchdog.hpp"

#include <sys/socket.h>

#include <utility>

namespace rentwave::postgres {

watchdog::watchdog() : thread_([this] { run(); }) {}

watchdog::~watchdog() {
  {
    const std::lock_guard held(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

watchdog::guard::guard(watchdog& by, int socket, clock::time_point deadline) : by_(by) {
  bool earlier = false;
  {
    const std::lock_guard held(by_.mutex_);
    at_ = by_.sockets_.emplace(deadline, socket);
    earlier = deadline < by_.awake_at_;
  }
  if (earlier) by_.changed_.notify_one();
}

watchdog::guard::~guard() {
  const std::lock_guard held(by_.mutex_);
  by_.sockets_.erase(at_);
}

void watchdog::run() {
  std::unique_lock held(mutex_);
  while (!stop_) {
    const auto now = clock::now();
    awake_at_ = clock::time_point::max();
    for (auto& [deadline, socket] : sockets_) {
      if (deadline > now) {
        awake_at_ = deadline;
        break;
      }
      // Under the lock: its owner cannot close it meanwhile.
      if (const int due = std::exchange(socket, -1); due >= 0) ::shutdown(due, SHUT_RDWR);
    }
    if (awake_at_ == clock::time_point::max())
      changed_.wait(held);
    else
      changed_.wait_until(held, awake_at_);
  }
}

}  // namespace rentwave::postgres
