// One client that takes all it can get: the others go on.
#include <optional>

#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

class GreedyClients : public server_scene {
 protected:
  /// A POST as a proxy passes it on for somebody.
  static std::string post_of(const std::string& address, std::size_t bytes) {
    return "POST /things HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + address +
           "\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
  }
  unsigned status_of_post(const std::string& address) const {
    return say(post_of(address, 200) + std::string(200, 'y')).status;
  }
};

TEST_F(GreedyClients, leave_room_for_the_bodies_of_others) {
  const std::string greedy = "192.0.2.1", other = "192.0.2.2";
  options.trusted_proxies = {"127.0.0.0/8"};
  options.limits.body_bytes_at_once = 1'000;
  options.limits.body_bytes_per_address = 500;
  serve();
  const auto begin = [&] {
    auto made = connect();
    made.send_raw(post_of(greedy, 500) + std::string(499, 'x'));
    return made;
  };
  // The server reads it in its own time; where it read a short one first, the long one was refused,
  // and begins again.
  std::optional<client> slow{begin()};
  for (int tries = 1; status_of_post(greedy) == 200U; ++tries) {
    ASSERT_LT(tries, 10'000) << "one client may have everything";
    if (tries % 100 == 0) slow.emplace(begin());
  }
  EXPECT_EQ(status_of_post(other), 200U);
  EXPECT_EQ(connect().get("/things", {{"X-Forwarded-For", greedy}}).status, 200U);
  slow->send_raw("x");
  EXPECT_EQ(slow->receive().status, 200U);
}

}  // namespace
}  // namespace rentwave::http
