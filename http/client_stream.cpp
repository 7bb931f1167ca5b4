#include "http/client_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "http/as_value.hpp"
#include "http/ascii.hpp"
#include "http/client_stream_parts.hpp"

namespace rentwave::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

}  // namespace

client_stream::client_stream(asio::ip::tcp::socket socket, std::shared_ptr<tls_context> context)
    : socket_(std::move(socket)),
      tls_(context ? std::make_unique<tls>(socket_, std::move(context)) : nullptr) {}

client_stream::~client_stream() = default;

awaitable<bool> client_stream::has_plain_client() {
  if (!tls_) co_return false;
  char first = 0;
  const auto [error, size] = co_await socket_.async_receive(
      asio::buffer(&first, 1), asio::ip::tcp::socket::message_peek, as_value);
  co_return !error && size == 1 && ascii::is_letter(first);
}

void client_stream::become_plain() {
  tls_.reset();
}

awaitable<client_stream::error_code> client_stream::handshake() {
  if (!tls_) co_return error_code{};
  const auto [error] =
      co_await tls_->stream.async_handshake(asio::ssl::stream_base::server, as_value);
  co_return error;
}

awaitable<client_stream::done> client_stream::read_some(asio::mutable_buffer into) {
  if (tls_) {
    const auto [error, size] = co_await tls_->stream.async_read_some(into, as_value);
    co_return done{error, size};
  }
  const auto [error, size] = co_await socket_.async_read_some(into, as_value);
  co_return done{error, size};
}

awaitable<client_stream::done> client_stream::write(std::array<asio::const_buffer, 2> parts) {
  if (tls_) {
    const auto [error, size] = co_await asio::async_write(tls_->stream, parts, as_value);
    co_return done{error, size};
  }
  const auto [error, size] = co_await asio::async_write(socket_, parts, as_value);
  co_return done{error, size};
}

awaitable<void> client_stream::end_writing() {
  error_code ignored;
  if (tls_) co_await tls_->stream.async_shutdown(as_value);
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

awaitable<client_stream::done> client_stream::discard_some(asio::mutable_buffer sink) {
  const auto [error, size] = co_await socket_.async_read_some(sink, as_value);
  co_return done{error, size};
}

void client_stream::stop_reading() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_receive, ignored);
}

void client_stream::close() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace rentwave::http
