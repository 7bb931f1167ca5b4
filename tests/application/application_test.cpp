// The whole program in this process, over a journal in memory.
#include "application/application.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "config/parse.hpp"
#include "tests/http/client.hpp"
#include "tests/http/secure_client.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave {
namespace {

config::settings some_settings(const std::vector<const char*>& more = {}) {
  std::vector<const char*> arguments{"rentwave", "--http.port=0", "--journal.partitions=4"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const char* environment[] = {nullptr};
  const auto parsed =
      config::parse(static_cast<int>(arguments.size()), arguments.data(), environment);
  auto settings = std::get<config::invocation>(parsed).settings;
  settings.journal.url = "memory:";
  return settings;
}

std::unique_ptr<application> start(const config::settings& settings = some_settings()) {
  auto started = application::start(settings);
  EXPECT_TRUE(started) << started.error();
  EXPECT_TRUE((*started)->wait_until_ready(std::chrono::minutes{1}));
  return std::move(*started);
}

TEST(Application, that_drains_is_not_ready_and_serves_on) {
  const auto running = start();
  http::client one{running->port()};
  EXPECT_EQ(one.get("/readyz").status, 200U);
  running->begin_drain();
  EXPECT_EQ(one.get("/readyz").status, 503U);
  EXPECT_EQ(one.get("/healthz").status, 200U);
  EXPECT_EQ(one.get("/api/listings").status, 200U);
  http::client late{running->port()};
  EXPECT_EQ(late.get("/api/meta").status, 200U) << "a proxy may not have noticed yet";
}

// --- every limit reaches the part that keeps it ---

/// An option, what is done then, and the status that shows it.
struct limit_case {
  const char* option;
  std::function<unsigned(std::uint16_t port)> provoke;
  unsigned status;
};

const nlohmann::json ada{{"username", "ada"}, {"password", "correct horse"}};

/// Of the first answer that is no success, or of the last.
unsigned first_failure(int times, const std::function<unsigned()>& ask) {
  unsigned status = 0;
  for (int i = 0; i < times && status < 400; ++i) status = ask();
  return status;
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
unsigned of_a_second_connection(std::uint16_t port) {
  http::client first{port}, second{port};
  EXPECT_EQ(first.get("/api/meta").status, 200U);
  return second.get("/api/meta").status;
}

const limit_case limit_cases[]{
    {"--limits.header-bytes=1KiB",
     [](auto port) {
       return http::client{port}.get("/api/meta", {{"X-Long", std::string(2'000, 'x')}}).status;
     },
     431},
    {"--limits.body-bytes=1KiB", [](auto port) { return of_a_body_of(port, 2'000); }, 413},
    {"--limits.body-bytes-at-once=1KiB", [](auto port) { return of_a_body_of(port, 2'000); }, 503},
    {"--limits.body-bytes-per-address=1KiB", [](auto port) { return of_a_body_of(port, 2'000); },
     503},
    {"--limits.connections=1", of_a_second_connection, 503},
    {"--limits.connections-per-address=1", of_a_second_connection, 503},
    {"--limits.header-timeout=50ms", [](auto port) { return status_of_raw(port, "GET / HT"); },
     408},
    {"--limits.body-timeout=50ms",
     [](auto port) {
       return status_of_raw(port,
                            "POST /api/users HTTP/1.1\r\nHost: a\r\n"
                            "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{");
     },
     408},
    {"--limits.requests-per-address=1",
     [](auto port) {
       http::client one{port};
       return first_failure(50, [&] { return one.get("/api/meta").status; });
     },
     429},
    {"--limits.requests-per-account=1",
     [](auto port) {
       http::client one{port};
       EXPECT_EQ(one.post("/api/users", ada).status, 201U);
       const std::string token = one.post("/api/sessions", ada).json().at("access_token");
       const http::client::fields as{{"Authorization", "Bearer " + token}};
       return first_failure(50, [&] { return one.get("/api/me", as).status; });
     },
     429},
    {"--limits.registrations-per-address=1",
     [](auto port) {
       int n = 0;
       return first_failure(9, [&] {
         auto next = ada;
         next["username"] = "ada" + std::to_string(++n);
         return http::client{port}.post("/api/users", next).status;
       });
     },
     429},
    {"--limits.failed-logins=1",
     [](auto port) {
       unsigned status = 401;
       for (int i = 0; i < 9 && status == 401; ++i)
         status = http::client{port}.post("/api/sessions", ada).status;
       return status;
     },
     429},
};

void PrintTo(const limit_case& one, std::ostream* to) {
  *to << one.option;
}

class ApplicationLimit : public testing::TestWithParam<limit_case> {};
INSTANTIATE_TEST_SUITE_P(Every, ApplicationLimit, testing::ValuesIn(limit_cases));

TEST_P(ApplicationLimit, is_that_of_the_option) {
  const auto& [option, provoke, status] = GetParam();
  const auto running = start(some_settings({option}));
  EXPECT_EQ(provoke(running->port()), status);
}

TEST(ApplicationLimits, of_strangers_can_be_switched_off) {
  const auto running = start(some_settings(
      {"--limits.enabled=false", "--limits.requests-per-address=1",
       "--limits.connections-per-address=1", "--limits.registrations-per-address=1"}));
  http::client first{running->port()}, second{running->port()};
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(first.get("/api/meta").status, 200U);
    EXPECT_EQ(second.get("/api/meta").status, 200U);
  }
}

TEST(Application, lets_pages_read_it_whose_origin_is_given_and_knows_its_own) {
  const auto running = start(some_settings({"--http.cors-origins=https://shop.example"}));
  http::client one{running->port()};
  const auto asked_by = [&](const char* origin) {
    return one.get("/api/meta", {{"Origin", origin}}).header("access-control-allow-origin");
  };
  EXPECT_EQ(asked_by("https://shop.example"), "https://shop.example");
  EXPECT_EQ(asked_by("https://other.example"), "");
  EXPECT_EQ(one.post("/api/sessions", ada, {{"Origin", "https://other.example"}}).status, 403U);
}

TEST(Application, reads_its_certificate_again_and_keeps_it_when_that_is_wrong) {
  const http::own_certificate given, newer;
  auto settings = some_settings();
  settings.http.tls_certificate = given.certificate();
  settings.http.tls_key = given.key();
  const auto running = start(settings);
  const auto shows = [&](const http::own_certificate& one) {
    return !http::secure_client{running->port(), one}.greet();
  };
  EXPECT_TRUE(shows(given));
  std::ofstream{given.key()} << "no key";
  running->renew_tls();
  EXPECT_TRUE(shows(given)) << "a bad pair changes nothing";
  newer.replace(given);
  running->renew_tls();
  EXPECT_TRUE(shows(newer));
}

TEST(Application, behind_a_proxy_of_its_machine_makes_no_stranger_an_administrator) {
  const testing_journal::temporary_folder folder;
  auto settings = some_settings();
  settings.admin.users = {"root"};
  settings.admin.setup_token_file = (folder.path() / "setup-token").string();
  settings.http.trusted_proxies = {"127.0.0.1"};
  const auto running = start(settings);
  http::client proxy{running->port()};
  const http::client::fields stranger{{"X-Forwarded-For", "192.0.2.7"}};
  nlohmann::json root{{"username", "root"}, {"password", "correct horse"}};
  EXPECT_EQ(proxy.post("/api/users", root, stranger).code(), "setup_token_required");
  std::string token;
  std::getline(std::ifstream{settings.admin.setup_token_file}, token);
  root["setup_token"] = token;
  EXPECT_EQ(proxy.post("/api/users", root, stranger).status, 201U);
}

}  // namespace
}  // namespace rentwave
