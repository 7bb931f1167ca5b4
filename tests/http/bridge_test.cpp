#include "http/bridge.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "http/wait_table.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Answers commands; errors for questions after settled states, and silence for the others.
caf::behavior answer(caf::event_based_actor* self) {
  return {
      [](const command_ptr&) {
        return outcome{refusal{refusal_code::debt, "why", {}}};
      },
      [self](const query_ptr& asked) -> caf::result<view_ptr> {
        if (!asked->settled) return self->make_response_promise();
        return make_error(runtime_errc::overloaded, "too much");
      },
  };
}

caf::message a_command() {
  return caf::make_message(command_ptr{std::make_shared<command_envelope>()});
}
caf::message a_question(bool settled) {
  return caf::make_message(
      query_ptr{std::make_shared<query_envelope>(query_envelope{account_ref({}), settled})});
}

class Bridge : public ::testing::Test {
 protected:
  using slot = std::shared_ptr<std::optional<wait_result>>;

  slot start(asio::awaitable<wait_result> wait) {
    auto result = std::make_shared<std::optional<wait_result>>();
    asio::co_spawn(context, std::move(wait), [result](std::exception_ptr, wait_result value) {
      result->emplace(std::move(value));
    });
    return result;
  }
  wait_result finish(asio::awaitable<wait_result> wait) {
    const auto result = start(std::move(wait));
    context.restart();
    context.run();
    return result->value_or(wait_failure{wait_errc::unexpected, "the wait never ended"});
  }
  static std::optional<wait_errc> failure_of(const wait_result& result) {
    const auto* why = std::get_if<wait_failure>(&result);
    return why ? std::optional{why->code} : std::nullopt;
  }
  /// Runs the context until so many are suspended in the bridge.
  void run_until_waiting(std::size_t count) {
    context.restart();
    while (bridge_.waiting() < count) context.run_one();
  }

  caf::actor_system_config config;
  caf::actor_system system{config};
  asio::io_context context;
  bridge bridge_{system, 100};
  caf::actor worker = system.spawn(answer);
};

TEST_F(Bridge, asks_many_at_once_and_says_who_was_silent) {
  const auto finish_all = [this](std::vector<caf::actor> to, const caf::message& what) {
    std::optional<std::vector<wait_result>> results;
    asio::co_spawn(context, bridge_.ask_all(std::move(to), what, 50ms),
                   [&](std::exception_ptr, std::vector<wait_result> all) { results = all; });
    context.restart();
    context.run();
    return results.value();
  };
  const caf::actor mute = system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[self](const command_ptr&) -> caf::result<outcome> {
      return self->make_response_promise();
    }};
  });
  const auto results = finish_all({worker, mute, nullptr, worker}, a_command());
  ASSERT_EQ(results.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<outcome>(results[0]));
  EXPECT_EQ(failure_of(results[1]), wait_errc::timed_out);
  EXPECT_EQ(failure_of(results[2]), wait_errc::unavailable);
  EXPECT_TRUE(std::holds_alternative<outcome>(results[3]));
  EXPECT_TRUE(finish_all({}, a_command()).empty());
  EXPECT_EQ(bridge_.waiting(), 0U);
}

/// The last answer may be posted, carried out and forgotten by another thread before whoever
/// brought it has let go of its wait. Then that was the last to hold the whole, and ends it.
TEST_F(Bridge, ends_a_question_to_many_while_its_last_answer_comes) {
  constexpr int rounds = 3000;
  constexpr std::size_t shards = 16;
  int ended = 0;
  const auto ask_often = [&]() -> asio::awaitable<void> {
    for (int i = 0; i < rounds; ++i) {
      std::vector<caf::actor> to(shards, worker);
      auto question = a_command();
      const auto all = co_await bridge_.ask_all(std::move(to), std::move(question), 10s);
      ended += all.size() == shards ? 1 : 0;
    }
  };
  asio::co_spawn(asio::make_strand(context), ask_often(), asio::detached);
  std::thread second{[this] { context.run(); }};
  context.run();
  second.join();
  EXPECT_EQ(ended, rounds);
}

