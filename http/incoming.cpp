#include "http/incoming.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <cassert>
#include <limits>

#include "http/ascii.hpp"
#include "http/problems.hpp"

namespace rentwave::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t read_size = 8 * 1024;
/// What may wait for the parser beyond a header: it limits neither a chunk's extension nor
/// trailers. More than is read at once, so that a header finds its own limit first.
constexpr std::size_t buffer_bytes = 80 * 1024;
/// A header's limit where none is set.
constexpr std::size_t most_header_bytes = 1024 * 1024;
/// "0\r\n\r\n": the least that a chunked body has, and that Beast's parser takes (an assertion).
constexpr std::size_t least_chunked = 5;

std::uint32_t header_limit_of(const server_limits& limits) {
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  const auto bytes = limits.header_bytes == 0 ? most_header_bytes : limits.header_bytes;
  return static_cast<std::uint32_t>(std::min(bytes, most));
}

/// Beast takes every byte between two quotes of a chunk's extension; RFC 9110 section 5.6.4 takes
/// no control character there, which another reader could see as the end of the line.
void check_extension(std::uint64_t, boost::beast::string_view text, error_code& error) {
  const auto is_control = [](char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
  };
  if (std::any_of(text.begin(), text.end(), is_control))
    error = beast_http::error::bad_chunk_extension;
}

/// Whether a quoted string (RFC 9110 section 5.6.4) has begun in it and not ended.
bool ends_in_quotes(std::string_view line) {
  bool is_within = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') is_within = !is_within;
    if (line[i] == '\\' && is_within) ++i;
  }
  return is_within;
}

/// "GET / HTTP/2.0": what it is we know, and do not speak.
bool has_some_version(std::string_view line) {
  constexpr std::string_view form = " HTTP/d.d";
  if (line.size() < form.size() || std::ranges::count(line, ' ') != 2) return false;
  line.remove_prefix(line.size() - form.size());
  return std::ranges::equal(line, form, [](char c, char wanted) {
    return wanted == 'd' ? ascii::is_digit(c) : c == wanted;
  });
}

}  // namespace

struct incoming::parts {
  explicit parts(const server_limits& limits)
      : header_limit(header_limit_of(limits)),
        usual_body_limit(limits.body_bytes),
        buffer(header_limit + buffer_bytes) {}

  const std::uint32_t header_limit;
  const std::size_t usual_body_limit;  ///< 0: none
  std::size_t body_limit = 0;          ///< of this request's
  bool is_body_allowed = false;        ///< `body_limit` has been looked at
  boost::beast::flat_buffer buffer;
  std::optional<beast_http::request_parser<beast_http::string_body>> parser;
  decltype(&check_extension) check = check_extension;
  bool body_begun = false;  ///< the parser has had bytes of the body
  error_code error;         ///< why it is broken
  // has_fold:
  std::size_t looked_at = 0;  ///< so many bytes of the buffer
  char last_seen = 0;
  bool is_header_seen = false;

  std::string_view bytes() const {
    return {static_cast<const char*>(buffer.data().data()), buffer.size()};
  }

  /// By itself the parser would complain with the header, before anybody knows what is asked for.
  bool allow_body(std::size_t most) {
    is_body_allowed = true;
    body_limit = most;
    const auto promised = parser->content_length();
    if (most != 0 && promised && *promised > most) {
      error = beast_http::error::body_limit;
      return false;
    }
    if (most != 0) parser->body_limit(most);
    return true;
  }

  void parse() {
    // What is wrong with a request line is said when all of it is there, however it was cut.
    if (!parser->got_some() && bytes().find('\n') == bytes().npos) {
      if (buffer.size() > header_limit) error = beast_http::error::header_limit;
      return;
    }
    if (buffer.size() == 0) return;
    if (!parser->got_some()) lower_version();
    if (!parser->is_header_done() && has_fold()) {
      error = beast_http::error::bad_obs_fold;
      return;
    }
    const auto size = parser->put(buffer.data(), error);
    buffer.consume(size);
    looked_at -= std::min(looked_at, size);
    if (error != beast_http::error::need_more) return;
    error = {};
    if (is_quote_open()) error = beast_http::error::bad_chunk_extension;
  }

  /// HTTP/1.2 and later are answered as 1.1 (RFC 9110 section 2.5), the last that Beast reads.
  void lower_version() {
    const auto end = bytes().find("\r\n");
    if (end == bytes().npos || !has_some_version(bytes().substr(0, end))) return;
    auto* const line = static_cast<char*>(buffer.data().data());
    if (line[end - 3] == '1' && line[end - 1] > '1') line[end - 1] = '1';
  }

  /// In the extension of the chunk that the parser waits for, at the end of its line. Beast looks
  /// for the other quote in what follows, and each time that it looks takes the chunk's size off
  /// what the body may still have.
  bool is_quote_open() const {
    if (!parser->is_header_done() || !parser->chunked()) return false;
    auto line = bytes();
    if (line.starts_with("\r\n")) line.remove_prefix(2);  // behind the chunk before
    const auto end = line.find("\r\n");
    return end != line.npos && ends_in_quotes(line.substr(0, end));
  }

