// A limit reaches the part that keeps it: the whole program with an option, and what that changes
// for clients. Without --limits.watches-per-socket, socket-queue-bytes and password-hashes-at-once.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/application/whole_program.hpp"
#include "tests/http/client.hpp"
#include "tests/http/socket_client.hpp"

namespace rentwave {
namespace {

/// Options, what is done then, and the status, or close code, that shows the first of them.
struct limit_case {
  std::vector<const char*> options;
  std::function<unsigned(std::uint16_t port)> provoke;
  unsigned status;
};

const nlohmann::json ada{{"username", "ada"}, {"password", "correct horse"}};

http::client::fields session_of_ada(std::uint16_t port) {
  http::client one{port};
  EXPECT_EQ(one.post("/api/users", ada).status, 201U);
  const std::string token = one.post("/api/sessions", ada).json().at("access_token");
  return {{"Authorization", "Bearer " + token}};
}

/// Of the first answer that is this, or of the last.
unsigned until(unsigned status, int times, const std::function<unsigned()>& ask) {
  unsigned last = 0;
  for (int i = 0; i < times && last != status; ++i) last = ask();
  return last;
}
unsigned status_of_raw(std::uint16_t port, std::string_view bytes) {
  http::client one{port, std::chrono::seconds{5}};  // less than the time-outs without an option
  one.is_of_the_api = false;
  one.send_raw(bytes);
  return one.receive().status;
}
unsigned of_a_body_of(std::uint16_t port, std::size_t bytes) {
  return http::client{port}.post("/api/users", {{"username", std::string(bytes, 'x')}}).status;
}
unsigned of_a_photo_of(std::uint16_t port, std::size_t bytes, const http::client::fields& whose) {
  return http::client{port}
      .send("POST", "/api/listings/0192aaaa-0000-7000-8000-000000000000/photos", whose,
            std::string(bytes, 'x'))
      .status;
}
unsigned of_a_second_connection(std::uint16_t port) {
  http::client first{port}, second{port};
  EXPECT_EQ(first.get("/api/meta").status, 200U);
  return second.get("/api/meta").status;
}
unsigned of_a_second_socket(std::uint16_t port) {
  const auto session = session_of_ada(port);
  http::socket_client first{port}, second{port};
  EXPECT_EQ(first.open(session), 101U);
  return second.open(session);
}
/// Requests for which passwords are hashed, which takes far longer than sending them: the highest
/// status of their answers.
unsigned of_registrations_at_once(std::uint16_t port) {
  std::vector<http::client> all;
  for (int i = 0; i < 10; ++i) {
    const auto body = nlohmann::json{
        {"username", "ada" + std::to_string(i)},
        {"password",
         "correct horse"}}.dump();
    all.emplace_back(port).is_of_the_api = false;
    all.back().send_raw(
        "POST /api/users HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  unsigned highest = 0;
  for (auto& one : all) highest = std::max(highest, one.receive().status);
  return highest;
}

const limit_case limit_cases[]{
    {{"--limits.header-bytes=1KiB"},
     [](auto port) {
       return http::client{port}.get("/api/meta", {{"X-Long", std::string(2'000, 'x')}}).status;
     },
     431},
    {{"--limits.body-bytes=1KiB"}, [](auto port) { return of_a_body_of(port, 2'000); }, 413},
    {{"--limits.body-bytes-at-once=1KiB"},
     [](auto port) { return of_a_body_of(port, 2'000); },
     503},
    {{"--limits.body-bytes-per-address=1KiB"},
     [](auto port) { return of_a_body_of(port, 2'000); },
     503},
    {{"--limits.photo-bytes=1KiB"},
     [](auto port) { return of_a_photo_of(port, 2'000, session_of_ada(port)); },
     413},
    {{"--limits.photos-per-account=1"},
     [](auto port) {
       const auto session = session_of_ada(port);
       return until(429, 9, [&] { return of_a_photo_of(port, 9, session); });
     },
     429},
    {{"--limits.connections=1"}, of_a_second_connection, 503},
    {{"--limits.connections-per-address=1"}, of_a_second_connection, 503},
    {{"--limits.requests-in-flight=1"}, of_registrations_at_once, 503},
    {{"--limits.header-timeout=50ms"},
     [](auto port) { return status_of_raw(port, "GET / HT"); },
     408},
    {{"--limits.body-timeout=50ms"},
     [](auto port) {
       return status_of_raw(port,
                            "POST /api/users HTTP/1.1\r\nHost: a\r\n"
                            "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{");
     },
     408},
    {{"--limits.request-timeout=1ms"}, of_registrations_at_once, 503},
    {{"--limits.idle-timeout=50ms"},
     [](auto port) {
       http::client one{port, std::chrono::seconds{5}};  // less than without the option
       const auto status = one.get("/api/meta").status;
       EXPECT_TRUE(one.is_closed());
       return status;
     },
     200},
    {{"--limits.write-timeout=50ms", "--limits.connections=1"},
     [](auto port) {
       http::client one{port};
       std::string many;  // the answers are far more than the system keeps for who does not read
       for (int i = 0; i < 200; ++i) many += "GET /openapi.yaml HTTP/1.1\r\nHost: a\r\n\r\n";
       one.send_raw(many);
       const auto patience = std::chrono::seconds{10};  // less than without the option
       const auto end = std::chrono::steady_clock::now() + patience;
       unsigned status = 0;
       while (status != 200 && std::chrono::steady_clock::now() < end)
         status = http::client{port}.get("/api/meta").status;
       return status;
     },
     200},
    {{"--limits.requests-per-address=1"},
     [](auto port) {
       http::client one{port};
       return until(429, 50, [&] { return one.get("/api/meta").status; });
     },
     429},
    {{"--limits.requests-per-account=1"},
     [](auto port) {
       http::client one{port};
       const auto session = session_of_ada(port);
       return until(429, 50, [&] { return one.get("/api/me", session).status; });
     },
     429},
    {{"--limits.registrations-per-address=1"},
     [](auto port) {
       int n = 0;
       return until(429, 9, [&] {
         auto next = ada;
         next["username"] = "ada" + std::to_string(++n);
         return http::client{port}.post("/api/users", next).status;
       });
     },
     429},
    {{"--limits.failed-logins=1"},
     [](auto port) {
       return until(429, 9,
                    [port] { return http::client{port}.post("/api/sessions", ada).status; });
     },
     429},
    {{"--limits.password-queue=1"}, of_registrations_at_once, 503},
    {{"--limits.passwords-per-address=1"}, of_registrations_at_once, 503},
    {{"--limits.sockets=1"}, of_a_second_socket, 503},
    {{"--limits.sockets-per-account=1"}, of_a_second_socket, 429},
    {{"--limits.socket-message-bytes=20"},
     [](auto port) {
       http::socket_client one{port};
       EXPECT_EQ(one.open(session_of_ada(port)), 101U);
       one.send_text(std::string(21, ' '));
       return one.close_code();
     },
     1009},
};

void PrintTo(const limit_case& one, std::ostream* to) {
  *to << one.options.front();
}

class ApplicationLimit : public testing::TestWithParam<limit_case> {};
INSTANTIATE_TEST_SUITE_P(Every, ApplicationLimit, testing::ValuesIn(limit_cases));

TEST_P(ApplicationLimit, is_that_of_the_option) {
  const auto& [options, provoke, status] = GetParam();
  const auto running = start(some_settings(options));
  EXPECT_EQ(provoke(running->port()), status);
}

TEST(ApplicationLimits, are_wide_enough_for_what_is_usual) {
  const auto running = start();
  EXPECT_EQ(of_registrations_at_once(running->port()), 201U);
  EXPECT_EQ(of_a_second_socket(running->port()), 101U);
}

TEST(ApplicationLimits, of_strangers_can_be_switched_off) {
  const auto running =
      start(some_settings({"--limits.enabled=false", "--limits.requests-per-address=1",
                           "--limits.requests-per-account=1", "--limits.connections-per-address=1",
                           "--limits.registrations-per-address=1", "--limits.failed-logins=1",
                           "--limits.photos-per-account=1", "--limits.passwords-per-address=1",
                           "--limits.body-bytes-per-address=10"}));
  const auto port = running->port();
  EXPECT_EQ(of_registrations_at_once(port), 201U);
  const auto session = session_of_ada(port);
  auto wrong = ada;
  wrong["password"] = "another horse";
  http::client first{port}, second{port};
  std::set<unsigned> statuses;
  for (int i = 0; i < 20; ++i) {
    statuses.insert(first.get("/api/meta").status);
    statuses.insert(second.get("/api/me", session).status);
    statuses.insert(of_a_photo_of(port, 9, session));
    statuses.insert(second.post("/api/sessions", wrong).status);
  }
  EXPECT_FALSE(statuses.contains(429));
  EXPECT_FALSE(statuses.contains(503));
}

TEST(ApplicationLimits, are_of_who_is_behind_a_proxy_that_is_trusted) {
  const auto running =
      start(some_settings({"--http.trusted-proxies=127.0.0.1", "--limits.requests-per-address=1"}));
  http::client proxy{running->port()};
  const auto ask_for = [&](const char* whom) {
    return proxy.get("/api/meta", {{"X-Forwarded-For", whom}}).status;
  };
  EXPECT_EQ(until(429, 50, [&] { return ask_for("192.0.2.7"); }), 429U);
  EXPECT_EQ(ask_for("192.0.2.8"), 200U);
}

}  // namespace
}  // namespace rentwave
