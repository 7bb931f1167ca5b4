// Guesses at a password, many at the same time: the server and the throttle, nothing behind them.
#include <boost/asio/post.hpp>

#include <map>
#include <vector>

#include "http/login_throttle.hpp"
#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

/// Everybody has a login and nobody knows a password, which takes time to find out.
class guarded_backend final : public idle_backend {
 public:
  asio::awaitable<answer<view_ptr>> view(entity_ref of) override {
    login::state state;
    state.username = of.id;
    co_return std::make_shared<const entity_view>(
        entity_view{of, 1, std::make_shared<const login::state>(std::move(state))});
  }
  asio::awaitable<answer<bool>> check_password(const request&, std::string, std::string) override {
    ++checked;
    co_await asio::post(asio::use_awaitable);
    if (!has_room) co_return try_later("overloaded", "Too many log in at this moment.");
    co_return answer<bool>{boost::system::in_place_value, false};
  }
  login_throttle* throttle() override { return &throttle_; }

  std::atomic<int> checked = 0;
  std::atomic<bool> has_room = true;

 private:
  login_throttle throttle_{3, 0};
};

class Guessing : public ::testing::Test {
 protected:
  Guessing() { EXPECT_TRUE(site.start()); }

  /// How many of so many requests at once were answered with each status.
  std::map<unsigned, int> statuses_of(int count, const std::string& path, const json& body) {
    const auto content = body.dump();
    const auto text = "POST " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer good\r\n" +
                      "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content;
    std::vector<client> all;
    for (int i = 0; i < count; ++i) all.emplace_back(site.port()).send_raw(text);
    std::map<unsigned, int> seen;
    for (auto& each : all) ++seen[each.receive().status];
    return seen;
  }
  std::map<unsigned, int> log_in(int count) {
    return statuses_of(count, "/api/sessions",
                       {{"username", "ada"}, {"password", "correct horse"}});
  }
  using statuses = std::map<unsigned, int>;

  guarded_backend api;
  scripted_guard guard;
  server site{{}, api, guard, all_routes()};
};

TEST_F(Guessing, at_the_same_time_is_as_much_as_one_after_the_other) {
  EXPECT_EQ(log_in(20), (statuses{{401, 3}, {429, 17}}));
  EXPECT_EQ(api.checked, 3) << "nothing is hashed for who is refused";
}

TEST_F(Guessing, is_no_easier_with_somebody_s_session) {
  EXPECT_EQ(statuses_of(20, "/api/me/password",
                        {{"current_password", "correct horse"}, {"password", "another horse"}}),
            (statuses{{403, 3}, {429, 17}}));
}

TEST_F(Guessing, is_nothing_that_an_overload_prevents) {
  api.has_room = false;
  EXPECT_EQ(log_in(3), (statuses{{503, 3}}));
  EXPECT_EQ(log_in(3), (statuses{{503, 3}}));
  api.has_room = true;
  EXPECT_EQ(log_in(4), (statuses{{401, 3}, {429, 1}}));
}

}  // namespace
}  // namespace rentwave::http
