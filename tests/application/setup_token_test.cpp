// The set-up token: made once, and for the operator's eyes only.
#include "application/setup_token.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/persistence/journal_contract.hpp"

namespace rentwave {
namespace {

namespace fs = std::filesystem;

struct Setup_token : testing::Test {
  Setup_token() {
    settings.http.address = "0.0.0.0";
    settings.admin.users = {"root"};
    settings.admin.setup_token_file = (folder.path() / "new" / "setup-token").string();
  }
  std::string made() {
    const auto result = setup_token(*connection, settings);
    EXPECT_TRUE(result);
    return result ? *result : "";
  }

  testing_journal::temporary_folder folder;
  std::unique_ptr<journal_store> store = *open_journal("memory:");
  std::unique_ptr<journal> connection = *store->connect();
  config::settings settings;
};

TEST_F(Setup_token, is_made_once_and_written_for_its_owner_only) {
  const auto token = made();
  EXPECT_EQ(token.size(), 48u);
  const fs::path file{settings.admin.setup_token_file};
  std::string line;
  std::getline(std::ifstream{file}, line);
  EXPECT_EQ(line, token);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(made(), token);
}

TEST_F(Setup_token, of_another_journal_or_cut_short_is_replaced) {
  const auto token = made();
  const fs::path file{settings.admin.setup_token_file};
  for (const std::string& other :
       {std::string{"that of another journal\n"}, std::string{}, token.substr(0, 10), token}) {
    std::ofstream{file} << other;
    EXPECT_EQ(made(), token);
    std::string line;
    std::getline(std::ifstream{file}, line);
    EXPECT_EQ(line, token) << "instead of " << other;
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  }
  const auto files = fs::directory_iterator{file.parent_path()};
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "and nothing is left beside it";
}

TEST_F(Setup_token, is_not_needed_on_loopback_or_without_administrators) {
  for (const char* address : {"127.0.0.1", "127.0.0.2", "::1"}) {
    settings.http.address = address;
    EXPECT_EQ(made(), "") << address;
  }
  settings.http.address = "0.0.0.0";
  settings.admin.users.clear();
  EXPECT_EQ(made(), "");
  EXPECT_FALSE(fs::exists(settings.admin.setup_token_file));
}

/// What comes to loopback then, a proxy has taken from anywhere.
TEST_F(Setup_token, is_needed_on_loopback_behind_a_proxy) {
  settings.http.address = "127.0.0.1";
  settings.http.trusted_proxies = {"127.0.0.1"};
  EXPECT_EQ(made().size(), 48u);
  settings.http.trusted_proxies.clear();
  for (const char* origin : {"https://rent.example", "http://rent.example:8080", "http://10.0.0.7",
                             "http://[2001:db8::1]:8080", "http://localhost.example"}) {
    settings.http.origin = origin;
    EXPECT_EQ(made().size(), 48u) << origin;
  }
  for (const char* origin :
       {"http://127.0.0.1:8080", "http://localhost", "http://localhost:3000", "http://[::1]:80"}) {
    settings.http.origin = origin;
    EXPECT_EQ(made(), "") << origin;
  }
}

TEST_F(Setup_token, that_cannot_be_written_is_an_error_that_names_the_file) {
  settings.admin.setup_token_file = "/proc/setup-token";
  const auto result = setup_token(*connection, settings);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().find("/proc/setup-token"), std::string::npos);
}

}  // namespace
}  // namespace rentwave
