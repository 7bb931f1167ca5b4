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

namespace beast = boost::beast::http;
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

problem bad_request(std::string detail) {
  return make_problem(400, "bad_request", "Bad request", std::move(detail));
}

}  // namespace

struct incoming::parts {
  explicit parts(const server_limits& limits)
      : header_limit(header_limit_of(limits)),
        body_limit(limits.body_bytes),
        buffer(header_limit + buffer_bytes) {}

  const std::uint32_t header_limit;
  const std::size_t body_limit;  ///< 0: none
  boost::beast::flat_buffer buffer;
  std::optional<beast::request_parser<beast::string_body>> parser;
  bool body_begun = false;  ///< the parser has had bytes of the body
  error_code error;         ///< why it is broken

  void parse() {
    if (buffer.size() == 0) return;
    buffer.consume(parser->put(buffer.data(), error));
    if (error == beast::error::need_more) error = {};
  }

  /// Once Beast's parser has seen the last chunk's first line it asserts that there are
  /// `least_chunked` bytes from where that chunk begins. It leaves them all in the buffer until the
  /// trailers are there too, and behind another chunk it wants "\r\n0\r\n" to see that line; so
  /// only a body that may begin with its last chunk has to be waited for.
  bool is_too_short_to_parse() const {
    return !body_begun && parser->chunked() && buffer.size() < least_chunked &&
           buffer.size() != 0 && *static_cast<const char*>(buffer.data().data()) == '0';
  }

  progress so_far(bool done) {
    if (error) return progress::broken;
    if (done) return progress::done;
    if (buffer.size() < buffer.max_size()) return progress::unfinished;
    error = beast::error::buffer_overflow;
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
}

bool incoming::has_bytes() const {
  return parts_->buffer.size() != 0;
}

void incoming::begin() {
  auto& p = *parts_;
  p.parser.emplace();
  p.body_begun = false;
  p.error = {};
  p.parser->header_limit(p.header_limit);
  if (p.body_limit == 0) {
    p.parser->body_limit(boost::none);
  } else {
    p.parser->body_limit(p.body_limit);
  }
}

incoming::progress incoming::read_head() {
  parts_->parse();
  return parts_->so_far(parts_->parser->is_header_done());
}

incoming::progress incoming::read_body() {
  auto& p = *parts_;
  assert(p.parser->is_header_done());
  if (p.parser->is_done()) return progress::done;
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

bool incoming::keep_alive() const {
  return parts_->parser->get().keep_alive();
}

bool incoming::is_http_1_0() const {
  return parts_->parser->get().version() < 11;
}

bool incoming::asks_for_head() const {
  return parts_->parser->get().method() == beast::verb::head;
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
  if (error == beast::error::buffer_overflow && parts_->parser->is_header_done())
    return bad_request("The extension of a chunk, or what follows the last one, is too long.");
  if (error == beast::error::header_limit || error == beast::error::buffer_overflow)
    return make_problem(431, "header_too_large", "Header too large",
                        "The header may have " + std::to_string(parts_->header_limit) + " bytes.");
  if (error == beast::error::body_limit)
    return make_problem(413, "body_too_large", "Body too large",
                        "The body may have " + std::to_string(parts_->body_limit) + " bytes.");
  return bad_request("This is no HTTP: " + error.message() + ".");
}

}  // namespace rentwave::http
