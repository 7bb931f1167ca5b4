#include "tests/http/client.hpp"

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <algorithm>
#include <stdexcept>

#include "tests/http/exchange_log.hpp"

namespace rentwave::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

struct client::wire {
  asio::io_context context;
  beast::tcp_stream stream{context};
  beast::flat_buffer buffer;

  /// Lets what was begun end, in time.
  void finish() {
    context.restart();
    context.run();
  }
};

std::string client_response::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

client::client(server_address where, std::chrono::seconds patience)
    : where_(std::move(where)), patience_(patience) {}
client::~client() = default;
client::client(client&&) noexcept = default;

client::wire& client::connected() {
  if (!wire_) {
    wire_ = std::make_unique<wire>();
    wire_->stream.socket().connect({asio::ip::make_address_v4(where_.host), where_.port});
    wire_->stream.socket().set_option(asio::ip::tcp::no_delay{true});
  }
  return *wire_;
}

void client::send_raw(std::string_view bytes) {
  auto& to = connected();
  error_code result;
  to.stream.expires_after(patience_);
  asio::async_write(to.stream, asio::const_buffer{bytes.data(), bytes.size()},
                    [&result](const error_code& error, std::size_t) { result = error; });
  to.finish();
  // A server that has answered already may close while we still write.
  if (result == beast::error::timeout) throw std::runtime_error("the server does not read");
}

std::string client::receive_raw(std::size_t size) {
  auto& from = connected();
  error_code result;
  from.stream.expires_after(patience_);
  const auto missing = size - std::min(size, from.buffer.size());
  asio::async_read(from.stream, from.buffer.prepare(missing),
                   [&](const error_code& error, std::size_t read) {
                     result = error;
                     from.buffer.commit(read);
                   });
  from.finish();
  if (result) throw boost::system::system_error{result, "no bytes"};
  auto bytes = beast::buffers_to_string(beast::buffers_prefix(size, from.buffer.data()));
  from.buffer.consume(size);
  return bytes;
}

client_response client::receive(bool to_head) {
  auto got = read_response(to_head);
  log_answer(got);
  return got;
}

client_response client::read_response(bool to_head) {
  auto& from = connected();
  beast::http::response_parser<beast::http::string_body> parser;
  parser.skip(to_head);
  parser.body_limit(boost::none);
  error_code result;
  from.stream.expires_after(patience_);
  beast::http::async_read(from.stream, from.buffer, parser,
                          [&result](const error_code& error, std::size_t) { result = error; });
  from.finish();
  if (result) throw boost::system::system_error{result, "no response"};

  client_response got;
  const auto& message = parser.get();
  got.status = message.result_int();
  got.body = message.body();
  got.keep_alive = parser.keep_alive();
  for (const auto& field : message) {
    std::string name{field.name_string()};
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    if (name == "set-cookie") {
      const auto text = std::string{field.value()};
      const auto pair = text.substr(0, text.find(';'));
      cookies[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
    }
    got.headers.insert_or_assign(std::move(name), std::string{field.value()});
  }
  if (got.status >= 200 && !got.keep_alive && from.buffer.size() != 0)
    throw std::runtime_error("bytes behind the last response");
  return got;
}

/// Why no byte comes any more; no error when one does.
error_code client::end() {
  auto& from = connected();
  if (from.buffer.size() != 0) return {};
  error_code result;
  char byte = 0;
  from.stream.expires_after(patience_);
  from.stream.async_read_some(asio::buffer(&byte, 1),
                              [&result](const error_code& error, std::size_t) { result = error; });
  from.finish();
  return result;
}

bool client::is_closed() {
  const auto why = end();
  return why == asio::error::eof || why == asio::error::connection_reset;
}

bool client::ends_in_order() {
  return end() == asio::error::eof;
}

client_response client::send(std::string_view method, std::string_view target,
                             const fields& headers, std::string_view body) {
  std::string text;
  text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  for (const auto& [name, value] : headers) text.append(name + ": " + value + "\r\n");
  if (sends_cookies && !cookies.empty()) {
    std::string all;
    for (const auto& [name, value] : cookies)
      all.append(all.empty() ? "" : "; ").append(name + '=' + value);
    text.append("Cookie: " + all + "\r\n");
  }
  if (!body.empty() || method == "POST" || method == "PATCH" || method == "PUT")
    text.append("Content-Length: " + std::to_string(body.size()) + "\r\n");
  send_raw(text.append("\r\n").append(body));
  auto got = read_response(method == "HEAD");
  if (!got.keep_alive) wire_.reset();
  if (is_of_the_api) {
    log_exchange(method, target, body, got);
  } else {
    log_answer(got);
  }
  return got;
}

client_response client::post(std::string_view target, const nlohmann::json& body,
                             const fields& headers) {
  auto all = headers;
  all.emplace_back("Content-Type", "application/json");
  return send("POST", target, all, body.dump());
}

}  // namespace rentwave::http
