// Cuts connections whose server does not answer in time: libpq waits without a bound, and the
// server's own time-outs are no help when its machine hangs. One thread, owned by a store.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>

namespace rentwave::postgres {

class watchdog {
 public:
  using clock = std::chrono::steady_clock;

  watchdog();
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  /// While it lives, the socket is shut down at the deadline; whoever waits on it then wakes.
  class guard {
   public:
    guard(watchdog& by, int socket, clock::time_point deadline);
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;
    ~guard();

   private:
    watchdog& by_;
    std::multimap<clock::time_point, int>::iterator at_;
  };

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<clock::time_point, int> sockets_;  ///< -1: cut already
  clock::time_point awake_at_ = clock::time_point::max();
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace rentwave::postgres
