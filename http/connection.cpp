#include "http/connection.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "http/call.hpp"
#include "http/framing.hpp"
#include "http/problems.hpp"
#include "http/response_text.hpp"
#include "http/trace_context.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast::http;
using asio::awaitable;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto as_value = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t read_size = 8 * 1024;
/// What may wait for the parser beyond a header: it limits neither a chunk's extension nor
/// trailers. More than Beast reads at once, so that a header finds its own limit first.
constexpr std::size_t buffer_bytes = 80 * 1024;
/// A header's limit where none is set.
constexpr std::size_t most_header_bytes = 1024 * 1024;
/// "0\r\n\r\n": the least that a chunked body has, and that Beast's parser takes (an assertion).
constexpr std::size_t least_chunked = 5;
/// How long, and how much, a client may go on sending after we answered without reading it all:
/// closing at once would reset the connection before it has read the answer (RFC 9112 section 9.6).
constexpr milliseconds linger_time{1'000};
constexpr std::size_t linger_bytes = 16 * 1024 * 1024;

problem overloaded() {
  return try_later("overloaded", "Too many requests are under way.");
}

bool is_parse_error(const error_code& error) {
  return error.category() == make_error_code(beast::error::bad_target).category() &&
         error != beast::error::end_of_stream && error != beast::error::partial_message;
}

}  // namespace

struct connection::incoming {
  explicit incoming(const server_limits& limits)
      : header_limit(header_limit_of(limits)), buffer(header_limit + buffer_bytes) {}

  const std::uint32_t header_limit;
  boost::beast::flat_buffer buffer;
  std::optional<beast::request_parser<beast::string_body>> parser;
  bool body_begun = false;  ///< the parser has had bytes of the body
  error_code error;         ///< why reading failed

  static std::uint32_t header_limit_of(const server_limits& limits) {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    const auto bytes = limits.header_bytes == 0 ? most_header_bytes : limits.header_bytes;
    return static_cast<std::uint32_t>(std::min(bytes, most));
  }

  void prepare(const server_limits& limits) {
    parser.emplace();
    body_begun = false;
    parser->header_limit(header_limit);
    if (limits.body_bytes == 0) {
      parser->body_limit(boost::none);
    } else {
      parser->body_limit(limits.body_bytes);
    }
  }

  /// Parses what is there already, which usually is all. False: `error` says why.
  bool parse_buffered() {
    error = {};
    if (buffer.size() == 0) return true;
    buffer.consume(parser->put(buffer.data(), error));
    if (error == beast::error::need_more) error = {};
    return !error;
  }

  /// The same for the body. Once Beast's parser has seen the last chunk's first line it asserts
  /// that there are `least_chunked` bytes from where that chunk begins. It leaves them all in the
  /// buffer until the trailers are there too, and behind another chunk it wants "\r\n0\r\n" to see
  /// that line; so only a body that may begin with its last chunk has to be waited for.
  bool parse_body() {
    error = {};
    if (buffer.size() == 0) return true;
    const bool may_be_last =
        parser->chunked() && *static_cast<const char*>(buffer.data().data()) == '0';
    if (!body_begun && may_be_last && buffer.size() < least_chunked) return true;
    body_begun = true;
    return parse_buffered();
  }

  raw_head head() const {
    const auto& message = parser->get();
    raw_head read;
    read.version = message.version();
    read.method = {message.method_string().data(), message.method_string().size()};
    read.target = {message.target().data(), message.target().size()};
    for (const auto& field : message) {
      auto& added =
          read.fields.emplace_back(std::string{field.name_string()}, std::string{field.value()});
      for (char& c : added.first)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    return read;
  }
};

connection::connection(asio::ip::tcp::socket socket, std::shared_ptr<service> shared)
    : socket_(std::move(socket)),
      shared_(std::move(shared)),
      watch_(socket_.get_executor()),
      answered_(socket_.get_executor()) {
  error_code error;
  const auto remote = socket_.remote_endpoint(error);
  if (!error) remote_address_ = remote.address().to_string();
  socket_.set_option(asio::ip::tcp::no_delay{true}, error);
}

connection::~connection() {
  shared_->leave(this);
}

void connection::start(asio::ip::tcp::socket socket, std::shared_ptr<service> shared) {
  const auto strand = socket.get_executor();
  auto one = std::make_shared<connection>(std::move(socket), shared);
  const bool entered = shared->enter(one);
  if (!entered && shared->is_stopping()) return;
  asio::co_spawn(strand, entered ? one->serve() : one->turn_away(),
                 [one](std::exception_ptr failure) {
                   if (failure) spdlog::error("A connection of {} broke.", one->remote_address_);
                   one->shared_->leave(one.get());  // a call may keep it alive for a while
                 });
}

void connection::close_when_idle() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->doing_ == doing::waiting) self->expire();
  });
}

