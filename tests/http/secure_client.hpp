// OpenSSL's own client, for tests of https: one connection, blocking, with a time-out of the
// socket's. On the test's thread.
#pragma once

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <memory>
#include <string>

#include "tests/http/client.hpp"
#include "tests/http/own_certificate.hpp"

namespace rentwave::http {

enum class tls_version { oldest, v1_2, v1_3 };

class secure_client {
 public:
  /// Connects, and trusts this certificate alone. `oldest` is 1.1.
  secure_client(std::uint16_t port, const own_certificate& trusted,
                tls_version newest = tls_version::v1_3);
  ~secure_client();

  /// No error: the server has shown that certificate.
  boost::system::error_code greet();
  client_response get(const std::string& target);
  /// What the other side ends with, once we have said that we have no more.
  boost::system::error_code end();

 private:
  struct wire;
  std::unique_ptr<wire> wire_;
};

}  // namespace rentwave::http