TEST_F(Bridge, ends_a_question_to_many_when_it_stops) {
  std::optional<std::vector<wait_result>> results;
  const std::vector<caf::actor> to(3, worker);
  asio::co_spawn(context, bridge_.ask_all(to, a_question(false), 1h),
                 [&](std::exception_ptr, std::vector<wait_result> all) { results = all; });
  run_until_waiting(4);
  bridge_.stop();
  context.restart();
  context.run();
  ASSERT_TRUE(results);
  EXPECT_EQ(results->size(), 3U);
}

TEST_F(Bridge, brings_an_answer) {
  const auto result = finish(bridge_.ask(worker, a_command(), 10s));
  const auto* found = std::get_if<outcome>(&result);
  ASSERT_TRUE(found);
  EXPECT_EQ(std::get<refusal>(*found).code, refusal_code::debt);
  EXPECT_EQ(bridge_.waiting(), 0u);
}

TEST_F(Bridge, brings_an_error) {
  EXPECT_EQ(failure_of(finish(bridge_.ask(worker, a_question(true), 10s))), wait_errc::overloaded);
}

TEST_F(Bridge, brings_each_answer_to_its_own_wait) {
  std::vector<slot> commands;
  std::vector<slot> questions;
  for (int i = 0; i < 50; ++i) {
    commands.push_back(start(bridge_.ask(worker, a_command(), 10s)));
    questions.push_back(start(bridge_.ask(worker, a_question(true), 10s)));
  }
  std::thread second{[this] { context.run(); }};
  context.run();
  second.join();
  for (const auto& each : commands) EXPECT_TRUE(std::holds_alternative<outcome>(**each));
  for (const auto& each : questions) EXPECT_EQ(failure_of(**each), wait_errc::overloaded);
}

TEST_F(Bridge, ends_when_the_worker_is_gone) {
  caf::anon_send_exit(worker, caf::exit_reason::kill);
  // Whether it is dead already or dies with the request in its mailbox.
  EXPECT_EQ(failure_of(finish(bridge_.ask(worker, a_question(true), 10s)))
                .value_or(wait_errc::unavailable),
            wait_errc::unavailable);
  system.await_actors_before_shutdown();
  system.await_all_actors_done();
  EXPECT_EQ(failure_of(finish(bridge_.ask(worker, a_command(), 10s))), wait_errc::unavailable);
  EXPECT_EQ(failure_of(finish(bridge_.ask(caf::actor{}, a_command(), 10s))),
            wait_errc::unavailable);
}

TEST_F(Bridge, times_out) {
  EXPECT_EQ(failure_of(finish(bridge_.ask(worker, a_question(false), 1ms))), wait_errc::timed_out);
  EXPECT_EQ(bridge_.waiting(), 0u);
}

TEST_F(Bridge, a_timeout_of_zero_is_none) {
  EXPECT_TRUE(std::holds_alternative<outcome>(finish(bridge_.ask(worker, a_command(), 0ms))));
  const auto silent = start(bridge_.ask(worker, a_question(false), 0ms));
  run_until_waiting(1);
  context.run_for(50ms);
  EXPECT_FALSE(*silent);
  bridge_.stop();
  context.run();
  EXPECT_EQ(failure_of(**silent), wait_errc::stopped);
}

TEST_F(Bridge, ends_all_waits_at_shutdown) {
  const auto one = start(bridge_.ask(worker, a_question(false), 1h));
  const auto two = start(bridge_.ask(worker, a_question(false), 1h));
  run_until_waiting(2);
  bridge_.stop();
  context.run();
  EXPECT_EQ(failure_of(**one), wait_errc::stopped);
  EXPECT_EQ(failure_of(**two), wait_errc::stopped);
  EXPECT_EQ(failure_of(finish(bridge_.ask(worker, a_command(), 10s))), wait_errc::stopped);
}

TEST_F(Bridge, has_a_limit) {
  std::vector<slot> all;
  for (int i = 0; i < 100; ++i) all.push_back(start(bridge_.ask(worker, a_question(false), 1h)));
  run_until_waiting(100);
  const auto over = start(bridge_.ask(worker, a_command(), 1h));
  while (!*over) context.run_one();
  EXPECT_EQ(failure_of(**over), wait_errc::too_many);
  bridge_.stop();
  context.run();
}

