// The whole program in this process, over a journal in memory.
#include "application/application.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "config/parse.hpp"
#include "tests/http/client.hpp"
#include "tests/http/secure_client.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave {
namespace {

config::settings some_settings() {
  const char* arguments[] = {"rentwave", "--http.port=0", "--journal.partitions=4"};
  const char* environment[] = {nullptr};
  const auto parsed = config::parse(3, arguments, environment);
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
