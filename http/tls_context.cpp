#include "http/tls_context.hpp"

#include <boost/asio/ssl/context.hpp>

namespace rentwave::http {

namespace ssl = boost::asio::ssl;

tls_context::tls_context() : context_(std::make_unique<ssl::context>(ssl::context::tls_server)) {}
tls_context::~tls_context() = default;

boost::system::result<std::shared_ptr<tls_context>, std::string> tls_context::load(
    const std::string& certificate_file, const std::string& key_file) {
  const std::shared_ptr<tls_context> made{new tls_context};
  auto& context = made->context();
  boost::system::error_code error;
  context.set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 |
                      ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 |
                      ssl::context::single_dh_use);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION);
  // Without this OpenSSL would ask for a pass phrase on the terminal, and wait.
  const auto is_locked = std::make_shared<bool>(false);
  context.set_password_callback(
      [is_locked](std::size_t, ssl::context::password_purpose) {
        *is_locked = true;
        return std::string{};
      },
      error);
  context.use_certificate_chain_file(certificate_file, error);
  if (error)
    return "the certificate in " + certificate_file + " cannot be used: " + error.message();
  // OpenSSL says so, too, when it is not that of the certificate.
  context.use_private_key_file(key_file, ssl::context::pem, error);
  if (*is_locked)
    return "the key in " + key_file + " is protected by a pass phrase, which nobody could enter " +
           "after a restart: write it without one, readable by this user alone";
  if (error) return "the key in " + key_file + " cannot be used: " + error.message();
  return made;
}

}  // namespace rentwave::http
