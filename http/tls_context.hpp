// A certificate and its key, as OpenSSL wants them: the server's, and those that it had before for
// as long as connections use them. Immutable, safe from any thread.
#pragma once

#include <boost/system/result.hpp>

#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace rentwave::http {

class tls_context {
 public:
  /// Both are PEM files; the certificate's may go on with its chain. TLS 1.2 and later. The error
  /// is a sentence that names the file.
  static boost::system::result<std::shared_ptr<tls_context>, std::string> load(
      const std::string& certificate_file, const std::string& key_file);
  ~tls_context();

  boost::asio::ssl::context& context() { return *context_; }

 private:
  tls_context();
  std::unique_ptr<boost::asio::ssl::context> context_;
};

}  // namespace rentwave::http
