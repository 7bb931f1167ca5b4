// A connection to a node's port as anybody may make one. SIGPIPE has to be ignored.
#pragma once

#include <cstdint>
#include <string>

#include "cluster/node_tls.hpp"

namespace rentwave::testing {

class stranger {
 public:
  explicit stranger(std::uint16_t port);
  ~stranger();
  stranger(const stranger&) = delete;
  stranger& operator=(const stranger&) = delete;

  int socket() const { return socket_; }
  void say(const std::string& bytes) const;
  /// Whether the other side hangs up while these are said one after the other, with pauses.
  bool is_hung_up_on_during(const std::string& bytes) const;
  /// Whether the other side hangs up before the test has waited too long.
  bool is_hung_up_on() const;
  /// Whether somebody with this certificate is let in, or with none (null): TLS 1.3 tells a client
  /// so when it reads.
  bool is_let_in(const node_tls* with) const;
  /// The same with a certificate that no node would start with.
  bool is_let_in(const node_tls_files& with) const;

 private:
  bool gets_in(ssl_ctx_st* with) const;

  int socket_ = -1;
};

}  // namespace rentwave::testing
