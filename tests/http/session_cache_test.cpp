#include "http/session_cache.hpp"

#include <gtest/gtest.h>

#include "http/credentials.hpp"

namespace rentwave::http {
namespace {

using std::chrono::seconds;

session_id session(unsigned char n) {
  session_id id;
  id.value.data[15] = n;
  return id;
}
account_id account(unsigned char n) {
  account_id id;
  id.value.data[15] = n;
  return id;
}

const session_cache::time_point start{seconds{1000}};

TEST(SessionCache, knows_what_it_was_told_for_a_while) {
  session_cache cache{seconds{5}, 10};
  EXPECT_FALSE(cache.knows(session(1), account(1), start));
  cache.remember(session(1), account(1), cache.ticket(), start);
  EXPECT_TRUE(cache.knows(session(1), account(1), start + seconds{4}));
  EXPECT_FALSE(cache.knows(session(1), account(1), start + seconds{5}));
  EXPECT_FALSE(cache.knows(session(1), account(2), start));
  EXPECT_FALSE(cache.knows(session(2), account(1), start));
}

TEST(SessionCache, forgets_at_once) {
  session_cache cache{seconds{5}, 10};
  cache.remember(session(1), account(1), cache.ticket(), start);
  cache.forget(session(1));
  EXPECT_FALSE(cache.knows(session(1), account(1), start));
}

TEST(SessionCache, does_not_remember_what_was_asked_before_the_end) {
  session_cache cache{seconds{5}, 10};
  const auto asked = cache.ticket();
  cache.forget(session(1));
  cache.remember(session(1), account(1), asked, start);
  EXPECT_FALSE(cache.knows(session(1), account(1), start));
}

TEST(SessionCache, is_bounded_and_drops_the_oldest) {
  session_cache cache{seconds{5}, 3};
  for (unsigned char n = 1; n <= 5; ++n)
    cache.remember(session(n), account(n), cache.ticket(), start + std::chrono::milliseconds{n});
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_FALSE(cache.knows(session(2), account(2), start + seconds{1}));
  EXPECT_TRUE(cache.knows(session(5), account(5), start + seconds{1}));
}

TEST(SessionCache, keeps_what_was_remembered_again) {
  session_cache cache{seconds{5}, 10};
  cache.remember(session(1), account(1), cache.ticket(), start);
  cache.remember(session(1), account(1), cache.ticket(), start + seconds{4});
  cache.remember(session(2), account(2), cache.ticket(), start + seconds{6});
  EXPECT_TRUE(cache.knows(session(1), account(1), start + seconds{6}));
}

TEST(SessionCache, of_no_size_remembers_nothing) {
  session_cache cache{seconds{5}, 0};
  cache.remember(session(1), account(1), cache.ticket(), start);
  EXPECT_FALSE(cache.knows(session(1), account(1), start));
}

// --- where a request comes from ---

request asked(verb method, std::vector<std::pair<std::string, std::string>> headers) {
  request made;
  made.method = method;
  made.headers = std::move(headers);
  made.headers.emplace_back("host", "rent.example:8080");
  return made;
}

TEST(Origin, of_ours_may_change_things) {
  EXPECT_TRUE(comes_from_us(asked(verb::post, {{"origin", "http://rent.example:8080"}}), {}));
  EXPECT_TRUE(comes_from_us(asked(verb::post, {{"origin", "https://Rent.example:8080"}}), {}));
  EXPECT_TRUE(
      comes_from_us(asked(verb::post, {{"origin", "https://a.example"}}), {"https://a.example"}));
  auto by_tls = asked(verb::post, {{"origin", "https://rent.example:8080"}});
  by_tls.is_secure = true;
  EXPECT_TRUE(comes_from_us(by_tls, {}));
}

TEST(Origin, of_others_may_not) {
  for (const auto* origin : {"http://evil.example", "null", "http://rent.example",
                             "http://rent.example:8080.evil.example", "ftp://rent.example:8080"})
    EXPECT_FALSE(comes_from_us(asked(verb::post, {{"origin", origin}}), {})) << origin;
  EXPECT_FALSE(comes_from_us(asked(verb::post, {{"origin", "http://rent.example:8080"}}),
                             {"https://rent.example"}));
  auto by_tls = asked(verb::post, {{"origin", "http://rent.example:8080"}});
  by_tls.is_secure = true;
  EXPECT_FALSE(comes_from_us(by_tls, {})) << "anybody on the way can answer in that name";
  for (const auto* site : {"cross-site", "same-site"})
    EXPECT_FALSE(comes_from_us(asked(verb::remove, {{"sec-fetch-site", site}}), {})) << site;
}

TEST(Origin, is_not_asked_for_where_nothing_changes_or_no_browser_asks) {
  EXPECT_TRUE(comes_from_us(asked(verb::get, {{"origin", "http://evil.example"}}), {}));
  EXPECT_TRUE(comes_from_us(asked(verb::post, {}), {}));
  EXPECT_TRUE(comes_from_us(asked(verb::post, {{"sec-fetch-site", "same-origin"}}), {}));
}

// Whoever owns a name has it lead here when the page is there already (DNS rebinding).
TEST(Origin, of_a_node_for_its_own_machine_has_one_of_its_hosts) {
  const own_origin here{"", true};
  const auto is_ours = [&](const std::string& host) {
    request made;
    made.method = verb::post;
    made.headers = {{"origin", "http://" + host}, {"host", host}};
    return comes_from_us(made, here);
  };
  for (const auto* host :
       {"localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.3.2.1", "[::1]", "[::1]:8080"})
    EXPECT_TRUE(is_ours(host)) << host;
  for (const auto* host : {"evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example",
                           "192.168.0.1:8080", "[::2]:8080", "::1", ""})
    EXPECT_FALSE(is_ours(host)) << host;
}

TEST(Origin, is_demanded_of_a_socket) {
  EXPECT_FALSE(comes_from_us(asked(verb::get, {{"upgrade", "websocket"}}), {}));
  EXPECT_FALSE(comes_from_us(asked(verb::get, {{"upgrade", "h2c, websocket"}}), {}));
  EXPECT_FALSE(comes_from_us(asked(verb::get, {{"upgrade", "h2c"}, {"upgrade", "websocket"}}), {}));
  EXPECT_FALSE(comes_from_us(
      asked(verb::get, {{"upgrade", "WebSocket"}, {"origin", "http://evil.example"}}), {}));
  EXPECT_TRUE(comes_from_us(
      asked(verb::get, {{"upgrade", "websocket"}, {"origin", "http://rent.example:8080"}}), {}));
}

TEST(Cookie, is_found_among_others) {
  EXPECT_EQ(cookie_of("auth=a.b.c", "auth"), "a.b.c");
  EXPECT_EQ(cookie_of("x=1; auth=a.b.c; auth=later", "auth"), "a.b.c");
  EXPECT_EQ(cookie_of("xauth=1;auth=2", "auth"), "2");
  EXPECT_EQ(cookie_of("auth", "auth"), "");
  EXPECT_EQ(cookie_of(";;=;", "auth"), "");
}

}  // namespace
}  // namespace rentwave::http
