// Somebody who is told things, and sockets of theirs: over all its connections, to whichever
// server, each is told every notification once and in order, or the test fails.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "tests/http/client.hpp"
#include "tests/http/socket_client.hpp"

namespace rentwave::testing {

/// Has an account and a session, and no money.
struct pauper {
  http::client::fields headers;

  http::client_response call(std::uint16_t port, const char* method, const std::string& path,
                             const nlohmann::json& body = nullptr) const;
  /// In vain, by this status; of which there will be one notification.
  unsigned try_to_rent(std::uint16_t port, const std::string& listing) const;
  static constexpr unsigned cannot_pay = 402;
  int unread(std::uint16_t port) const;
};
pauper join(std::uint16_t port, const std::string& name);
/// The id of an advert of somebody else's that no pauper can pay.
std::string advertise(std::uint16_t port);

/// One socket, and what it was told: notifications 1, 2, 3, … up to `cursor`.
struct listener {
  const pauper* who;
  std::optional<http::socket_client> socket{};
  int cursor = 0;

  void connect(std::uint16_t port);
  /// False: it is closed.
  bool hear();
  void hear_up_to(int last);
};

}  // namespace rentwave::testing
