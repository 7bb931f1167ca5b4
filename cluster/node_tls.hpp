// TLS between nodes: a certificate that this node shows, and the CA that alone signs for nodes.
// Whoever has a certificate of that CA is a node, and trusted with everything; so it is to be a CA
// for nodes only (deploy/make-cluster-ca makes one). Both sides show one. SIGPIPE has to be
// ignored, as OpenSSL writes to sockets that the other side has closed.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace rentwave {

/// PEM files.
struct node_tls_files {
  std::string certificate;  ///< may go on with its chain
  std::string key;          ///< without a pass phrase
  std::string ca;
};

/// Read once, immutable, safe from any thread. TLS 1.3 only.
class node_tls {
 public:
  /// All three have to be there, fit together, and be in date. The error is a sentence that names
  /// the file.
  static boost::system::result<std::shared_ptr<const node_tls>, std::string> load(
      const node_tls_files& files);
  ~node_tls();
  node_tls(const node_tls&) = delete;
  node_tls& operator=(const node_tls&) = delete;

  ssl_ctx_st* native() const { return context_; }

 private:
  explicit node_tls(ssl_ctx_st* context) : context_{context} {}
  ssl_ctx_st* context_;
};

/// One connection's TLS over a socket that does not block and belongs to somebody else. Used by one
/// thread at a time.
class tls_session {
 public:
  enum class side { client, server };
  enum class progress { done, waiting, failed };

  tls_session(const node_tls& with, int socket, side which);
  ~tls_session();
  tls_session(const tls_session&) = delete;
  tls_session& operator=(const tls_session&) = delete;

  /// Until it is `done`; `waiting` is for the other side's bytes.
  progress shake_hands();
  /// `done`: at least one byte. The end of the connection is `failed`, too.
  progress read(void* into, std::size_t most, std::size_t& got);
  /// After `waiting` it has to be called again with the same bytes.
  progress write(const void* from, std::size_t size, std::size_t& sent);
  /// Bytes that were decrypted and not read yet.
  std::size_t pending() const;

  side which() const { return which_; }
  const std::string& why() const { return why_; }  ///< it failed

 private:
  progress result_of(int returned);

  ssl_st* session_;
  side which_;
  std::string why_;
};

}  // namespace rentwave
