// What an operator can set about sessions, passwords and waiting. Made by main out of its settings;
// nothing changes it afterwards.
#pragma once

#include <chrono>
#include <cstddef>

namespace rentwave::http {

struct auth_options {
  std::chrono::milliseconds token_lifetime = std::chrono::hours{24};

  std::chrono::milliseconds request_timeout = std::chrono::seconds{10};  ///< of each wait; 0: none
  std::size_t waits = 20'000;  ///< answers awaited at once; more are 503 `overloaded`

  std::chrono::milliseconds report_patience = std::chrono::seconds{1};  ///< with all partitions

  double failed_logins_minute = 0;  ///< as login_throttle has them; 0: no limit
  double registrations_minute = 0;

  unsigned password_threads = 1;    ///< hashes at once, each of 19 MiB
  std::size_t password_queue = 64;  ///< hashes that wait; more are 503 `overloaded`; 0: no limit
  std::size_t passwords_of_client = 0;  ///< of them, for one `rate_key`; likewise

  std::chrono::milliseconds session_memory = std::chrono::seconds{5};  ///< until asked again
  std::size_t sessions_remembered = 100'000;
};

}  // namespace rentwave::http
