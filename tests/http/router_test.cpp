#include "http/router.hpp"

#include <gmock/gmock.h>

#include <set>

#include "http/routes.hpp"
#include "http/target.hpp"
#include "http/trace_context.hpp"

namespace rentwave::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr route table[] = {
    {verb::get, "/", access::open, nullptr},
    {verb::get, "/a/{id}", access::open, nullptr},
    {verb::get, "/a/top", access::open, nullptr},
    {verb::post, "/a/{id}/b/{name}", access::open, nullptr},
    {verb::remove, "/a/{id}/b/{name}", access::open, nullptr},
};

route_match find(verb method, std::string_view path) {
  static const router routes{table};
  return routes.find(method, parse_target(path).value().segments);
}

TEST(Router, prefers_a_word_to_a_parameter) {
  EXPECT_EQ(find(verb::get, "/a/top").found, &table[2]);
  EXPECT_EQ(find(verb::get, "/a/other").found, &table[1]);
  EXPECT_EQ(find(verb::get, "/").found, &table[0]);
}

TEST(Router, hands_parameters_out_decoded_and_in_order) {
  EXPECT_THAT(find(verb::post, "/a/1/b/x%20y").parameters, ElementsAre("1", "x y"));
  EXPECT_THAT(find(verb::get, "/a/1%2Fb").parameters, ElementsAre("1/b"));  // no further segment
}

TEST(Router, knows_a_path_from_a_method) {
  EXPECT_EQ(find(verb::put, "/a/1/b/2").found, nullptr);
  EXPECT_EQ(find(verb::put, "/a/1/b/2").allow, "POST, DELETE, OPTIONS");
  EXPECT_EQ(find(verb::post, "/a/1").allow, "GET, HEAD, OPTIONS");
  for (const auto* path : {"/b", "/a", "/a/", "/a//b/c", "/a/1/", "//", "/a/1/b"})
    EXPECT_TRUE(!find(verb::get, path).found && find(verb::get, path).allow.empty()) << path;
}

TEST(Router, answers_head_by_get) {
  EXPECT_EQ(find(verb::head, "/a/1").found, &table[1]);
}

TEST(Routes, are_all_reachable_and_different) {
  const router routes{all_routes()};
  std::set<std::pair<verb, std::string_view>> seen;
  for (const auto& row : all_routes()) {
    EXPECT_TRUE(seen.emplace(row.method, row.pattern).second) << row.pattern;
    EXPECT_NE(row.handle, nullptr) << row.pattern;
    const auto path = parse_target(std::string{row.pattern});
    ASSERT_TRUE(path) << row.pattern;
    EXPECT_EQ(routes.find(row.method, path->segments).found, &row) << row.pattern;
  }
}

TEST(Target, is_decoded) {
  const auto read = parse_target("/caf%C3%A9/a+b?q=x+y&r=%2B&s&=t&&u=1=2").value();
  EXPECT_THAT(read.segments, ElementsAre("café", "a+b"));
  EXPECT_EQ(read.path, "/café/a+b");
  EXPECT_THAT(read.query, ElementsAre(Pair("q", "x y"), Pair("r", "+"), Pair("s", ""),
                                      Pair("", "t"), Pair("u", "1=2")));
}

TEST(Target, may_be_absolute) {
  EXPECT_EQ(parse_target("http://example.org:80/a").value().path, "/a");
  EXPECT_EQ(parse_target("HTTP://[::1]?b=c").value().path, "/");
  EXPECT_TRUE(parse_target("*").value().is_asterisk);
}

TEST(Target, is_refused_when_nobody_could_mean_it) {
  for (const auto* text : {"", "a", "/%", "/%4", "/%zz", "/%00", "/?a=%00", "/a#b", "/%ff", "/?%c3",
                           "ftp://a/", "http://", "http:///a", "http://a b/", "/\x80", "/\x01",
                           "example.org:443", "http://u@example.org/"})
    EXPECT_FALSE(parse_target(text)) << text;
}

TEST(Host, is_a_name_or_an_address_with_a_port_or_without) {
  for (const auto* text : {"a", "localhost:80", "127.0.0.1", "[::1]", "[::1]:8080", "a:", "a_b.c"})
    EXPECT_TRUE(is_host(text)) << text;
  for (const auto* text : {"", ":80", "a b", "a/b", "a@b", "a:b", "[::1", "[1]", "a:1:2", "a,b/c",
                           "[::1]x", "a:123456", "a%2", "[fe80::1%eth0]"})
    EXPECT_FALSE(is_host(text)) << text;
  EXPECT_FALSE(is_host({"[::1\0]", 6}));
}

TEST(TraceContext, comes_back_as_it_went) {
  const auto id = new_trace_id();
  EXPECT_EQ(parse_traceparent(format_traceparent(id)), id);
  EXPECT_NE(new_trace_id(), id);
  const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EXPECT_EQ(to_string(parse_traceparent(good).value()), "4bf92f35-77b3-4da6-a3ce-929d0e0e4736");
  EXPECT_TRUE(parse_traceparent("cc" + good.substr(2) + "-later"));
}

TEST(TraceContext, is_asked_for_as_the_header_or_the_log_has_it) {
  const auto id = parse_trace("4bf92f35-77b3-4da6-a3ce-929d0e0e4736");
  ASSERT_TRUE(id);
  EXPECT_EQ(parse_trace("4bf92f3577b34da6a3ce929d0e0e4736"), id);
  EXPECT_EQ(parse_trace("4BF92F3577B34DA6A3CE929D0E0E4736"), id);
  for (const auto* bad : {"", "4bf92f35", "4bf92f3577b34da6a3ce929d0e0e473x",
                          "4bf92f3577b34da6a3ce929d0e0e47361", "4bf92f3-577b34da6a3ce929d0e0e4736"})
    EXPECT_FALSE(parse_trace(bad)) << bad;
}

TEST(TraceContext, is_ignored_when_invalid) {
  const std::string good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  for (const auto& bad :
       std::vector<std::string>{"", good + "-x", "ff" + good.substr(2), good.substr(1), good + "x",
                                "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01",
                                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"})
    EXPECT_FALSE(parse_traceparent(bad)) << bad;
}

}  // namespace
}  // namespace rentwave::http
