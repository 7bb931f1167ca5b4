// The program `rentwave`: reads the settings, starts the application and stops it on SIGTERM or
// SIGINT.
#include <pthread.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <thread>

#include "application/application.hpp"
#include "application/events_command.hpp"
#include "config/parse.hpp"

namespace {

using namespace rentwave;

constexpr auto ready_patience = std::chrono::minutes{5};
constexpr auto stop_grace = std::chrono::seconds{10};

void set_up_log(const config::log_settings& settings) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("rentwave"));
  // The enumerators are in the order of spdlog's: trace, debug, info, warn, error; then off.
  const auto level = static_cast<int>(settings.level);
  spdlog::set_level(settings.level == config::log_level::off
                        ? spdlog::level::off
                        : static_cast<spdlog::level::level_enum>(level));
  if (settings.format == config::log_format::json)
    spdlog::set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})",
                        spdlog::pattern_time_type::utc);
  else
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
}

/// SIGTERM and SIGINT are taken by `sigwait` of the main thread; every thread started later
/// inherits the mask.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int serve(const config::settings& settings) {
  set_up_log(settings.log);
  const auto signals = block_stop_signals();
  auto started = application::start(settings);
  if (!started) {
    std::cerr << "rentwave: " << started.error() << '\n';
    return 1;
  }
  auto& running = **started;
  if (!running.wait_until_ready(ready_patience)) {
    std::cerr << "rentwave: the journal's partitions could not be opened\n";
    return 1;
  }
  std::cout << running.banner() << std::endl;
  if (settings.clock.rate != 1)
    std::cout << "DOMAIN TIME RUNS " << settings.clock.rate << " TIMES AS FAST AS REAL TIME"
              << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  running.begin_drain();
  std::this_thread::sleep_for(settings.http.drain_time);
  spdlog::info("stopping: requests under way have {} s to end",
               std::chrono::duration_cast<std::chrono::seconds>(stop_grace).count());
  running.stop(stop_grace);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = config::parse(argc, argv, environ);
  if (const auto* told = std::get_if<config::information>(&parsed)) {
    std::cout << told->text;
    return 0;
  }
  if (const auto* wrong = std::get_if<config::complaint>(&parsed)) {
    std::cerr << wrong->text;
    return 2;
  }
  const auto& asked = std::get<config::invocation>(parsed);
  return asked.command == config::subcommand::events ? print_events(asked) : serve(asked.settings);
}
