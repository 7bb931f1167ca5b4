#include "application/serve.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <optional>
#include <thread>

#include "config/parse.hpp"
#include "persistence/forwarding_journal.hpp"
#include "tests/http/secure_client.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

/// A journal whose partitions can never be opened.
class closed_journal final : public forwarding_journal {
 public:
  using forwarding_journal::forwarding_journal;
  std::vector<journal_result<partition_lease>> take_over_many(
      const std::vector<partition_id>& partitions, std::string_view) override {
    return {partitions.size(), journal_error{journal_errc::unavailable, "as the test wants it"}};
  }
};

/// Blocked, so that they stay until somebody takes them: `serve`.
class blocked_signals {
 public:
  blocked_signals() {
    sigset_t ours;
    sigemptyset(&ours);
    for (const int each : {SIGTERM, SIGHUP}) sigaddset(&ours, each);
    pthread_sigmask(SIG_BLOCK, &ours, &before_);
  }
  ~blocked_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

/// What goes to standard output meanwhile, line by line.
class captured_output {
 public:
  captured_output() : before_{dup(STDOUT_FILENO)} {
    std::fflush(stdout);  // what was printed before is not ours
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error{"no pipe"};
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    output_ = ends[0];
  }
  ~captured_output() {
    std::fflush(stdout);
    dup2(before_, STDOUT_FILENO);
    close(before_);
    close(output_);
  }
  std::string line() const {
    std::string text;
    for (char c = 0; read(output_, &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }

 private:
  int before_ = -1;
  int output_ = -1;
};

/// "rentwave 1.2 at https://127.0.0.1:4321, journal …"
std::uint16_t port_in(const std::string& banner) {
  const auto at = banner.find("127.0.0.1:");
  if (at == banner.npos) throw std::runtime_error{"no port in: " + banner};
  return static_cast<std::uint16_t>(std::stoi(banner.substr(at + 10)));
}

TEST(Serve, reads_the_certificate_again_at_a_hang_up) {
  const temporary_folder folder;
  const http::own_certificate given, newer;
  const std::vector<std::string> options{
      "rentwave",
      "--http.port=0",
      "--log.level=off",
      "--journal.partitions=2",
      "--journal.url=sqlite:" + (folder.path() / "journal.db").string(),
      "--http.tls-certificate=" + given.certificate().string(),
      "--http.tls-key=" + given.key().string()};
  std::vector<const char*> arguments;
  for (const auto& each : options) arguments.push_back(each.c_str());
  const char* environment[] = {nullptr};
  const auto asked = std::get<config::invocation>(
      config::parse(static_cast<int>(arguments.size()), arguments.data(), environment));

  const blocked_signals blocked;
  std::optional<captured_output> output{std::in_place};
  std::thread operator_of_it{[&] {
    const auto port = port_in(output->line());
    output.reset();
    const auto shows = [port](const http::own_certificate& one) {
      return !http::secure_client{port, one}.greet();
    };
    EXPECT_TRUE(shows(given));
    newer.replace(given);
    kill(getpid(), SIGHUP);
    int tries = 0;
    while (!shows(newer) && ++tries < 10'000) std::this_thread::yield();
    EXPECT_TRUE(shows(newer));
    kill(getpid(), SIGTERM);
  }};
  EXPECT_EQ(serve(asked.settings), 0);
  operator_of_it.join();
}

TEST(Serve, hears_a_signal_before_it_is_ready) {
  const temporary_folder folder;
  const auto url = "--journal.url=sqlite:" + (folder.path() / "journal.db").string();
  const char* arguments[] = {"rentwave", "--http.port=0", "--log.level=off",
                             "--journal.partitions=2", url.c_str()};
  const char* environment[] = {nullptr};
  const auto asked = std::get<config::invocation>(config::parse(5, arguments, environment));

  const blocked_signals blocked;
  kill(getpid(), SIGTERM);
  EXPECT_EQ(serve(asked.settings,
                  [](std::unique_ptr<journal_store> inner) {
                    return std::make_unique<wrapping_store>(std::move(inner), [](auto connection) {
                      return std::make_unique<closed_journal>(std::move(connection));
                    });
                  }),
            0);
}

TEST(Serve, hears_a_signal_while_it_starts) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const temporary_folder folder;
  const auto url = "--journal.url=sqlite:" + (folder.path() / "journal.db").string();
  const char* arguments[] = {"rentwave", "--http.port=0", "--log.level=off", url.c_str()};
  const char* environment[] = {nullptr};
  const auto asked = std::get<config::invocation>(config::parse(4, arguments, environment));
  const auto wait_for_others = [](std::unique_ptr<journal_store> inner) {
    kill(getpid(), SIGTERM);
    std::this_thread::sleep_for(std::chrono::minutes{10});
    return inner;
  };
  EXPECT_EXIT(serve(asked.settings, wait_for_others), ::testing::ExitedWithCode(0),
              "stopped while it was starting");
}

}  // namespace
}  // namespace rentwave::testing_journal
