// What a server is told: where it listens and what it allows one client, or all of them, to take.
// Plain values; main fills them from the settings.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rentwave::http {

/// 0 switches a limit off.
struct server_limits {
  std::size_t connections = 10'000;  ///< open at once; one more gets 503, by https it is closed
  std::size_t requests_in_flight = 1'000;  ///< read and not answered; one more gets 503
  std::size_t header_bytes = 16 * 1024;    ///< request line and fields; longer gets 431
  std::size_t body_bytes = 1024 * 1024;    ///< longer gets 413
  std::size_t photo_bytes = 5 << 20;       ///< of the body that is a photo; longer gets 413
  /// Of all bodies that are arriving or at work, and of long answers; what goes beyond gets 503.
  std::size_t body_bytes_at_once = 256 * 1024 * 1024;
  std::chrono::milliseconds header_timeout{10'000};   ///< for the whole header to arrive; else 408
  std::chrono::milliseconds body_timeout{30'000};     ///< for the whole body to arrive; else 408
  std::chrono::milliseconds write_timeout{30'000};    ///< for the client to take an answer
  std::chrono::milliseconds idle_timeout{60'000};     ///< between two requests of a connection
  std::chrono::milliseconds request_timeout{10'000};  ///< for us to answer; later gets 503
  // Of one address (of IPv6 its /64) or account; on average, and five seconds' worth at once; more
  // get 429.
  double requests_per_address_s = 0;
  double requests_per_account_s = 0;
  double photos_per_account_min = 0;        ///< uploads; as many at once; more get 429
  std::size_t connections_per_address = 0;  ///< but a trusted proxy's; one more as above
  /// Of `body_bytes_at_once`, for one address; what goes beyond gets 503.
  std::size_t body_bytes_per_address = 0;

  std::size_t sockets = 8'000;                    ///< WebSockets at once; one more gets 503
  std::size_t sockets_per_account = 20;           ///< one more gets 429
  std::size_t watches_per_socket = 100;           ///< topics; one more gets an error
  std::size_t socket_message_bytes = 4 * 1024;    ///< of a client; longer is closed with 1009
  std::size_t socket_queue_bytes = 256 * 1024;    ///< not read yet; more is closed with 1013
  std::chrono::milliseconds socket_ping{20'000};  ///< between two; three unanswered are death
  std::chrono::milliseconds socket_close_patience{5'000};  ///< with who does not answer a close
};

struct server_options {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6, no name
  std::uint16_t port = 0;             ///< 0: any free one
  unsigned threads = 0;               ///< 0: one a core
  server_limits limits;
  std::vector<std::string> trusted_proxies{};  ///< addresses and networks (proxies.hpp)
  std::vector<std::string> cors_origins{};     ///< whose pages may ask by scripts (cors.hpp)
};

}  // namespace rentwave::http
