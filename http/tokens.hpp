// Access tokens: JWT signed with HMAC-SHA-256 (RFC 7519), naming account and session, valid for so
// long in real time; those for programs say in `scope` what they are good for. Values in, values
// out; safe from any thread.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

#include "actors/domain/time.hpp"
#include "http/exchange.hpp"
#include "persistence/journal.hpp"

namespace rentwave::http {

enum class token_errc {
  malformed,  ///< no token of ours
  forged,     ///< not signed with this secret, or not with HS256
  expired,
};

class token_signer {
 public:
  explicit token_signer(std::string secret);

  /// The times are cut to seconds.
  std::string sign(const identity& who, instant issued_at, instant expires_at) const;
  boost::system::result<identity, token_errc> verify(std::string_view token, instant now) const;

 private:
  std::string secret_;
  std::string key_name_;  ///< `kid`: says which secret, and nothing about it
};

/// 64 hex digits, made by the first start on this journal.
journal_result<std::string> load_token_secret(journal& where);

}  // namespace rentwave::http