void connection::cut() {
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->close();
    self->answered_.cancel();
  });
}

awaitable<void> connection::serve() {
  incoming in{shared_->limits};
  auto then = next::another;
  while (then == next::another) {
    if (!co_await wait_for_request(in)) break;
    then = co_await exchange(in);
    is_first_ = false;
  }
  if (then == next::leave_unread || in.buffer.size() != 0) co_await linger();
  close();
}

awaitable<void> connection::turn_away() {
  request nobody;
  nobody.trace = new_trace_id();
  co_await refuse(try_later("overloaded", "Too many connections are open."), std::move(nobody));
  co_await linger();
  close();
}

awaitable<bool> connection::wait_for_request(incoming& in) {
  if (in.buffer.size() != 0) co_return true;
  const auto& limits = shared_->limits;
  begin(doing::waiting, is_first_ ? limits.header_timeout : limits.idle_timeout);
  if (shared_->is_stopping()) co_return false;
  const auto [error, size] =
      co_await socket_.async_read_some(in.buffer.prepare(read_size), as_value);
  in.buffer.commit(size);
  co_return !error;
}

awaitable<bool> connection::read_head(incoming& in) {
  begin(doing::reading, shared_->limits.header_timeout);
  in.prepare(shared_->limits);
  if (!in.parse_buffered()) co_return false;
  if (in.parser->is_header_done()) co_return true;
  const auto [error, size] =
      co_await beast::async_read_header(socket_, in.buffer, *in.parser, as_value);
  in.error = error;
  co_return !error;
}

awaitable<bool> connection::read_body(incoming& in) {
  if (in.parser->is_done()) co_return true;
  begin(doing::reading, shared_->limits.body_timeout);
  in.parser->eager(true);
  for (;;) {
    if (!in.parse_body()) co_return false;
    if (in.parser->is_done()) co_return true;
    const auto room = std::min(read_size, in.buffer.max_size() - in.buffer.size());
    if (room == 0) in.error = beast::error::buffer_overflow;
    if (in.error) co_return false;
    const auto [error, size] = co_await socket_.async_read_some(in.buffer.prepare(room), as_value);
    in.buffer.commit(size);
    in.error = error;
    if (error) co_return false;
  }
}

awaitable<connection::next> connection::exchange(incoming& in) {
  if (!co_await read_head(in)) co_return co_await refuse_unreadable(in);
  auto head = accept_head(in.head());
  if (!head) {
    request asked;
    asked.trace = new_trace_id();
    if (in.parser->get().method() == beast::verb::head) asked.method = verb::head;
    co_return co_await refuse(std::move(head).error(), std::move(asked));
  }

  auto one = std::make_shared<call_state>();
  one->shared = shared_;
  one->asked = std::move(head->asked);
  one->asked.remote_address = remote_address_;
  one->is_about_server = head->is_about_server;
  if (!one->is_about_server) one->where = shared_->routes.find(one->asked.method, head->segments);
  one->asked.parameters = std::move(one->where.parameters);

  const bool has_body = !in.parser->is_done();
  one->permit = shared_->begin_request();
  if (!one->permit && has_body) co_return co_await refuse(overloaded(), std::move(one->asked));
  if (has_body && head->expects_continue) {
    if (!one->where.found) {
      const auto made = co_await respond(one);
      co_await write(one->asked, made, false, false);
      co_return next::leave_unread;
    }
    if (in.buffer.size() == 0 && !co_await write_continue()) co_return next::leave;
  }
  if (!co_await read_body(in)) co_return co_await refuse_unreadable(in);
  one->asked.body = std::move(in.parser->get().body());

  response made;
  if (one->permit) {
    made = co_await run(one);
  } else {
    made = to_response(overloaded(), one->asked);
  }
  const bool kept = co_await write(one->asked, made, in.parser->get().keep_alive(),
                                   in.parser->get().version() < 11);
  co_return kept ? next::another : next::leave;
}

