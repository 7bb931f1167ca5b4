// A small blocking HTTP client for tests: one connection, opened when it is needed, with a cookie
// jar. On the test's thread. What takes longer than its patience throws. All that it sees goes into
// the exchange log, so that it is held against the contract.
#pragma once

#include <boost/system/error_code.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rentwave::http {

struct client_response {
  unsigned status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  bool keep_alive = false;

  std::string header(const std::string& name) const;
  nlohmann::json json() const { return nlohmann::json::parse(body); }
  std::string code() const { return json().value("code", ""); }
};

/// Where a server listens: on loopback, unless something else is said.
struct server_address {
  std::string host = "127.0.0.1";  ///< IPv4
  std::uint16_t port = 0;

  server_address(std::uint16_t on_loopback) : port(on_loopback) {}  // NOLINT: most tests have that
  server_address(std::string address, std::uint16_t its_port)
      : host(std::move(address)), port(its_port) {}
  friend auto operator<=>(const server_address&, const server_address&) = default;
};

class client {
 public:
  using fields = std::vector<std::pair<std::string, std::string>>;

  explicit client(server_address where, std::chrono::seconds patience = std::chrono::seconds{20});
  ~client();
  client(client&&) noexcept;

  client_response send(std::string_view method, std::string_view target, const fields& headers = {},
                       std::string_view body = {});
  client_response get(std::string_view target, const fields& headers = {}) {
    return send("GET", target, headers);
  }
  client_response post(std::string_view target, const nlohmann::json& body,
                       const fields& headers = {});

  /// Bytes as they are, for what no client should send.
  void send_raw(std::string_view bytes);
  /// The next response, an informational one too.
  client_response receive(bool to_head = false);
  /// So many bytes, as they are.
  std::string receive_raw(std::size_t size);
  /// Whether the server closes now, without another byte.
  bool is_closed();
  /// The same, and it did not reset the connection, which could have cost the answer before.
  bool ends_in_order();

  /// What the server set, and what `send` sends along.
  std::map<std::string, std::string> cookies;
  bool sends_cookies = true;
  /// What is behind the port has the API's table of routes, so the contract holds for all of it.
  bool is_of_the_api = true;

 private:
  struct wire;
  wire& connected();
  client_response read_response(bool to_head);
  boost::system::error_code end();

  server_address where_;
  std::chrono::seconds patience_;
  std::unique_ptr<wire> wire_;
};

}  // namespace rentwave::http
