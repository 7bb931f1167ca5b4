// Guesses at a password, many at the same time: the handlers and the throttle, nothing behind them.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <vector>

#include "http/login_throttle.hpp"
#include "http/resources/account_handlers.hpp"
#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;

/// Everybody has a login and nobody knows a password, which takes time to find out.
class guarded_backend final : public idle_backend {
 public:
  asio::awaitable<answer<view_ptr>> view(entity_ref of) override {
    login::state state;
    state.username = of.id;
    co_return std::make_shared<const entity_view>(
        entity_view{of, 1, std::make_shared<const login::state>(std::move(state))});
  }
  asio::awaitable<answer<bool>> check_password(std::string, std::string) override {
    ++checked;
    co_await asio::post(asio::use_awaitable);
    if (!has_room) co_return try_later("overloaded", "Too many log in at this moment.");
    co_return answer<bool>{boost::system::in_place_value, false};
  }
  login_throttle* throttle() override { return &throttle_; }

  int checked = 0;
  bool has_room = true;

 private:
  login_throttle throttle_{3, 0};
};

class Guessing : public ::testing::Test {
 protected:
  /// How many of so many requests at once were answered with each status.
  std::map<unsigned, int> statuses_of(int count, handler what, const request& asked) {
    std::map<unsigned, int> seen;
    context.restart();
    for (int i = 0; i < count; ++i)
      asio::co_spawn(context, what(api, asked),
                     [&seen](std::exception_ptr, response made) { ++seen[made.status]; });
    context.run();
    return seen;
  }
  using statuses = std::map<unsigned, int>;

  guarded_backend api;
  asio::io_context context;
};

request with_body(const nlohmann::json& body) {
  request asked;
  asked.method = verb::post;
  asked.remote_address = "192.0.2.1";
  asked.headers = {{"content-type", "application/json"}};
  asked.body = body.dump();
  return asked;
}

TEST_F(Guessing, at_the_same_time_is_as_much_as_one_after_the_other) {
  const auto asked = with_body({{"username", "ada"}, {"password", "correct horse"}});
  EXPECT_EQ(statuses_of(20, post_session, asked), (statuses{{401, 3}, {429, 17}}));
  EXPECT_EQ(api.checked, 3) << "nothing is hashed for who is refused";
}

TEST_F(Guessing, is_no_easier_with_somebody_s_session) {
  auto asked = with_body({{"current_password", "correct horse"}, {"password", "another horse"}});
  asked.who.emplace();
  asked.who->username = "ada";
  EXPECT_EQ(statuses_of(20, change_password, asked), (statuses{{403, 3}, {429, 17}}));
}

TEST_F(Guessing, is_nothing_that_an_overload_prevents) {
  const auto asked = with_body({{"username", "ada"}, {"password", "correct horse"}});
  api.has_room = false;
  EXPECT_EQ(statuses_of(3, post_session, asked), (statuses{{503, 3}}));
  EXPECT_EQ(statuses_of(3, post_session, asked), (statuses{{503, 3}}));
  api.has_room = true;
  EXPECT_EQ(statuses_of(4, post_session, asked), (statuses{{401, 3}, {429, 1}}));
}

}  // namespace
}  // namespace rentwave::http
