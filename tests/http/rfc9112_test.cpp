// RFC 9112 as a table: what a client may send, byte by byte, and what the server makes of it.
#include <ostream>

#include "http/framing.hpp"
#include "tests/http/server_scene.hpp"

namespace rentwave::http {
namespace {

struct exchange_row {
  const char* name;
  std::string sent;
  std::vector<unsigned> statuses;  ///< of the answers, in order
  bool closes;                     ///< after the last of them; else it goes on to serve

  friend void PrintTo(const exchange_row& row, std::ostream* out) { *out << row.name; }
};

class Rfc9112 : public server_scene, public testing::WithParamInterface<exchange_row> {
 protected:
  Rfc9112() { serve(); }
};

TEST_P(Rfc9112, is_kept) {
  const auto& [name, sent, statuses, closes] = GetParam();
  auto one = connect();
  one.send_raw(sent);
  client_response got;
  for (const auto status : statuses) {
    got = one.receive(sent.starts_with("HEAD"));
    EXPECT_EQ(got.status, status) << got.body;
  }
  EXPECT_EQ(got.header("connection") == "close", closes);
  if (closes) {
    EXPECT_TRUE(one.ends_in_order());
  } else {
    EXPECT_EQ(one.get("/things/next").json()["path"], "/things/next") << "it is out of step";
  }
}

const std::string line = "POST /things HTTP/1.1\r\n";
const std::string start = line + "Host: a\r\n";
const std::string chunked = start + "Transfer-Encoding: chunked\r\n\r\n";
const std::string plain = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string get(const std::string& target, const std::string& fields = "Host: a\r\n",
                const std::string& version = "HTTP/1.1") {
  return "GET " + target + ' ' + version + "\r\n" + fields + "\r\n";
}

const exchange_row request_lines[] = {
    // section 2.2 and 3
    {"simple", plain, {200}, false},
    {"empty_line_before", "\r\n" + plain, {200}, false},
    {"empty_lines_between", plain + "\r\n\r\n" + plain, {200, 200}, false},
    {"line_feed_alone_before", "\n" + plain, {400}, true},
    {"line_feeds_alone", "GET / HTTP/1.1\nHost: a\n\n", {400}, true},
    {"two_blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", {400}, true},
    {"tab_for_blank", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", {400}, true},
    {"blank_at_the_end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", {400}, true},
    {"carriage_return_in_target", get("/a\rb"), {400}, true},
    {"no_version", "GET /\r\n\r\n", {400}, true},
    {"version_in_small_letters", get("/", "Host: a\r\n", "http/1.1"), {400}, true},
    {"version_1_2_and_a_blank", get("/", "Host: a\r\n", "HTTP/1.2 "), {400}, true},
    {"version_of_two_digits", get("/", "Host: a\r\n", "HTTP/1.10"), {400}, true},
    {"version_1_2", get("/", "Host: a\r\n", "HTTP/1.2"), {200}, false},
    {"version_1_9_without_host", get("/", "", "HTTP/1.9"), {400}, true},
    {"version_2", get("/", "Host: a\r\n", "HTTP/2.0"), {505}, true},
    {"version_behind_something", get("/", "Host: a\r\n", "HTTP/GET / HTTP/1.1"), {400}, true},
    {"method_in_small_letters", "get / HTTP/1.1\r\nHost: a\r\n\r\n", {501}, true},
    {"unknown_method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", {501}, true},
    {"empty_method", " / HTTP/1.1\r\nHost: a\r\n\r\n", {400}, true},
    {"target_without_end", "GET /" + std::string(30'000, 'x'), {414}, true},
};
const exchange_row targets[] = {
    // section 3.2
    {"absolute_form", get("http://a/things/1"), {200}, false},
    {"absolute_form_with_another_host", get("http://b:80/things/1"), {200}, false},
    {"absolute_form_without_path", get("http://a"), {200}, false},
    {"absolute_form_with_query_only", get("http://a?x=y"), {200}, false},
    {"absolute_form_without_host_field", get("http://a/", ""), {400}, true},
    {"absolute_form_without_host", get("http:///things"), {400}, true},
    {"absolute_form_with_userinfo", get("http://me@a/"), {400}, true},
    {"absolute_form_of_another_scheme", get("ftp://a/"), {400}, true},
    {"asterisk_form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", {204}, false},
    {"asterisk_form_of_get", get("*"), {400}, true},
    {"asterisk_and_more", "OPTIONS */ HTTP/1.1\r\nHost: a\r\n\r\n", {400}, true},
    {"authority_form", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", {501}, true},
    {"authority_form_of_get", get("a:1"), {400}, true},
    {"no_slash", get("things"), {400}, true},
    {"fragment", get("/#a"), {400}, true},
    {"byte_beyond_ascii", get("/\xc3\xa4"), {400}, true},
    {"host_missing", get("/", ""), {400}, true},
    {"host_missing_in_1_0", get("/", "", "HTTP/1.0"), {200}, true},
    {"host_twice", get("/", "Host: a\r\nHost: a\r\n"), {400}, true},
    {"host_twice_in_1_0", get("/", "Host: a\r\nhost: b\r\n", "HTTP/1.0"), {400}, true},
    {"host_empty", get("/", "Host:\r\n"), {400}, true},
    {"host_list", get("/", "Host: a, b\r\n"), {400}, true},
    {"host_with_path", get("/", "Host: a/b\r\n"), {400}, true},
    {"host_with_userinfo", get("/", "Host: me@a\r\n"), {400}, true},
    {"host_with_wrong_port", get("/", "Host: a:b\r\n"), {400}, true},
    {"host_in_brackets", get("/", "Host: [::1]:80\r\n"), {200}, false},
};
const exchange_row header_fields[] = {
    // section 5
    {"blank_before_colon", get("/", "Host : a\r\n"), {400}, true},
    {"tab_before_colon", get("/", "Host: a\r\nX\t: y\r\n"), {400}, true},
    {"blank_before_first_field", get("/", " Host: a\r\n"), {400}, true},
    {"blanks_around_value", get("/", "Host: \t a \t\r\n"), {200}, false},
    {"folded", get("/", "Host: a\r\nX: y\r\n z\r\n"), {400}, true},
    {"folded_by_tab", get("/", "Host: a\r\nX: y\r\n\tz\r\n"), {400}, true},
    {"folded_at_once", get("/", "Host:\r\n a\r\n"), {400}, true},
    {"folded_at_the_end", get("/", "Host: a\r\n \r\n"), {400}, true},
    {"folded_length", start + "Content-Length:\r\n 3\r\n\r\nabc", {400}, true},
    {"body_that_looks_folded", start + "Content-Length: 4\r\n\r\n\r\n b", {200}, false},
    {"carriage_return_in_value", get("/", "Host: a\r\nX: y\rz\r\n"), {400}, true},
    {"line_feed_in_value", get("/", "Host: a\r\nX: y\nz: w\r\n"), {400}, true},
    {"carriage_return_before_the_end", get("/", "Host: a\r\nX: y\r\r\n"), {400}, true},
    {"nul_in_value", get("/", "Host: a\r\nX: y" + std::string(1, '\0') + "z\r\n"), {400}, true},
    {"delete_in_value", get("/", "Host: a\r\nX: \x7f\r\n"), {400}, true},
    {"no_colon", get("/", "Host: a\r\nX\r\n"), {400}, true},
    {"no_name", get("/", "Host: a\r\n: x\r\n"), {400}, true},
    {"name_with_slash", get("/", "Host: a\r\nX/Y: z\r\n"), {400}, true},
};
const exchange_row lengths[] = {
    // section 6
    {"length", start + "Content-Length: 3\r\n\r\nabc", {200}, false},
    {"length_with_zeros", start + "Content-Length: 003\r\n\r\nabc", {200}, false},
    {"length_twice", start + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", {400}, true},
    {"lengths_in_conflict",
     start + "Content-Length: 3\r\ncontent-length: 4\r\n\r\nabc",
     {400},
     true},
    {"length_list", start + "Content-Length: 3, 3\r\n\r\nabc", {400}, true},
    {"length_with_sign", start + "Content-Length: +3\r\n\r\nabc", {400}, true},
    {"length_below_zero", start + "Content-Length: -3\r\n\r\nabc", {400}, true},
    {"length_in_hex", start + "Content-Length: 0x3\r\n\r\nabc", {400}, true},
    {"length_with_blank", start + "Content-Length: 3 3\r\n\r\nabc", {400}, true},
    {"length_empty", start + "Content-Length:\r\n\r\n", {400}, true},
    {"length_beyond_64_bits",
     start + "Content-Length: 18446744073709551619\r\n\r\nabc",
     {400},
     true},
    {"length_and_coding",
     start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     {400},
     true},
    {"coding_and_length",
     start + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
     {400},
     true},
    {"coding_not_ending_in_chunked",
     start + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
     {400},
     true},
    {"coding_unknown", start + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", {501}, true},
    {"coding_alone_and_unknown", start + "Transfer-Encoding: identity\r\n\r\n", {400}, true},
    {"coding_empty", start + "Transfer-Encoding:\r\n\r\n0\r\n\r\n", {400}, true},
    {"coding_twice_chunked",
     start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     {400},
     true},
    {"coding_in_capitals", start + "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", {200}, false},
    {"coding_in_quotes", start + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", {400}, true},
    {"coding_in_1_0",
     "POST /things HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     {400},
     true},
    {"get_with_a_body", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", {200}, false},
};
const exchange_row chunks[] = {
    // section 7.1
    {"chunk", chunked + "3\r\nabc\r\n0\r\n\r\n", {200}, false},
    {"size_with_zeros", chunked + "0003\r\nabc\r\n000\r\n\r\n", {200}, false},
    {"size_in_capitals", chunked + "A\r\n0123456789\r\n0\r\n\r\n", {200}, false},
    {"size_missing", chunked + "\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"size_with_prefix", chunked + "0x3\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"size_with_sign", chunked + "+3\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"size_below_zero", chunked + "-3\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"size_before_blank", chunked + "3 \r\nabc\r\n0\r\n\r\n", {400}, true},
    {"size_after_blank", chunked + " 3\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"size_beyond_64_bits", chunked + "10000000000000003\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"size_beyond_the_limit", chunked + "FFFFFFFFFFFFFFFF\r\nabc\r\n0\r\n\r\n", {413}, true},
    {"size_without_end", chunked + std::string(200'000, '0'), {400}, true},
    {"size_ended_by_line_feed", chunked + "3\nabc\r\n0\r\n\r\n", {400}, true},
    {"size_ended_by_carriage_return", chunked + "3\rabc\r\n0\r\n\r\n", {400}, true},
    {"data_too_long", chunked + "3\r\nabcd\r\n0\r\n\r\n", {400}, true},
    {"data_ended_by_line_feed", chunked + "3\r\nabc\n0\r\n\r\n", {400}, true},
    {"extension", chunked + "3;a=b;c=\"d \\\" e\"\r\nabc\r\n0;f\r\n\r\n", {200}, false},
    {"extension_with_quoted_semicolon", chunked + "3;a=\";\"\r\nabc\r\n0\r\n\r\n", {200}, false},
    {"extension_with_quoted_line_feed", chunked + "3;a=\"\n\"\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"extension_with_escaped_line_feed", chunked + "3;a=\"\\\n\"\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"last_extension_with_line_feed", chunked + "3\r\nabc\r\n0;a=\"\n\"\r\n\r\n", {400}, true},
    {"extension_with_line_end", chunked + "3;a=\"\r\n\"\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"extension_with_open_quote", chunked + "3;a=\"b\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"last_extension_with_open_quote", chunked + "3\r\nabc\r\n0;a=\"\\\"\r\n\r\n", {400}, true},
    {"extension_with_line_feed", chunked + "3;a\n\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"extension_without_name", chunked + "3;\r\nabc\r\n0\r\n\r\n", {400}, true},
    {"trailers", chunked + "3\r\nabc\r\n0\r\nX: y\r\nZ: w\r\n\r\n", {200}, false},
    {"trailer_that_would_close", chunked + "0\r\nConnection: close\r\n\r\n", {200}, false},
    {"trailer_of_another_length", chunked + "0\r\nContent-Length: 7\r\n\r\n", {400}, true},
    {"trailer_with_line_feed", chunked + "0\r\nX: y\nZ: w\r\n\r\n", {400}, true},
    {"trailer_without_colon", chunked + "0\r\nX\r\n\r\n", {400}, true},
    {"request_behind_chunks", chunked + "3\r\nabc\r\n0\r\n\r\n" + plain, {200, 200}, false},
};
const exchange_row connections[] = {
    // section 9
    {"close", get("/", "Host: a\r\nConnection: close\r\n"), {200}, true},
    {"close_in_capitals", get("/", "Host: a\r\nConnection: CLOSE\r\n"), {200}, true},
    {"close_in_a_list", get("/", "Host: a\r\nConnection: x, close\r\n"), {200}, true},
    {"close_in_a_second_field",
     get("/", "Host: a\r\nConnection: x\r\nConnection: close\r\n"),
     {200},
     true},
    {"close_before_keep_alive",
     get("/", "Host: a\r\nConnection: close, keep-alive\r\n"),
     {200},
     true},
    {"keep_alive_before_close",
     get("/", "Host: a\r\nConnection: keep-alive\r\nConnection: close\r\n"),
     {200},
     true},
    {"no_close", get("/", "Host: a\r\nConnection: closed\r\n"), {200}, false},
    {"old", get("/", "", "HTTP/1.0"), {200}, true},
    {"old_and_kept", get("/", "Connection: Keep-Alive\r\n", "HTTP/1.0"), {200}, false},
    {"old_and_kept_in_a_second_field",
     get("/", "Connection: x\r\nConnection: keep-alive\r\n", "HTTP/1.0"),
     {200},
     false},
    {"old_and_closed", get("/", "Connection: keep-alive, close\r\n", "HTTP/1.0"), {200}, true},
    {"pipelined", plain + plain + plain, {200, 200, 200}, false},
    {"pipelined_behind_close", get("/", "Host: a\r\nConnection: close\r\n") + plain, {200}, true},
    {"pipelined_behind_an_error", plain + get("/", "") + plain, {200, 400}, true},
    {"pipelined_behind_a_body",
     start + "Content-Length: 3\r\n\r\nabc" + plain + chunked + "0\r\n\r\n" + plain,
     {200, 200, 200, 200},
     false},
    {"head", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", {200}, false},
};

std::string name_of(const ::testing::TestParamInfo<exchange_row>& of) {
  return of.param.name;
}
INSTANTIATE_TEST_SUITE_P(RequestLines, Rfc9112, ::testing::ValuesIn(request_lines), name_of);
INSTANTIATE_TEST_SUITE_P(Targets, Rfc9112, ::testing::ValuesIn(targets), name_of);
INSTANTIATE_TEST_SUITE_P(Fields, Rfc9112, ::testing::ValuesIn(header_fields), name_of);
INSTANTIATE_TEST_SUITE_P(Lengths, Rfc9112, ::testing::ValuesIn(lengths), name_of);
INSTANTIATE_TEST_SUITE_P(Chunks, Rfc9112, ::testing::ValuesIn(chunks), name_of);
INSTANTIATE_TEST_SUITE_P(Connections, Rfc9112, ::testing::ValuesIn(connections), name_of);

TEST(Rfc9112Host, is_that_of_an_absolute_form) {
  raw_head head{.method = "GET", .target = "http://b:80/", .fields = {{"host", "a"}}};
  EXPECT_EQ(accept_head(head)->asked.header("host"), "b:80");
  head.target = "/";
  EXPECT_EQ(accept_head(head)->asked.header("host"), "a");
}

}  // namespace
}  // namespace rentwave::http
