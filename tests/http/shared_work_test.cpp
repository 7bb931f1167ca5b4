#include "http/shared_work.hpp"

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <stdexcept>

#include "http/operations.hpp"
#include "http/resources/account_handlers.hpp"
#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

class SharedWork : public ::testing::Test {
 protected:
  /// Work that goes on until somebody opens the gate, and says how many times it was done.
  asio::awaitable<std::string> count() {
    const auto number = ++times_done;
    while (is_shut) co_await asio::post(asio::use_awaitable);
    if (fails) throw std::runtime_error{"it fails"};
    co_return std::to_string(number);
  }
  /// Asks now; what comes of it will be at the end of `results`, or "none", or "thrown".
  void ask(shared_work& of) {
    std::function<asio::awaitable<std::string>()> work = [this] { return count(); };
    asio::co_spawn(context, of.result_of(std::move(work)),
                   [this](std::exception_ptr failure, shared_work::text_ptr text) {
                     results.push_back(failure ? "thrown" : text ? *text : "none");
                   });
  }
  /// Everything goes on until it waits for something.
  void settle() {
    for (int i = 0; i < 100; ++i) context.poll_one();
    context.restart();
  }
  using texts = std::vector<std::string>;

  asio::io_context context;
  int times_done = 0;
  bool is_shut = true;
  bool fails = false;
  texts results;
};

TEST_F(SharedWork, is_done_once_for_all_who_ask_meanwhile) {
  shared_work one{10, std::chrono::minutes{1}};
  for (int i = 0; i < 5; ++i) ask(one);
  settle();
  EXPECT_EQ(times_done, 1);
  EXPECT_TRUE(results.empty());
  is_shut = false;
  context.run();
  EXPECT_EQ(results, (texts{"1", "1", "1", "1", "1"}));
  context.restart();
  ask(one);
  context.run();
  EXPECT_EQ(results.back(), "2") << "who comes later gets a new one";
}

TEST_F(SharedWork, lets_only_so_many_wait) {
  shared_work one{2, std::chrono::minutes{1}};
  for (int i = 0; i < 5; ++i) ask(one);
  settle();
  EXPECT_EQ(results, (texts{"none", "none"}));
  is_shut = false;
  context.run();
  EXPECT_EQ(results, (texts{"none", "none", "1", "1", "1"}));

  context.restart();
  results.clear();
  is_shut = true;
  for (int i = 0; i < 5; ++i) ask(one);
  settle();
  EXPECT_EQ(results, (texts{"1", "1"})) << "what there was before";
  is_shut = false;
  context.run();
  EXPECT_EQ(results, (texts{"1", "1", "2", "2", "2"}));
}

TEST_F(SharedWork, gives_nobody_what_is_older_than_anybody_waits) {
  shared_work one{0, milliseconds{-1}};  // so everything is
  is_shut = false;
  ask(one);
  context.run();
  context.restart();
  is_shut = true;
  ask(one);
  ask(one);
  settle();
  EXPECT_EQ(results, (texts{"1", "none"}));
  is_shut = false;
  context.run();
}

TEST_F(SharedWork, lets_nobody_wait_for_ever) {
  shared_work one{1, milliseconds{1}};
  ask(one);
  ask(one);
  while (results.empty()) context.run_one();
  EXPECT_EQ(results, (texts{"none"}));
  ask(one);
  while (results.size() < 2) context.run_one();
  EXPECT_EQ(results, (texts{"none", "none"})) << "the place of who went is free";
  is_shut = false;
  context.run();
  EXPECT_EQ(results.back(), "1");
}

TEST_F(SharedWork, that_fails_is_done_again) {
  shared_work one{10, std::chrono::minutes{1}};
  fails = true;
  ask(one);
  ask(one);
  settle();
  is_shut = false;
  context.run();
  EXPECT_THAT(results, testing::UnorderedElementsAre("thrown", "none"));
  fails = false;
  context.restart();
  ask(one);
  context.run();
  EXPECT_EQ(results.back(), "2");
}

TEST_F(SharedWork, may_be_left_with_its_context) {
  shared_work one{10, std::chrono::minutes{1}};
  {
    asio::io_context short_lived;
    for (int i = 0; i < 3; ++i) {
      std::function<asio::awaitable<std::string>()> work = [this] { return count(); };
      asio::co_spawn(short_lived, one.result_of(std::move(work)), asio::detached);
    }
    for (int i = 0; i < 10; ++i) short_lived.poll_one();
  }
  is_shut = false;
  ask(one);
  context.run();
  EXPECT_EQ(results, (texts{"2"}));
}

/// Partitions that answer when the test lets them.
class slow_node final : public idle_backend, public operations {
 public:
  operations* operators() override { return this; }
  const life& here() const override { return here_; }
  bool is_admin(const identity&) const override { return false; }
  bool may_register(std::string_view, std::string_view) const override { return true; }
  const journal_figures* journal_counted() const override { return nullptr; }
  const runtime_figures* runtime_counted() const override { return nullptr; }
  waits waiting() const override { return {}; }
  partition_id partition_of(const entity_ref&) const override { return 0; }
  asio::awaitable<std::vector<report_ptr>> reports() override {
    ++times_asked;
    co_await asio::post(asio::use_awaitable);
    co_return std::vector<report_ptr>{};
  }
  asio::awaitable<answer<place_ptr>> look(entity_ref) override { co_return place_ptr{}; }
  asio::awaitable<answer<std::string>> release(entity_ref) override { co_return std::string{}; }
  asio::awaitable<answer<std::string>> replay(std::string, entity_ref) override {
    co_return std::string{};
  }

  int times_asked = 0;

 private:
  life here_;
};

TEST(Scrape, is_made_once_for_all_who_ask_at_the_same_time) {
  slow_node node;
  asio::io_context context;
  const request asked;
  std::map<unsigned, int> statuses;
  std::set<std::string> texts;
  for (int i = 0; i < 20; ++i)
    asio::co_spawn(context, get_metrics(node, asked), [&](std::exception_ptr, response made) {
      ++statuses[made.status];
      if (made.status == 200) texts.insert(made.body);
    });
  context.run();
  EXPECT_EQ(node.times_asked, 1);
  EXPECT_EQ(statuses, (std::map<unsigned, int>{{200, 17}, {503, 3}})) << "16 wait for the first";
  EXPECT_EQ(texts.size(), 1U);
}

}  // namespace
}  // namespace rentwave::http
