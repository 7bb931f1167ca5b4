// Who really asks when a proxy stands between: the X-Forwarded-* fields, believed only when they
// come from a proxy that the operator trusts. Immutable; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/exchange.hpp"

namespace rentwave::http {

class proxies {
 public:
  /// Addresses and networks, such as "10.0.0.1" and "fd00::/8"; what is neither is passed over.
  explicit proxies(const std::vector<std::string>& trusted);

  bool trust(std::string_view address) const;
  /// Sets `remote_address` and `is_secure` to those of the client: the last address of
  /// X-Forwarded-For that is no trusted proxy's, with a port or without, and the last
  /// X-Forwarded-Proto. Nothing changes unless `remote_address` is one.
  void look_through(request& asked) const;

 private:
  using bytes = std::vector<unsigned char>;
  struct network {
    bytes prefix;
    unsigned bits;
  };
  std::vector<network> networks_;
};

}  // namespace rentwave::http
