// A small blocking WebSocket client for tests: one connection, on the test's thread. What takes
// longer than its patience throws. It answers control frames while it reads, as libraries do.
#pragma once

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/http/client.hpp"

namespace rentwave::http {

class own_certificate;

class socket_client {
 public:
  /// By TLS, if it is to trust a certificate.
  explicit socket_client(std::uint16_t port, const own_certificate* trusted = nullptr);
  ~socket_client();
  socket_client(socket_client&&) noexcept;
  socket_client& operator=(socket_client&&) noexcept;

  /// The system takes little more than so much that was not read. Before `open`.
  void keep_little(int bytes);
  /// The status of the handshake's answer: 101 when it is open.
  unsigned open(const client::fields& headers);

  void send(const nlohmann::json& message);
  void send_text(std::string_view text);
  void send_binary(std::string_view bytes);
  /// A frame of a text message.
  void send_part(std::string_view bytes, bool is_last);
  /// The next message that is no ping; null when the server has closed.
  nlohmann::json receive();
  /// Pings too.
  nlohmann::json receive_any();
  /// Reads on until the server closes; 1006 when it does so without a close frame.
  unsigned close_code();
  /// In order.
  void close();

 private:
  struct wire;
  std::unique_ptr<wire> wire_;
};

}  // namespace rentwave::http
