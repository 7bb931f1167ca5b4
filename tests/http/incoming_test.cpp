#include "http/incoming.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace rentwave::http {
namespace {

using enum incoming::progress;
using std::string_view;
using pieces = std::vector<string_view>;

/// One connection's bytes.
class Incoming : public ::testing::Test {
 protected:
  void put(string_view bytes) {
    while (!bytes.empty()) {
      const auto room = in.room();
      const auto size = std::min(room.size(), bytes.size());
      ASSERT_GT(size, 0U);
      std::copy_n(bytes.data(), size, static_cast<char*>(room.data()));
      in.arrived(size);
      bytes.remove_prefix(size);
    }
  }
  void expect_head(string_view bytes) {
    put(bytes);
    EXPECT_EQ(in.read_head(), done) << bytes;
  }
  /// The body that comes in these pieces, after none of which but the last it is done.
  std::string body_of(const pieces& all) {
    auto so_far = in.read_body();
    for (const auto piece : all) {
      EXPECT_EQ(so_far, unfinished) << "before " << piece;
      put(piece);
      so_far = in.read_body();
    }
    EXPECT_EQ(so_far, done);
    return in.take_body();
  }

  server_limits limits;
  incoming in{limits};
};

TEST_F(Incoming, says_what_is_wrong_with_a_request_line_when_it_is_there) {
  const string_view line = "GET / HTTP/2.0\r\n";
  for (const char& c : line.substr(0, line.size() - 1)) {
    put({&c, 1});
    EXPECT_EQ(in.read_head(), unfinished) << c;
  }
  put("\n");
  EXPECT_EQ(in.read_head(), broken);
  ASSERT_TRUE(in.complaint());
  EXPECT_EQ(in.complaint()->status, 505U);
}

constexpr string_view chunked_head =
    "POST /things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_F(Incoming, reads_a_header_byte_by_byte) {
  const string_view head = "GET /a?b HTTP/1.1\r\nHost: x\r\nX-Y:  z \r\n\r\n";
  for (std::size_t i = 0; i < head.size(); ++i) {
    EXPECT_EQ(in.read_head(), unfinished) << i;
    put(head.substr(i, 1));
  }
  EXPECT_EQ(in.read_head(), done);
  EXPECT_EQ(in.head().method, "GET");
  EXPECT_EQ(in.head().target, "/a?b");
  ASSERT_EQ(in.head().fields.size(), 2U);
  EXPECT_EQ(in.head().fields[1], (std::pair<std::string, std::string>{"x-y", "z"}));
  EXPECT_FALSE(in.has_body());
  EXPECT_EQ(in.read_body(), done);
}

TEST_F(Incoming, reads_a_chunked_body_however_it_is_cut) {
  const std::pair<string_view, string_view> bodies[] = {
      {"0\r\n\r\n", ""},
      {"00;a=b\r\nX: y\r\n\r\n", ""},
      {"1\r\na\r\n0\r\n\r\n", "a"},
      {"3;a=\"b c\"\r\nabc\r\n1\r\nd\r\n000;e\r\nX: y\r\nZ: z\r\n\r\n", "abcd"},
  };
  const auto say = [&](const pieces& all) {
    in.begin();
    expect_head(chunked_head);
    EXPECT_TRUE(in.has_body());
    auto body = body_of(all);
    EXPECT_FALSE(in.has_bytes()) << "something is left over";
    return body;
  };
  for (const auto& [all, meant] : bodies) {
    pieces bytes;
    for (std::size_t i = 0; i < all.size(); ++i) bytes.push_back(all.substr(i, 1));
    EXPECT_EQ(say(bytes), meant) << all;
    for (std::size_t i = 1; i + 1 < all.size(); ++i)
      for (std::size_t j = i + 1; j < all.size(); ++j)
        EXPECT_EQ(say({all.substr(0, i), all.substr(i, j - i), all.substr(j)}), meant)
            << i << ' ' << j << ' ' << all;
  }
}

TEST_F(Incoming, keeps_what_follows_for_the_next_request) {
  expect_head(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nabGET /b HTTP/1.1\r\nHost: a\r\n");
  EXPECT_EQ(in.read_body(), done);
  EXPECT_EQ(in.take_body(), "ab");
  EXPECT_TRUE(in.has_bytes());
  in.begin();
  EXPECT_EQ(in.read_head(), unfinished);
  expect_head("\r\n");
  EXPECT_EQ(in.head().target, "/b");
  EXPECT_FALSE(in.has_bytes());
}

TEST_F(Incoming, takes_empty_lines_between_requests_for_nothing) {
  put("\r\n");
  EXPECT_FALSE(in.has_bytes());
  expect_head("\r\nPOST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n");
  put("\r\n");
  EXPECT_EQ(in.read_body(), done);
  EXPECT_EQ(in.take_body(), "\r\n");
  put("\r\n\r");
  EXPECT_TRUE(in.has_bytes()) << "half of one";
  put("\n");
  EXPECT_FALSE(in.has_bytes());
}

TEST_F(Incoming, counts_a_body_as_it_comes) {
  expect_head("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  EXPECT_EQ(in.read_body(), unfinished);
  EXPECT_EQ(in.body_size(), 0U);
  put("abc");
  EXPECT_EQ(in.read_body(), unfinished);
  EXPECT_EQ(in.body_size(), 3U);
}

TEST_F(Incoming, says_what_is_wrong) {
  put("nonsense\r\n\r\n");
  EXPECT_EQ(in.read_head(), broken);
  EXPECT_EQ(in.complaint()->status, 400U);
  incoming another{{.body_bytes = 2}};
  const string_view head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
  std::copy_n(head.data(), head.size(), static_cast<char*>(another.room().data()));
  another.arrived(head.size());
  const auto so_far = another.read_head() == done ? another.read_body() : broken;
  EXPECT_EQ(so_far, broken);
  EXPECT_EQ(another.complaint()->status, 413U);
}

TEST_F(Incoming, takes_as_long_a_body_as_is_allowed_for_it_alone) {
  const string_view head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
  incoming strict{{.body_bytes = 2}};
  const auto arrive = [&](string_view bytes) {
    std::copy_n(bytes.data(), bytes.size(), static_cast<char*>(strict.room().data()));
    strict.arrived(bytes.size());
  };
  arrive(head);
  ASSERT_EQ(strict.read_head(), done);
  EXPECT_TRUE(strict.allow_body(3));
  arrive("abc");
  EXPECT_EQ(strict.read_body(), done);
  EXPECT_EQ(strict.take_body(), "abc");
  strict.begin();
  arrive(head);
  ASSERT_EQ(strict.read_head(), done);
  EXPECT_FALSE(strict.allow_body(1)) << "before a byte of it has come";
  EXPECT_EQ(strict.complaint()->status, 413U);
  EXPECT_EQ(strict.complaint()->detail, "The body may have 1 bytes.");
}

}  // namespace
}  // namespace rentwave::http
