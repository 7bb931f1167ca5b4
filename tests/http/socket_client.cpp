#include "tests/http/socket_client.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <concepts>
#include <optional>
#include <stdexcept>
#include <variant>

#include "http/ascii.hpp"
#include "tests/http/exchange_log.hpp"
#include "tests/http/own_certificate.hpp"

namespace rentwave::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds socket_patience{20};

client_response seen(const websocket::response_type& answer) {
  client_response got;
  got.status = answer.result_int();
  got.body = answer.body();
  for (const auto& field : answer)
    got.headers.insert_or_assign(ascii::lowered(std::string{field.name_string()}),
                                 std::string{field.value()});
  return got;
}

}  // namespace

struct socket_client::wire {
  using plain = websocket::stream<beast::tcp_stream>;
  using secure = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

  asio::io_context io;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::variant<std::monostate, plain, secure> stream;
  std::uint16_t port = 0;
  std::optional<int> receive_buffer;
  beast::flat_buffer buffer;
  unsigned closed_with = 0;

  beast::tcp_stream& tcp() {
    if (auto* one = std::get_if<plain>(&stream)) return beast::get_lowest_layer(*one);
    return beast::get_lowest_layer(std::get<secure>(stream));
  }
  /// Begins something, and waits for its end.
  template <class Begin>
  error_code run(Begin begin) {
    error_code result = asio::error::would_block;
    const auto done = [&result](const error_code& error, auto...) { result = error; };
    tcp().expires_after(socket_patience);
    if (auto* one = std::get_if<plain>(&stream)) begin(*one, done);
    if (auto* one = std::get_if<secure>(&stream)) begin(*one, done);
    io.restart();
    while (result == asio::error::would_block && io.run_one() != 0) {
    }
    if (result == beast::error::timeout) throw std::runtime_error("the server does nothing");
    tcp().expires_never();
    return result;
  }
};

socket_client::socket_client(std::uint16_t port, const own_certificate* trusted)
    : wire_(std::make_unique<wire>()) {
  wire_->port = port;
  if (!trusted) {
    wire_->stream.emplace<wire::plain>(wire_->io);
    return;
  }
  wire_->tls.load_verify_file(trusted->certificate());
  wire_->tls.set_verify_mode(asio::ssl::verify_peer);
  wire_->stream.emplace<wire::secure>(wire_->io, wire_->tls);
}

socket_client::~socket_client() = default;
socket_client::socket_client(socket_client&&) noexcept = default;
socket_client& socket_client::operator=(socket_client&&) noexcept = default;

void socket_client::keep_little(int bytes) {
  wire_->receive_buffer = bytes;
}

unsigned socket_client::open(const client::fields& headers) {
  auto& socket = wire_->tcp().socket();
  socket.open(tcp::v4());
  if (wire_->receive_buffer)
    socket.set_option(asio::socket_base::receive_buffer_size{*wire_->receive_buffer});
  socket.connect({asio::ip::address_v4::loopback(), wire_->port});
  socket.set_option(tcp::no_delay{true});
  if (auto* secure = std::get_if<wire::secure>(&wire_->stream))
    secure->next_layer().handshake(asio::ssl::stream_base::client);
  websocket::response_type answer;
  const auto host = "127.0.0.1:" + std::to_string(wire_->port);
  const auto error = wire_->run([&](auto& stream, auto done) {
    stream.set_option(websocket::stream_base::decorator{[&](websocket::request_type& asked) {
      for (const auto& [name, value] : headers) asked.set(name, value);
    }});
    stream.async_handshake(answer, host, "/ws", done);
  });
  if (error && answer.result_int() == 101) throw boost::system::system_error{error};
  log_exchange("GET", "/ws", {}, seen(answer));
  return answer.result_int();
}

void socket_client::send(const nlohmann::json& message) {
  log_message("client", message);
  send_text(message.dump());
}

void socket_client::send_text(std::string_view text) {
  send_part(text, true);
}

void socket_client::send_binary(std::string_view bytes) {
  wire_->run([&](auto& stream, auto done) {
    stream.binary(true);
    stream.async_write(asio::const_buffer{bytes.data(), bytes.size()}, done);
  });
}

void socket_client::send_part(std::string_view bytes, bool is_last) {
  wire_->run([&](auto& stream, auto done) {
    stream.text(true);
    stream.async_write_some(is_last, asio::const_buffer{bytes.data(), bytes.size()}, done);
  });
}

nlohmann::json socket_client::receive() {
  for (;;) {
    auto message = receive_any();
    if (message.is_null() || message["type"] != "ping") return message;
  }
}

nlohmann::json socket_client::receive_any() {
  if (wire_->closed_with != 0) return nullptr;
  const auto error =
      wire_->run([&](auto& stream, auto done) { stream.async_read(wire_->buffer, done); });
  if (error) {
    wire_->closed_with = 1006;
    if (error == websocket::error::closed)
      std::visit(
          [&]<class Stream>(Stream& stream) {
            if constexpr (!std::same_as<Stream, std::monostate>)
              wire_->closed_with = stream.reason().code;
          },
          wire_->stream);
    if (wire_->closed_with != 1006) log_message("close", wire_->closed_with);
    return nullptr;
  }
  const auto text = beast::buffers_to_string(wire_->buffer.data());
  wire_->buffer.clear();
  auto message = nlohmann::json::parse(text);
  log_message("server", message);
  return message;
}

unsigned socket_client::close_code() {
  while (!receive_any().is_null()) {
  }
  return wire_->closed_with;
}

void socket_client::close() {
  wire_->run(
      [](auto& stream, auto done) { stream.async_close(websocket::close_code::normal, done); });
}

}  // namespace rentwave::http
