#include "persistence/journal_url.hpp"

#include <gmock/gmock.h>

#include "persistence/postgres/address.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave {
namespace {

TEST(JournalUrl, is_shown_without_its_passwords) {
  const struct {
    const char* url;
    const char* shown;
  } cases[] = {
      {"sqlite:data/rentwave.db", "sqlite:data/rentwave.db"},
      {"postgresql://host/db", "postgresql://host/db"},
      {"postgresql://ann@host:5432/db", "postgresql://ann@host:5432/db"},
      {"postgresql://ann:s3cret@host/db", "postgresql://ann:***@host/db"},
      {"postgres://ann:s3cret@a:1,b:2/db?connect_timeout=3",
       "postgres://ann:***@a:1,b:2/db?connect_timeout=3"},
      {"postgresql://ann:s3@cret@host/db", "postgresql://ann:***@host/db"},
      {"postgresql://ann:s3/cret@host/db", "postgresql://ann:***@host/db"},
      {"postgresql://ann:s3/cr@et@host/db", "postgresql://ann:***@host/db"},
      {"postgresql://ann:s3?c@host?password=s3cret", "postgresql://ann:***@host?password=***"},
      {"postgresql://host:1/db?password=s3@cret", "postgresql://host:1/db?password=***"},
      {"postgresql://:s3cret@host", "postgresql://:***@host"},
      {"postgresql://ann@host/db?password=s3cret", "postgresql://ann@host/db?password=***"},
      {"postgresql:///db?a=b&password=s3cret&sslpassword=s3cret&c=d",
       "postgresql:///db?a=b&password=***&sslpassword=***&c=d"},
      {"postgresql:///db?pass%77ord=s3cret", "postgresql:///db?pass%77ord=***"},
      {"postgress://ann:s3cret@host/db", "postgress://ann:***@host/db"},
  };
  for (const auto& one : cases) EXPECT_EQ(url_without_password(one.url), one.shown);
}

TEST(JournalUrl, has_its_password_found) {
  EXPECT_EQ(password_of("postgresql://ann:s3%3Acret@host/db"), "s3:cret");
  EXPECT_EQ(password_of("postgresql://ann@host/db?password=s3cret"), "s3cret");
  EXPECT_EQ(password_of("postgresql://ann@host/db"), "");
}

TEST(JournalUrl, is_completed_behind_what_was_given) {
  using testing::HasSubstr, testing::StartsWith;
  const auto whole = [](const char* url) {
    return postgres::complete_url(url, postgres::access::read_write);
  };
  EXPECT_THAT(whole("postgres://a/b"), StartsWith("postgres://a/b?client_encoding=UTF8&"));
  EXPECT_THAT(whole("postgres://a?"), StartsWith("postgres://a?client_encoding=UTF8&"));
  EXPECT_THAT(whole("postgres://a?password=b?"), StartsWith("postgres://a?password=b?&client_"));
  EXPECT_THAT(whole("postgres://a?connect_timeout=9&"), Not(HasSubstr("connect_timeout=2")));
}

TEST(JournalUrl, without_its_password_is_in_the_errors) {
  for (const auto* url :
       {"postgresql://ann:s3cret@127.0.0.1:1/db", "postgresql://ann:s3cret@127.0.0.1:nonsense/db",
        "postgresql://ann@[:1/db?password=s3cret", "mysql://ann:s3cret@host/db"}) {
    const auto failed = open_journal(url);
    ASSERT_FALSE(failed) << url;
    EXPECT_EQ(failed.error().detail.find("s3cret"), std::string::npos) << failed.error().detail;
  }
}

}  // namespace
}  // namespace rentwave
