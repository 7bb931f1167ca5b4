// One client that takes all it can get: the others go on.
#include <boost/asio.hpp>

#include <optional>
#include <string>

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

/// The first bytes of the answer to a client of another address of this machine.
std::string answer_at(const char* address, std::uint16_t port) {
  using boost::asio::ip::tcp;
  boost::asio::io_context context;
  tcp::socket one{context};
  one.open(tcp::v4());
  one.bind({boost::asio::ip::make_address_v4(address), 0});
  one.connect({boost::asio::ip::address_v4::loopback(), port});
  boost::asio::write(one, boost::asio::buffer("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27));
  std::string answer(12, '\0');
  boost::asio::read(one, boost::asio::buffer(answer));
  return answer;
}

TEST_F(GreedyClients, leave_room_for_the_connections_of_others) {
  options.limits.connections_per_address = 2;
  serve();
  auto first = connect();
  EXPECT_EQ(first.get("/").status, 200U);
  {
    auto second = connect();
    EXPECT_EQ(second.get("/").status, 200U);
    const auto refused = connect().get("/");
    EXPECT_EQ(refused.status, 503U);
    EXPECT_EQ(refused.code(), "overloaded");
    EXPECT_NE(refused.header("retry-after"), "");
    EXPECT_EQ(answer_at("127.0.0.2", running->port()), "HTTP/1.1 200");
    EXPECT_EQ(connect().get("/").status, 503U);
  }
  auto tries = 0;
  while (connect().get("/").status != 200U) ASSERT_LT(++tries, 1000);  // the second one's room
}

TEST_F(GreedyClients, are_not_the_proxies_that_we_trust) {
  options.limits.connections_per_address = 1;
  options.trusted_proxies = {"127.0.0.1"};
  serve();
  auto first = connect(), second = connect();
  EXPECT_EQ(first.get("/").status, 200U);
  EXPECT_EQ(second.get("/").status, 200U);
}

}  // namespace
}  // namespace rentwave::http
