#include "application/serve.hpp"

#include <pthread.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

#include "application/logging.hpp"

namespace rentwave {
namespace {

using std::chrono::steady_clock;

constexpr auto ready_patience = std::chrono::minutes{5};
constexpr auto ready_interval = std::chrono::milliseconds{20};
constexpr auto start_grace = std::chrono::seconds{2};
constexpr auto stop_grace = std::chrono::seconds{10};

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

/// They are taken by this thread when it looks for them; every thread started later inherits the
/// mask.
void block(const sigset_t& signals) {
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int next_of(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  return signal;
}

/// Waits for a signal; false: none came in time.
bool stop_asked(const sigset_t& signals, std::chrono::nanoseconds within) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(within);
  const timespec wait{static_cast<time_t>(whole.count()),
                      static_cast<long>((within - whole).count())};
  int signal = 0;
  do signal = sigtimedwait(&signals, nullptr, &wait);
  while (signal < 0 && errno == EINTR);
  return signal > 0;
}

/// A start may take an hour, in which another process migrates the journal. Who is asked to stop
/// meanwhile ends soon, as a crash would: nothing has been acknowledged.
class watch_over_start {
 public:
  explicit watch_over_start(const sigset_t& stops)
      : thread_([this, stops](const std::stop_token& over) { watch(stops, over); }) {}

 private:
  void watch(const sigset_t& stops, const std::stop_token& over) {
    while (!stop_asked(stops, ready_interval))
      if (over.stop_requested()) return;
    std::unique_lock lock{mutex_};
    over_.wait_for(lock, over, start_grace, [] { return false; });
    if (over.stop_requested()) {
      kill(getpid(), SIGTERM);  // for whoever looks next
      return;
    }
    std::cerr << "rentwave: stopped while it was starting" << std::endl;
    std::_Exit(0);
  }

  std::mutex mutex_;
  std::condition_variable_any over_;
  std::jthread thread_;
};

enum class start { ready, stopped, gave_up };

start wait_until_ready(const application& running, const sigset_t& signals) {
  const auto until = steady_clock::now() + ready_patience;
  while (!running.wait_until_ready({})) {
    if (stop_asked(signals, ready_interval)) return start::stopped;
    if (steady_clock::now() >= until) return start::gave_up;
  }
  return start::ready;
}

}  // namespace

int serve(const config::settings& settings, const application::wrapper& wrap) {
  set_up_log(settings.log);
  const auto stops = stop_signals();
  auto signals = stops;
  // Otherwise it means, as usual, that the terminal has gone.
  if (!settings.http.tls_certificate.empty()) sigaddset(&signals, SIGHUP);
  block(signals);
  auto started = [&] {
    const watch_over_start watch{stops};
    return application::start(settings, wrap);
  }();
  if (!started) {
    std::cerr << "rentwave: " << started.error() << '\n';
    return 1;
  }
  auto& running = **started;
  const auto how = wait_until_ready(running, stops);
  if (how == start::gave_up) {
    std::cerr << "rentwave: the journal's partitions could not be opened\n";
    return 1;
  }
  if (how == start::ready) {
    std::cout << running.banner() << std::endl;
    if (const auto samples = running.sample_accounts(); !samples.empty())
      std::cout << samples << std::endl;
    if (settings.clock.rate != 1)
      std::cout << "DOMAIN TIME RUNS " << settings.clock.rate << " TIMES AS FAST AS REAL TIME"
                << std::endl;
    while (next_of(signals) == SIGHUP) running.renew_tls();
    running.begin_drain();
    stop_asked(stops, settings.http.drain_time);  // a second signal cuts it short
  }
  spdlog::info("stopping: requests under way have {} s to end", stop_grace.count());
  const bool failed = running.will_not_join();
  running.stop(stop_grace);
  return failed ? 1 : 0;
}

}  // namespace rentwave