  /// Some clients send them behind a body (RFC 9112 section 2.2).
  void drop_empty_lines() {
    const bool is_between_requests = !parser->got_some() || parser->is_done();
    while (is_between_requests && bytes().starts_with("\r\n")) buffer.consume(2);
  }

  /// Whether a line of the header goes on in the next (obs-fold, RFC 9112 section 5.2). Beast makes
  /// one of the two; others may see a field of its own.
  bool has_fold() {
    for (const char c : bytes().substr(looked_at)) {
      if (is_header_seen) break;
      const bool begins_line = last_seen == '\n';
      if (begins_line && (c == ' ' || c == '\t')) return true;
      is_header_seen = begins_line && c == '\r';
      last_seen = c;
    }
    looked_at = buffer.size();
    return false;
  }

  /// Once Beast's parser has seen the last chunk's first line it asserts that there are
  /// `least_chunked` bytes from where that chunk begins. It leaves them all in the buffer until the
  /// trailers are there too, and behind another chunk it wants "\r\n0\r\n" to see that line; so
  /// only a body that may begin with its last chunk has to be waited for.
  bool is_too_short_to_parse() const {
    return !body_begun && parser->chunked() && buffer.size() < least_chunked &&
           bytes().starts_with('0');
  }

  progress so_far(bool done) {
    if (error) return progress::broken;
    if (done) return progress::done;
    if (buffer.size() < buffer.max_size()) return progress::unfinished;
    error = beast_http::error::buffer_overflow;
    return progress::broken;
  }
};

incoming::incoming(const server_limits& limits) : parts_(std::make_unique<parts>(limits)) {
  begin();
}
incoming::~incoming() = default;

boost::asio::mutable_buffer incoming::room() {
  auto& buffer = parts_->buffer;
  return buffer.prepare(std::min(read_size, buffer.max_size() - buffer.size()));
}

void incoming::arrived(std::size_t size) {
  parts_->buffer.commit(size);
  parts_->drop_empty_lines();
}

bool incoming::has_bytes() const {
  return parts_->buffer.size() != 0;
}

void incoming::begin() {
  auto& p = *parts_;
  p.parser.emplace();
  p.body_begun = false;
  p.error = {};
  p.looked_at = 0;
  p.last_seen = 0;
  p.is_header_seen = false;
  p.parser->on_chunk_header(p.check);
  p.parser->header_limit(p.header_limit);
  p.is_body_allowed = false;
  p.parser->body_limit(boost::none);
  p.drop_empty_lines();
}

incoming::progress incoming::read_head() {
  parts_->parse();
  return parts_->so_far(parts_->parser->is_header_done());
}

bool incoming::allow_body(std::size_t most) {
  assert(parts_->parser->is_header_done() && !parts_->body_begun);
  return parts_->allow_body(most);
}

incoming::progress incoming::read_body() {
  auto& p = *parts_;
  assert(p.parser->is_header_done());
  if (p.parser->is_done()) return progress::done;
  if (!p.is_body_allowed && !p.allow_body(p.usual_body_limit)) return progress::broken;
  p.parser->eager(true);
  if (!p.is_too_short_to_parse()) {
    p.body_begun = p.body_begun || p.buffer.size() != 0;
    p.parse();
  }
  return p.so_far(p.parser->is_done());
}

raw_head incoming::head() const {
  const auto& message = parts_->parser->get();
  raw_head read;
  read.version = message.version();
  read.method = {message.method_string().data(), message.method_string().size()};
  read.target = {message.target().data(), message.target().size()};
  for (const auto& field : message)
    read.fields.emplace_back(ascii::lowered(std::string{field.name_string()}),
                             std::string{field.value()});
  return read;
}

bool incoming::has_body() const {
  return !parts_->parser->is_done();
}

bool incoming::is_http_1_0() const {
  return parts_->parser->get().version() < 11;
}

bool incoming::asks_for_head() const {
  return parts_->parser->get().method() == beast_http::verb::head;
}

std::size_t incoming::body_size() const {
  return parts_->parser->get().body().size();
}

std::string incoming::take_body() {
  return std::move(parts_->parser->get().body());
}

std::optional<problem> incoming::complaint() const {
  const auto& error = parts_->error;
  if (!error) return std::nullopt;
  if (error == beast_http::error::buffer_overflow && parts_->parser->is_header_done())
    return bad_request("The extension of a chunk, or what follows the last one, is too long.");
  const bool is_too_long =
      error == beast_http::error::header_limit || error == beast_http::error::buffer_overflow;
  if (is_too_long && parts_->parser->get().target().empty())
    return make_problem(
        414, "target_too_long", "Target too long",
        "The request line may have " + std::to_string(parts_->header_limit) + " bytes.");
  if (is_too_long)
    return make_problem(431, "header_too_large", "Header too large",
                        "The header may have " + std::to_string(parts_->header_limit) + " bytes.");
  if (error == beast_http::error::body_limit)
    return make_problem(413, "body_too_large", "Body too large",
                        "The body may have " + std::to_string(parts_->body_limit) + " bytes.");
  const auto line = parts_->bytes().substr(0, parts_->bytes().find("\r\n"));
  if (error == beast_http::error::bad_version && has_some_version(line)) return http_version();
  return bad_request("This is no HTTP: " + error.message() + ".");
}

}  // namespace rentwave::http