awaitable<connection::next> connection::refuse_unreadable(incoming& in) {
  request asked;
  asked.trace = new_trace_id();
  if (in.parser->get().method() == beast::verb::head) asked.method = verb::head;
  problem why;
  if (expired_) {
    why = make_problem(408, "request_timeout", "Request timeout",
                       "The request took too long to arrive.");
  } else if (in.error == beast::error::buffer_overflow && in.parser->is_header_done()) {
    why = make_problem(400, "bad_request", "Bad request",
                       "The extension of a chunk, or what follows the last one, is too long.");
  } else if (in.error == beast::error::header_limit || in.error == beast::error::buffer_overflow) {
    why = make_problem(431, "header_too_large", "Header too large",
                       "The header may have " + std::to_string(in.header_limit) + " bytes.");
  } else if (in.error == beast::error::body_limit) {
    why =
        make_problem(413, "body_too_large", "Body too large",
                     "The body may have " + std::to_string(shared_->limits.body_bytes) + " bytes.");
  } else if (is_parse_error(in.error)) {
    why = make_problem(400, "bad_request", "Bad request",
                       "This is no HTTP: " + in.error.message() + ".");
  } else {
    co_return next::leave;  // the client went
  }
  co_return co_await refuse(std::move(why), std::move(asked));
}

awaitable<connection::next> connection::refuse(problem what, request asked) {
  const auto made = to_response(what, asked);
  co_await write(asked, made, false, false);
  co_return next::leave_unread;
}

awaitable<response> connection::run(std::shared_ptr<call_state> one) {
  begin(doing::answering, milliseconds{0});
  asio::co_spawn(socket_.get_executor(), respond(one),
                 [self = shared_from_this(), one](std::exception_ptr failure, response made) {
                   if (failure) made.status = 500;  // out of memory: nothing to say it with
                   one->result = std::move(made);
                   self->answered_.cancel();
                 });
  const auto patience = shared_->limits.request_timeout;
  answered_.expires_at(patience.count() == 0 ? time_point::max() : steady_clock::now() + patience);
  if (!one->result) co_await answered_.async_wait(as_value);
  if (one->result) co_return *std::move(one->result);
  // It goes on, and keeps its permit, until its own waits end it.
  co_return to_response(
      try_later("timed_out", "There was no answer in time; it may have had its effect."),
      one->asked);
}

awaitable<bool> connection::write(const request& asked, const response& made, bool keep_alive,
                                  bool is_old) {
  if (shared_->is_stopping()) keep_alive = false;
  const auto then = !keep_alive ? after_answer::close
                    : is_old    ? after_answer::keep_and_tell
                                : after_answer::keep;
  const auto head = head_text(made, asked, then);
  const bool has_body = may_have_body(made.status) && asked.method != verb::head;
  const std::array<asio::const_buffer, 2> parts{
      asio::buffer(head), has_body ? asio::buffer(made.body) : asio::const_buffer{}};
  begin(doing::writing, shared_->limits.write_timeout);
  const auto [error, size] = co_await asio::async_write(socket_, parts, as_value);
  co_return !error && keep_alive;
}

awaitable<bool> connection::write_continue() {
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  begin(doing::writing, shared_->limits.write_timeout);
  const auto [error, size] =
      co_await asio::async_write(socket_, asio::const_buffer{go_on.data(), go_on.size()}, as_value);
  co_return !error;
}

awaitable<void> connection::linger() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  begin(doing::leaving, linger_time);
  std::array<char, read_size> sink;
  for (std::size_t read = 0; read < linger_bytes;) {
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(sink), as_value);
    if (error) break;
    read += size;
  }
}

void connection::begin(doing what, milliseconds at_most) {
  doing_ = what;
  expired_ = false;
  due_ = at_most.count() == 0 ? time_point::max() : steady_clock::now() + at_most;
  if (due_ < wakes_at_) watch();
}

void connection::watch() {
  wakes_at_ = due_;
  watch_.expires_at(due_);
  watch_.async_wait([weak = weak_from_this()](const error_code& error) {
    if (error) return;
    if (const auto self = weak.lock()) self->wake();
  });
}

void connection::wake() {
  wakes_at_ = time_point::max();
  if (due_ == time_point::max()) return;
  if (steady_clock::now() < due_) return watch();
  due_ = time_point::max();
  expire();
}

/// Makes what is being done fail now, and whatever comes between it and its failure too: a
/// cancelled operation could be followed by another before the coroutine hears of it.
void connection::expire() {
  expired_ = true;
  error_code ignored;
  switch (doing_) {
    case doing::waiting:
    case doing::reading:
      socket_.shutdown(asio::ip::tcp::socket::shutdown_receive, ignored);
      break;
    case doing::answering:
      break;
    case doing::writing:
    case doing::leaving:
      close();
      break;
  }
}

void connection::close() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace rentwave::http
