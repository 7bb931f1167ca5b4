// Clients that take their time: they hold up nobody, and do not stay.
#include <boost/asio.hpp>

#include <future>
#include <thread>
#include <vector>

#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

const std::string slow_header = "GET /things HTTP/1.1\r\nHost: a\r\nX: ";
const std::string slow_body = "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
const std::string large_answer = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";

class SlowClients : public server_scene {
 protected:
  SlowClients() {
    options.threads = 1;  // whoever held it up would hold up all
    options.limits.header_bytes = 0;
  }

  std::size_t connections() { return api.counted().connections; }
  void await_connections(std::size_t count) {
    for (const auto end = steady_clock::now() + std::chrono::seconds{20}; connections() != count;)
      ASSERT_LT(steady_clock::now(), end) << connections() << " are open";
  }

  /// Goes on byte by byte for as long as nobody answers; the answer's first line.
  static std::string drip(std::uint16_t port, const std::string& beginning) {
    asio::io_context context;
    asio::ip::tcp::socket one{context};
    one.connect({asio::ip::address_v4::loopback(), port});
    one.set_option(asio::ip::tcp::no_delay{true});
    asio::write(one, asio::buffer(beginning));
    boost::system::error_code error;
    while (!error && one.available(error) == 0) asio::write(one, asio::buffer("x", 1), error);
    std::string answer;
    asio::read_until(one, asio::dynamic_buffer(answer), "\r\n", error);
    return answer.substr(0, answer.find("\r\n"));
  }
};

TEST_F(SlowClients, hold_up_nobody) {
  constexpr milliseconds never{0};
  options.limits.header_timeout = never;
  options.limits.body_timeout = never;
  options.limits.write_timeout = never;
  options.limits.requests_in_flight = 3;  // who does not read an answer is not among them
  serve();
  std::vector<client> slow;
  const auto come = [&](int count, const std::string& beginning) {
    for (int i = 0; i < count; ++i) slow.emplace_back(connect()).send_raw(beginning);
  };
  come(100, slow_header);
  come(100, slow_body + "abc");
  come(3, large_answer);  // each has 64 MiB ready, and is not read
  come(100, "");
  await_connections(slow.size());
  auto other = connect();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(other.get("/things/1").status, 200U);
  EXPECT_EQ(other.post("/things", "x").status, 200U);
  EXPECT_EQ(connections(), slow.size() + 1) << "and they were there all the while";
}

TEST_F(SlowClients, are_closed_and_counted_down) {
  constexpr milliseconds soon{100};
  options.limits.header_timeout = soon;
  options.limits.body_timeout = soon;
  options.limits.write_timeout = soon;
  options.limits.idle_timeout = soon;
  const auto port = serve().port();
  std::vector<std::future<std::string>> dripping;
  for (int i = 0; i < 8; ++i)
    dripping.push_back(std::async(std::launch::async, drip, port, i % 2 ? slow_header : slow_body));
  std::vector<client> silent;
  for (int i = 0; i < 3; ++i) silent.emplace_back(connect()).send_raw(large_answer);
  for (int i = 0; i < 10; ++i) silent.emplace_back(connect()).send_raw("");
  for (auto& each : dripping) EXPECT_EQ(each.get(), "HTTP/1.1 408 Request Timeout");
  await_connections(0);
  EXPECT_EQ(connect().get("/things/1").status, 200U);
}

}  // namespace
}  // namespace rentwave::http
