#include "application/serve.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>

#include "config/parse.hpp"
#include "persistence/forwarding_journal.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

/// A journal whose partitions can never be opened.
class closed_journal final : public forwarding_journal {
 public:
  using forwarding_journal::forwarding_journal;
  journal_result<partition_lease> take_over(partition_id, std::string_view) override {
    return journal_error{journal_errc::unavailable, "as the test wants it"};
  }
};

TEST(Serve, hears_a_signal_before_it_is_ready) {
  const temporary_folder folder;
  const auto url = "--journal.url=sqlite:" + (folder.path() / "journal.db").string();
  const char* arguments[] = {"rentwave", "--http.port=0", "--log.level=off",
                             "--journal.partitions=2", url.c_str()};
  const char* environment[] = {nullptr};
  const auto asked = std::get<config::invocation>(config::parse(5, arguments, environment));

  sigset_t stop, before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, &before);
  kill(getpid(), SIGTERM);  // it stays until somebody takes it
  EXPECT_EQ(serve(asked.settings,
                  [](std::unique_ptr<journal_store> inner) {
                    return std::make_unique<wrapping_store>(std::move(inner), [](auto connection) {
                      return std::make_unique<closed_journal>(std::move(connection));
                    });
                  }),
            0);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace
}  // namespace rentwave::testing_journal
