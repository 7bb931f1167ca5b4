// Where nodes are reached, and connecting there with a time-out. Plain sockets; for a thread that
// may wait.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace rentwave {

struct node_address {
  std::string host;  ///< a name, or an address without brackets
  std::uint16_t port = 0;

  friend bool operator==(const node_address&, const node_address&) = default;
};
/// "host:port", an IPv6 address in brackets.
std::string to_string(const node_address& address);
std::optional<node_address> parse_node_address(std::string_view text);

/// Whether nobody but this machine's users can reach it: 127.0.0.0/8, ::1, localhost; no other
/// name.
bool is_loopback(std::string_view host);

/// Until the socket is ready for one of these events (of poll). 0, or an error's number: ETIMEDOUT,
/// or ECANCELED soon after a stop.
int wait_for(int socket, short events, std::chrono::steady_clock::time_point until,
             const std::stop_token& stop);

/// A connected socket, which the caller closes. The error is a sentence; a stop is one soon.
/// Looking the name up takes as long as the system lets it.
boost::system::result<int, std::string> dial(const node_address& where,
                                             std::chrono::milliseconds timeout,
                                             const std::stop_token& stop = {});

}  // namespace rentwave
