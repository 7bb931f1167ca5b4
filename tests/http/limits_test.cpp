// What a server does when a client takes too much or too long, and how it stops.
#include <boost/asio.hpp>

#include <future>
#include <optional>
#include <thread>

#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds soon{30};

using Limits = server_scene;

TEST_F(Limits, of_the_header_are_431) {
  options.limits.header_bytes = 200;
  serve();
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  EXPECT_EQ(say(start + std::string(100, 'x') + "\r\n\r\n").status, 200U);
  EXPECT_EQ(say(start + std::string(300, 'x') + "\r\n\r\n").status, 431U);
  EXPECT_EQ(say(start + std::string(100'000, 'x')).status, 431U);  // no end of line in sight
}

TEST_F(Limits, of_the_body_are_413) {
  options.limits.body_bytes = 10;
  serve();
  const std::string start = "POST /things HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(say(start + "Content-Length: 10\r\n\r\n0123456789").status, 200U);
  EXPECT_EQ(say(start + "Content-Length: 11\r\n\r\n0123456789A").status, 413U);
  EXPECT_EQ(say(start + "Content-Length: 5000000\r\nExpect: 100-continue\r\n\r\n").status, 413U);
  EXPECT_EQ(say(start + "Transfer-Encoding: chunked\r\n\r\nb\r\n0123456789A\r\n0\r\n\r\n").status,
            413U);
}

TEST_F(Limits, of_what_surrounds_chunks_are_400) {
  serve();
  const std::string start =
      "POST /things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string little(1'000, 'x'), much(2'000'000, 'x');
  const auto with_extension = [&](const std::string& x) {
    return start + "3;a=" + x + "\r\nabc\r\n0\r\n\r\n";
  };
  const auto with_trailer = [&](const std::string& x) {
    return start + "3\r\nabc\r\n0\r\nX: " + x + "\r\n\r\n";
  };
  EXPECT_EQ(say(with_extension(little)).json()["body"], "abc");
  EXPECT_EQ(say(with_trailer(little)).json()["body"], "abc");
  EXPECT_EQ(say(with_extension(much)).status, 400U);
  EXPECT_EQ(say(with_trailer(much)).status, 400U);
  EXPECT_EQ(say(start + "0;a=" + much).status, 400U);  // no end of line in sight
}

TEST_F(Limits, of_zero_still_bound_the_header) {
  options.limits.header_bytes = 0;
  serve();
  EXPECT_EQ(say("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(2'000'000, 'x')).status, 431U);
}

TEST_F(Limits, let_a_client_that_is_still_sending_read_the_answer) {
  options.limits.body_bytes = 10;
  serve();
  const std::string large(2'000'000, 'x');
  EXPECT_EQ(
      say("POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n" + large).status,
      413U);
}

TEST_F(Limits, of_zero_are_none) {
  options.limits = {.connections = 0,
                    .requests_in_flight = 0,
                    .header_bytes = 0,
                    .body_bytes = 0,
                    .body_bytes_at_once = 0,
                    .header_timeout = milliseconds{0},
                    .body_timeout = milliseconds{0},
                    .write_timeout = milliseconds{0},
                    .idle_timeout = milliseconds{0},
                    .request_timeout = milliseconds{0}};
  serve();
  const std::string body(2'000'000, 'x');
  EXPECT_EQ(connect().send("POST", "/things", {{"X", std::string(50'000, 'y')}}, body).status,
            200U);
}

TEST_F(Limits, of_connections_are_503_and_a_close) {
  options.limits.connections = 2;
  serve();
  auto first = connect();
  EXPECT_EQ(first.get("/").status, 200U);
  {
    auto second = connect();
    EXPECT_EQ(second.get("/").status, 200U);
    auto third = connect();
    const auto got = third.get("/");
    EXPECT_EQ(got.status, 503U);
    EXPECT_NE(got.header("retry-after"), "");
    EXPECT_EQ(got.code(), "overloaded");
  }
  auto tries = 0;
  while (connect().get("/").status != 200U) ASSERT_LT(++tries, 1000);  // the second one's room
}

TEST_F(Limits, of_connections_are_a_close_without_a_word_for_a_crowd) {
  options.limits.connections = 1;
  serve();
  auto first = connect();
  EXPECT_EQ(first.get("/").status, 200U);
  // Each of them goes on lingering, for the client does not close.
  boost::asio::io_context context;
  std::vector<boost::asio::ip::tcp::socket> crowd;
  const auto is_told = [&] {
    auto& one = crowd.emplace_back(context);
    one.connect({boost::asio::ip::address_v4::loopback(), running->port()});
    char byte = 0;
    boost::system::error_code error;
    boost::asio::read(one, boost::asio::buffer(&byte, 1), error);
    return !error;
  };
  while (is_told()) ASSERT_LT(crowd.size(), 300U);
  EXPECT_GT(crowd.size(), 10U);
  EXPECT_EQ(first.get("/").status, 200U);
}

TEST_F(Limits, of_requests_under_way_are_503) {
  options.limits.requests_in_flight = 1;
  serve();
  auto first = connect(), second = connect();
  first.send_raw("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n");
  the_gate().await_waiting(1);
  const auto got = second.get("/");
  EXPECT_EQ(got.status, 503U);
  EXPECT_EQ(got.header("retry-after"), "1");
  EXPECT_TRUE(got.keep_alive);
  EXPECT_EQ(second.post("/things", "x").status, 503U);
  the_gate().open = true;
  EXPECT_EQ(first.receive().status, 200U);
  EXPECT_EQ(first.get("/").status, 200U);
}

TEST_F(Limits, of_requests_do_not_count_who_watches_over_us) {
  options.limits.requests_in_flight = 1;
  serve();
  auto first = connect(), second = connect();
  first.send_raw("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n");
  the_gate().await_waiting(1);
  EXPECT_EQ(second.get("/").status, 503U);
  EXPECT_EQ(second.get("/probe").status, 200U);
}

TEST_F(Limits, of_requests_do_not_count_uploads_that_stand_still) {
  options.limits.requests_in_flight = 2;
  serve();
  auto slow = connect(), slower = connect();
  for (auto* each : {&slow, &slower}) {
    each->send_raw(
        "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
        "Expect: 100-continue\r\n\r\n");
    ASSERT_EQ(each->receive().status, 100U);
  }
  EXPECT_EQ(connect().get("/").status, 200U);  // it may be under way until a moment after this
  slow.send_raw("abc");
  EXPECT_EQ(slow.receive().json()["body"], "abc");
}

TEST_F(Limits, of_all_bodies_together_are_503) {
  options.limits.body_bytes_at_once = 1'000;
  serve();
  const std::string start = "POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: ";
  const auto begin = [&] {
    auto made = connect();
    made.send_raw(start + "900\r\n\r\n" + std::string(899, 'x'));
    return made;
  };
  const auto post = [&] { return say(start + "200\r\n\r\n" + std::string(200, 'y')); };
  // The server reads the one and lets go of the other in its own time; where it read a short one
  // first, the long one was refused, and begins again.
  std::optional<client> slow{begin()};
  int tries = 0;
  auto got = post();
  for (; got.status == 200U; got = post()) {
    ASSERT_LT(++tries, 10'000);
    if (tries % 100 == 0) slow.emplace(begin());
  }
  EXPECT_EQ(got.status, 503U);
  EXPECT_EQ(got.code(), "overloaded");
  EXPECT_EQ(got.header("connection"), "close");
  slow->send_raw("x");
  EXPECT_EQ(slow->receive().status, 200U);
  for (tries = 0; post().status != 200U;) ASSERT_LT(++tries, 10'000);
}

TEST_F(Limits, of_all_bodies_together_count_long_answers_until_they_are_taken) {
  options.limits.body_bytes_at_once = 100 * 1024 * 1024;
  serve();
  auto one = connect();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(one.get("/large").status, 200U);
  auto slow = connect();
  slow.send_raw("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(slow.receive_raw(12), "HTTP/1.1 200");
  EXPECT_EQ(one.get("/large").code(), "overloaded") << "64 MiB wait for the other client";
  EXPECT_EQ(one.get("/things").status, 200U);
}

TEST_F(Limits, of_time_close_a_connection_that_says_nothing) {
  options.limits.header_timeout = soon;
  serve();
  EXPECT_TRUE(connect().is_closed());
}

TEST_F(Limits, of_time_close_an_idle_connection) {
  options.limits.idle_timeout = soon;
  serve();
  auto one = connect();
  EXPECT_EQ(one.get("/").status, 200U);
  EXPECT_TRUE(one.is_closed());
}

TEST_F(Limits, of_time_for_a_request_are_408) {
  options.limits.header_timeout = soon;
  options.limits.body_timeout = soon;
  serve();
  EXPECT_EQ(say("GET / HTTP/1.1\r\nHost").status, 408U);
  EXPECT_EQ(say("POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc").status, 408U);
}

TEST_F(Limits, of_time_for_our_answer_are_503) {
  options.limits.request_timeout = soon;
  serve();
  auto one = connect();
  const auto got = one.get("/gated");
  EXPECT_EQ(got.status, 503U);
  EXPECT_EQ(got.code(), "timed_out");
  EXPECT_EQ(one.get("/").status, 200U);
}

TEST_F(Limits, of_time_are_each_request_s_own) {
  // The answer to a request that was given up comes while the next one is under way. How long that
  // may take bounds the test, so it may be tried again: a late end never lets the next one pass.
  options.limits.request_timeout = milliseconds{300};
  serve();
  unsigned status = 0;
  for (int tries = 0; tries < 5 && status != 200U; ++tries) {
    the_gate().open = another_gate().open = false;
    auto one = connect();
    ASSERT_EQ(one.get("/gated").code(), "timed_out");
    one.send_raw("GET /gated/otherwise HTTP/1.1\r\nHost: a\r\n\r\n");
    another_gate().await_waiting(1);
    the_gate().open = true;
    while (the_gate().waiting != 0) std::this_thread::yield();
    another_gate().open = true;
    status = one.receive().status;
    while (another_gate().waiting != 0) std::this_thread::yield();
  }
  EXPECT_EQ(status, 200U);
}

TEST_F(Limits, of_time_cut_a_client_that_does_not_read) {
  options.limits.write_timeout = soon;
  options.limits.connections = 1;
  serve();
  auto one = connect();
  one.send_raw("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  // Its place is free once it was cut.
  for (int tries = 0; connect().get("/").status != 200U;) ASSERT_LT(++tries, 100'000);
  EXPECT_THROW(one.receive(), boost::system::system_error);
}

using Stop = server_scene;

TEST_F(Stop, closes_idle_connections_at_once) {
  serve();
  auto fresh = connect(), used = connect();
  EXPECT_EQ(used.get("/").status, 200U);
  fresh.send_raw("");
  running->stop(seconds{20});
  EXPECT_TRUE(used.is_closed());
  EXPECT_TRUE(fresh.is_closed());
  EXPECT_THROW(connect().get("/"), boost::system::system_error);
  running->stop(seconds{20});
}

TEST_F(Stop, lets_requests_under_way_finish) {
  serve();
  auto one = connect();
  one.send_raw("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n");
  the_gate().await_waiting(1);
  auto stopped = std::async(std::launch::async, [this] { running->stop(seconds{20}); });
  EXPECT_EQ(stopped.wait_for(milliseconds{50}), std::future_status::timeout);
  the_gate().open = true;
  const auto got = one.receive();
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.header("connection"), "close");
  stopped.get();
}

TEST_F(Stop, lets_an_answer_be_read_by_who_is_sending_already) {
  serve();
  std::optional<client> one = connect();
  one->send_raw("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n");
  the_gate().await_waiting(1);
  one->send_raw("GET / HTTP/1.1\r\nHost: a\r\n\r\n");  // never read: closing would be a reset
  auto stopped = std::async(std::launch::async, [this] { running->stop(seconds{20}); });
  const auto is_refused = [this] {
    try {
      return connect().get("/").status == 0U;
    } catch (const boost::system::system_error&) {
      return true;
    }
  };
  for (int tries = 0; !is_refused();) ASSERT_LT(++tries, 100'000);  // it has begun to stop
  the_gate().open = true;
  EXPECT_EQ(one->receive().status, 200U);
  EXPECT_TRUE(one->ends_in_order());
  one.reset();
  stopped.get();
}

TEST_F(Stop, cuts_what_is_not_done_after_the_grace) {
  serve();
  auto one = connect();
  one.send_raw("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n");
  the_gate().await_waiting(1);
  running->stop(soon);
  EXPECT_THROW(one.receive(), boost::system::system_error);
}

TEST_F(Stop, needs_no_start) {
  server never{options, api, guard, test_table};
  never.stop(soon);
}

TEST_F(Stop, leaves_no_request_half_answered_under_load) {
  serve();
  std::atomic<int> answered = 0;
  std::atomic<int> broken = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&, port = running->port()] {
      client one{port};
      one.is_of_the_api = false;
      try {
        while (one.get("/things/1").keep_alive) ++answered;
      } catch (const boost::system::system_error& end) {
        // Between two requests the connection may go; in the middle of an answer it may not.
        if (std::string_view{end.what()}.find("partial") != std::string_view::npos) ++broken;
      }
    });
  }
  while (answered < 200) std::this_thread::yield();
  running->stop(seconds{20});
  for (auto& each : clients) each.join();
  EXPECT_EQ(broken, 0);
}

TEST_F(Stop, is_not_needed_for_the_end) {
  serve();
  auto one = connect();
  one.send_raw("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n");
  the_gate().await_waiting(1);
  running.reset();
}

TEST_F(Stop, says_why_it_does_not_start) {
  serve();
  options.port = running->port();
  server second{options, api, guard, test_table};
  EXPECT_TRUE(second.start().has_error());
  options.address = "nowhere";
  server third{options, api, guard, test_table};
  EXPECT_TRUE(third.start().has_error());
}

}  // namespace
}  // namespace rentwave::http
