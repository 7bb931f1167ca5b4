#include "http/websocket/frames.hpp"

#include <boost/asio.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <array>

#include "http/as_value.hpp"
#include "http/client_stream_parts.hpp"
#include "http/fields.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::awaitable;

/// What a socket keeps ready for a message to come: most are shorter.
constexpr std::size_t read_bytes = 512;

/// The client's stream as Beast wants it: without owning it, whatever it is made of.
class layer {
 public:
  using executor_type = asio::any_io_executor;

  explicit layer(client_stream& over) : over_(&over) {}
  executor_type get_executor() const { return over_->executor(); }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    over_->with_parts(
        [&](auto& stream) { stream.async_read_some(buffers, std::forward<Handler>(handler)); });
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    over_->with_parts(
        [&](auto& stream) { stream.async_write_some(buffers, std::forward<Handler>(handler)); });
  }

  // Found by Beast.
  template <class Handler>
  friend void async_teardown(beast::role_type role, layer& of, Handler&& handler) {
    of.over_->with_parts([&](auto& stream) {
      using websocket::async_teardown;
      async_teardown(role, stream, std::forward<Handler>(handler));
    });
  }
  friend void beast_close_socket(layer& of) { of.over_->close(); }

 private:
  client_stream* over_;
};

using received = frames::received;

received::what end_of(const boost::system::error_code& why) {
  if (why == websocket::error::closed) return received::what::closed;
  if (why == websocket::condition::protocol_violation || why == websocket::error::message_too_big ||
      why == websocket::error::buffer_overflow)
    return received::what::broken;
  return received::what::lost;
}

}  // namespace

struct frames::wire {
  explicit wire(client_stream& over) : stream(layer{over}) {}
  websocket::stream<layer, false> stream;  // without permessage-deflate
  bool is_pinging = false;
};

frames::frames(client_stream& over, std::size_t most_bytes, std::chrono::milliseconds patience)
    : wire_(std::make_unique<wire>(over)) {
  auto& stream = wire_->stream;
  websocket::stream_base::timeout times{};
  times.handshake_timeout = patience;
  times.idle_timeout = websocket::stream_base::none();
  times.keep_alive_pings = false;
  stream.set_option(times);
  stream.set_option(websocket::stream_base::decorator{[](websocket::response_type& answer) {
    answer.set(beast::http::field::server, "RentWave");
  }});
  stream.read_message_max(most_bytes);
  stream.auto_fragment(false);
  stream.text(true);
}

frames::~frames() = default;

awaitable<frames::error_code> frames::accept(const request& asked) {
  beast::http::request<beast::http::empty_body> opening{beast::http::verb::get, asked.target, 11};
  for (const char* name :
       {"host", "upgrade", "connection", "sec-websocket-key", "sec-websocket-version"})
    opening.set(name, asked.header_list(name));
  const auto [error] = co_await wire_->stream.async_accept(opening, as_value);
  co_return error;
}

awaitable<received> frames::read() {
  auto& stream = wire_->stream;
  std::array<char, read_bytes> room;
  received got;
  do {
    const auto [error, size] = co_await stream.async_read_some(asio::buffer(room), as_value);
    if (error) {
      got.is = end_of(error);
      co_return got;
    }
    if (!stream.got_text()) {
      got.is = received::what::not_text;
      co_return got;
    }
    got.text.append(room.data(), size);
  } while (!stream.is_message_done());
  // Beast looks as the bytes come, but not once more at an end that brings none.
  if (!is_utf8(got.text)) got.is = received::what::bad_utf8;
  co_return got;
}

void frames::on_control(std::function<void()> act) {
  wire_->stream.control_callback([act = std::move(act)](auto, auto) { act(); });
}

void frames::write(text_ptr text, then done) {
  const auto bytes = asio::buffer(*text);
  wire_->stream.async_write(bytes, [text = std::move(text), done = std::move(done)](
                                       const error_code& error, std::size_t) { done(error); });
}

void frames::ping(then done) {
  if (wire_->is_pinging) return;
  wire_->is_pinging = true;
  wire_->stream.async_ping({}, [this, done = std::move(done)](const error_code& error) {
    wire_->is_pinging = false;
    done(error);
  });
}

void frames::close(close_code code, std::string_view reason, then done) {
  const websocket::close_reason why{static_cast<websocket::close_code>(code), reason};
  wire_->stream.async_close(why,
                            [done = std::move(done)](const error_code& error) { done(error); });
}

}  // namespace rentwave::http
