// The whole program in this process.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/application/whole_program.hpp"
#include "tests/http/client.hpp"
#include "tests/http/secure_client.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave {
namespace {

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

const nlohmann::json ada{{"username", "ada"}, {"password", "correct horse"}};

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

// A proxy may ask it under another name than browsers ask the proxy.
TEST(Application, is_changed_by_pages_of_the_origin_that_it_is_told_and_no_other) {
  const auto running = start(some_settings({"--http.origin=https://rent.example"}));
  http::client proxy{running->port()};
  const auto asked_by = [&](const std::string& origin) {
    return proxy.post("/api/users", ada, {{"Origin", origin}}).status;
  };
  EXPECT_EQ(asked_by("http://127.0.0.1:" + std::to_string(running->port())), 403U);
  EXPECT_EQ(asked_by("https://rent.example"), 201U);
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