TEST_F(Bridge, a_ticket_ends_its_wait) {
  const auto result = finish(bridge_.wait([](bridge::ticket mine) { mine.finish(true); }, 10s));
  ASSERT_TRUE(std::holds_alternative<finished>(result));
  EXPECT_TRUE(std::get<finished>(result).well);
}

TEST_F(Bridge, a_ticket_knows_when_nobody_waits_any_more) {
  std::optional<bridge::ticket> kept;
  const auto keep = [&kept](bridge::ticket mine) {
    EXPECT_FALSE(mine.is_over());
    kept = std::move(mine);
  };
  EXPECT_EQ(failure_of(finish(bridge_.wait(keep, 1ms))), wait_errc::timed_out);
  EXPECT_TRUE(kept->is_over());
}

/// Its completion takes until the test says so.
class slow_waiter final : public waiter {
 public:
  slow_waiter(const asio::any_io_executor& executor, std::function<void()> on_complete)
      : waiter(executor), on_complete_(std::move(on_complete)) {}
  void complete(wait_result) override { on_complete_(); }

 private:
  std::function<void()> on_complete_;
};

TEST_F(Bridge, has_no_completion_under_way_when_stop_returns) {
  const auto table = std::make_shared<wait_table>(10);
  std::atomic<bool> completing = false, stopped = false, early = false;
  const auto complete = [&] {
    completing = true;
    // Long enough for a stop that does not wait for us to return; the test cannot fail by luck.
    for (int i = 0; i < 100 && !stopped; ++i) std::this_thread::sleep_for(1ms);
    early = stopped.load();
  };
  const auto id = table->add(std::make_unique<slow_waiter>(context.get_executor(), complete), 1h);
  ASSERT_TRUE(id);
  std::thread ending{[&] { table->end(*id, finished{}); }};
  while (!completing) std::this_thread::yield();
  table->stop();
  stopped = true;
  ending.join();
  EXPECT_FALSE(early);
}

/// As one whose handler has kept the last copy of a ticket of each other wait.
class holding_waiter final : public waiter {
 public:
  holding_waiter(const asio::any_io_executor& executor, std::function<void()> let_go)
      : waiter(executor), let_go_(std::move(let_go)) {}
  ~holding_waiter() override { let_go_(); }
  void complete(wait_result) override {}

 private:
  std::function<void()> let_go_;
};

TEST_F(Bridge, lets_go_of_a_handler_that_ends_waits_of_any_part_of_the_table) {
  constexpr std::uint64_t others = 17;  // more than there are parts
  const auto table = std::make_shared<wait_table>(100);
  std::size_t ended = 0;
  const auto count = [&ended] { ++ended; };
  for (std::uint64_t i = 0; i < others; ++i)
    table->add(std::make_unique<slow_waiter>(context.get_executor(), count), 1h);
  const auto end_others = [&] {
    for (std::uint64_t id = 1; id <= others; ++id) table->end(id, finished{});
  };
  const auto last =
      table->add(std::make_unique<holding_waiter>(context.get_executor(), end_others), 1h);
  ASSERT_TRUE(last);
  table->end(*last, finished{});
  EXPECT_EQ(ended, others);
  EXPECT_EQ(table->size(), 0u);
}

/// The same at the end of all, in whatever order.
TEST_F(Bridge, lets_go_of_a_handler_that_ends_waits_when_it_stops) {
  const auto table = std::make_shared<wait_table>(100);
  const auto end_all = [&] {
    for (std::uint64_t id = 1; id <= 17; ++id) table->end(id, finished{});
  };
  for (int i = 0; i < 17; ++i)
    table->add(std::make_unique<holding_waiter>(context.get_executor(), end_all), 1h);
  table->stop();
  EXPECT_EQ(table->size(), 0u);
}

TEST_F(Bridge, a_dropped_ticket_ends_its_wait_too) {
  const auto result = finish(bridge_.wait([](bridge::ticket) {}, 10s));
  ASSERT_TRUE(std::holds_alternative<finished>(result));
  EXPECT_FALSE(std::get<finished>(result).well);
}

}  // namespace
}  // namespace rentwave::http
