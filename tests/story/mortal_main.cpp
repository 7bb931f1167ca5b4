// rentwave over a journal that kills the process, as kill -9 would, at one append: the number and
// the moment come from the environment variable MORTAL_APPEND, as "<number>:before" or
// "<number>:after" the commit, or "<number>:later", 200 us after it, which is about when the answer
// leaves for the client. Without it, it prints the number of appends at its end.
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "application/application.hpp"
#include "application/logging.hpp"
#include "config/parse.hpp"
#include "persistence/forwarding_journal.hpp"

namespace {

using namespace rentwave;

enum class moment { before_commit, after_commit, a_little_later };

struct death {
  long at = -1;
  moment when = moment::before_commit;
};

/// About as long as an answer takes from the journal to the socket.
constexpr auto way_of_a_reply = std::chrono::microseconds{200};

void die() {
  kill(getpid(), SIGKILL);
}

std::atomic<long> appends{0};

class mortal_journal final : public forwarding_journal {
 public:
  mortal_journal(std::unique_ptr<journal> inner, death end)
      : forwarding_journal{std::move(inner)}, death_{end} {}

  journal_result<std::vector<partition_result>> append(
      const std::vector<partition_append>& batch) override {
    const bool last = ++appends == death_.at;
    if (last && death_.when == moment::before_commit) die();
    auto result = forwarding_journal::append(batch);
    if (last && death_.when == moment::after_commit) die();
    if (last)
      std::thread{[] {
        std::this_thread::sleep_for(way_of_a_reply);
        die();
      }}.detach();
    return result;
  }

 private:
  death death_;
};

death death_from_environment() {
  const char* told = std::getenv("MORTAL_APPEND");
  if (!told) return {};
  const std::string text{told};
  return {std::atol(text.c_str()), text.ends_with(":later")   ? moment::a_little_later
                                   : text.ends_with(":after") ? moment::after_commit
                                                              : moment::before_commit};
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = config::parse(argc, argv, environ);
  if (!std::holds_alternative<config::invocation>(parsed)) return 2;
  const auto& settings = std::get<config::invocation>(parsed).settings;
  set_up_log(settings.log);  // not to standard output, which nobody reads to its end
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  auto started = application::start(settings, [](std::unique_ptr<journal_store> store) {
    return std::make_unique<wrapping_store>(
        std::move(store), [end = death_from_environment()](std::unique_ptr<journal> inner) {
          return std::make_unique<mortal_journal>(std::move(inner), end);
        });
  });
  if (!started) {
    std::cerr << started.error() << '\n';
    return 1;
  }
  if (!(*started)->wait_until_ready(std::chrono::seconds{30})) return 1;
  std::cout << "port " << (*started)->port() << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  (*started)->stop(std::chrono::seconds{5});
  std::cout << "appends " << appends << std::endl;
  return 0;
}
