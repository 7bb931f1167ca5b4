// Keeps passwords from being guessed and accounts from being made by the thousand: failed logins
// and registrations are counted, and too many are refused before any password is hashed. One a
// server, used from all of its io threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.hpp"
#include "http/token_buckets.hpp"

namespace rentwave::http {

class login_throttle {
 public:
  using clock = token_buckets::clock;

  /// `failed_logins` a minute of one name from one address; ten times as many from one address, and
  /// a hundred times of one name from all addresses, so that nobody can lock somebody else out of
  /// everywhere with a few. 0: no limit, for each.
  login_throttle(double failed_logins, double registrations_per_address);

  /// Counts one more, before its password is looked at: guesses at the same time are as many as one
  /// after the other. Or 429, and counts nothing.
  std::optional<problem> why_no_login(std::string_view name, std::string_view address,
                                      clock::time_point now);
  /// Nobody learnt whether the password fits: it does not count.
  void login_came_to_nothing(std::string_view name, std::string_view address);
  /// It does not count, and whoever knows the password may err again; what others guess from
  /// elsewhere stays counted.
  void login_succeeded(std::string_view name, std::string_view address);

  /// Counts one more, or 429.
  std::optional<problem> why_no_registration(std::string_view address, clock::time_point now);

 private:
  token_buckets by_pair_;
  token_buckets by_address_;
  token_buckets by_name_;
  token_buckets registrations_;
};

}  // namespace rentwave::http
