#include "tests/cluster/stranger.hpp"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "cluster/dial.hpp"

namespace rentwave::testing {

namespace {

using owned_context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

owned_context new_context() {
  return {SSL_CTX_new(TLS_method()), SSL_CTX_free};
}

}  // namespace

stranger::stranger(std::uint16_t port) {
  const auto made = dial({"127.0.0.1", port}, std::chrono::seconds{10});
  if (!made) throw std::runtime_error{made.error()};
  socket_ = *made;
  const timeval patience{20, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::fcntl(socket_, F_SETFL, 0);  // it may wait
}

stranger::~stranger() {
  ::close(socket_);
}

void stranger::say(const std::string& bytes) const {
  ::send(socket_, bytes.data(), bytes.size(), 0);
}

bool stranger::is_hung_up_on_during(const std::string& bytes) const {
  char some[4096];
  for (const char each : bytes) {
    say({each});
    pollfd other{socket_, POLLIN, 0};
    if (::poll(&other, 1, 10) == 0) continue;
    const auto got = ::recv(socket_, some, sizeof some, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno == ECONNRESET)) return true;
  }
  return false;
}

bool stranger::is_hung_up_on() const {
  char some[4096];
  for (;;) {
    const auto got = ::recv(socket_, some, sizeof some, 0);
    if (got == 0) return true;
    if (got < 0) return errno == ECONNRESET;
  }
}

bool stranger::is_let_in(const node_tls* with) const {
  return gets_in(with ? with->native() : new_context().get());
}

bool stranger::is_let_in(const node_tls_files& with) const {
  const auto context = new_context();
  if (SSL_CTX_use_certificate_chain_file(context.get(), with.certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), with.key.c_str(), SSL_FILETYPE_PEM) != 1)
    throw std::runtime_error{"no certificate to show"};
  return gets_in(context.get());
}

bool stranger::gets_in(SSL_CTX* with) const {
  const std::unique_ptr<SSL, decltype(&SSL_free)> session{SSL_new(with), SSL_free};
  SSL_set_fd(session.get(), socket_);
  SSL_set_verify(session.get(), SSL_VERIFY_NONE, nullptr);  // it is we who are looked at
  char byte = 0;
  return SSL_connect(session.get()) == 1 && SSL_read(session.get(), &byte, 1) == 1;
}

}  // namespace rentwave::testing
