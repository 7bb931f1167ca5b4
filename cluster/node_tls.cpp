#include "cluster/node_tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <cerrno>
#include <cstring>

namespace rentwave {
namespace {

template <auto Free>
struct freeing {
  template <class T>
  void operator()(T* what) const {
    Free(what);
  }
};
using owned_context = std::unique_ptr<SSL_CTX, freeing<SSL_CTX_free>>;
using owned_check = std::unique_ptr<X509_STORE_CTX, freeing<X509_STORE_CTX_free>>;

/// The first of what OpenSSL has noted is the cause, what follows says where it was met.
std::string noted() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  if (ERR_SYSTEM_ERROR(code)) return std::strerror(ERR_GET_REASON(code));
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "reason " + std::to_string(ERR_GET_REASON(code));
}

std::string cannot_use(const std::string& what, const std::string& file) {
  return "the " + what + " in " + file + " cannot be used: " + noted();
}

/// Without this OpenSSL would ask for a pass phrase on the terminal, and wait.
int no_pass_phrase(char*, int, int, void* is_locked) {
  *static_cast<bool*>(is_locked) = true;
  return -1;
}

/// Why the certificate is not one that the other nodes will take; empty: it is.
std::string complaint_about(SSL_CTX* context, const node_tls_files& files) {
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(context, &chain);
  for (const auto* purpose : {"ssl_server", "ssl_client"}) {
    const owned_check check{X509_STORE_CTX_new()};
    X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(context),
                        SSL_CTX_get0_certificate(context), chain);
    X509_STORE_CTX_set_default(check.get(), purpose);
    if (X509_verify_cert(check.get()) != 1)
      return "the certificate in " + files.certificate + " is none of the CA in " + files.ca +
             " that is good for a node: " +
             X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get()));
  }
  return {};
}

}  // namespace

boost::system::result<std::shared_ptr<const node_tls>, std::string> node_tls::load(
    const node_tls_files& files) {
  if (files.certificate.empty() || files.key.empty() || files.ca.empty())
    return std::string{"nodes need all of a certificate, its key and the CA that signed it"};
  ERR_clear_error();
  owned_context context{SSL_CTX_new(TLS_method())};
  if (!context) return "TLS cannot be used: " + noted();
  auto* raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION);
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(raw, 0);  // a link is made once: nothing to resume
  bool is_locked = false;
  SSL_CTX_set_default_passwd_cb(raw, no_pass_phrase);
  SSL_CTX_set_default_passwd_cb_userdata(raw, &is_locked);
  if (SSL_CTX_use_certificate_chain_file(raw, files.certificate.c_str()) != 1)
    return cannot_use("certificate", files.certificate);
  const bool has_key = SSL_CTX_use_PrivateKey_file(raw, files.key.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(raw, nullptr);
  SSL_CTX_set_default_passwd_cb(raw, nullptr);
  if (is_locked) {
    ERR_clear_error();
    return "the key in " + files.key + " is protected by a pass phrase, which nobody could enter " +
           "after a restart: write it without one, readable by this user alone";
  }
  // It says so, too, when it is not that of the certificate.
  if (!has_key) return cannot_use("key", files.key);
  if (SSL_CTX_load_verify_locations(raw, files.ca.c_str(), nullptr) != 1)
    return cannot_use("CA", files.ca);
  if (auto why = complaint_about(raw, files); !why.empty()) {
    ERR_clear_error();
    return why;
  }
  return std::shared_ptr<const node_tls>{new node_tls{context.release()}};
}

node_tls::~node_tls() {
  SSL_CTX_free(context_);
}

tls_session::tls_session(const node_tls& with, int socket, side which)
    : session_{SSL_new(with.native())}, which_{which} {
  if (session_) {
    SSL_set_fd(session_, socket);
    which == side::client ? SSL_set_connect_state(session_) : SSL_set_accept_state(session_);
  } else {
    why_ = "no memory";
  }
}

tls_session::~tls_session() {
  SSL_free(session_);
}

// What another connection of this thread has left in OpenSSL's queue of errors must not be taken
// for this one's: so the queue is emptied before each call.

tls_session::progress tls_session::shake_hands() {
  if (!session_) return progress::failed;
  ERR_clear_error();
  return result_of(SSL_do_handshake(session_));
}

tls_session::progress tls_session::read(void* into, std::size_t most, std::size_t& got) {
  ERR_clear_error();
  return result_of(SSL_read_ex(session_, into, most, &got));
}

tls_session::progress tls_session::write(const void* from, std::size_t size, std::size_t& sent) {
  ERR_clear_error();
  return result_of(SSL_write_ex(session_, from, size, &sent));
}

std::size_t tls_session::pending() const {
  return static_cast<std::size_t>(SSL_pending(session_));
}

tls_session::progress tls_session::result_of(int returned) {
  const int system = errno;
  switch (SSL_get_error(session_, returned)) {
    case SSL_ERROR_NONE:
      return progress::done;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return progress::waiting;
    case SSL_ERROR_ZERO_RETURN:
      why_ = "the other side has closed it";
      break;
    case SSL_ERROR_SYSCALL:
      why_ = system == 0 ? "the other side has closed it" : std::strerror(system);
      break;
    default: {
      const auto refused = SSL_get_verify_result(session_);
      why_ = noted();
      if (refused != X509_V_OK)
        why_ += std::string{" ("} + X509_verify_cert_error_string(refused) + ')';
    }
  }
  ERR_clear_error();
  return progress::failed;
}

}  // namespace rentwave
