// Keeps passwords from being guessed and accounts from being made by the thousand: failed logins
// and registrations are counted, and too many are refused before any password is hashed. One a
// server, used from all of its io threads.
#pragma once

#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.hpp"
#include "http/familiar_places.hpp"
#include "http/token_buckets.hpp"

namespace rentwave::http {

class login_throttle {
 public:
  using clock = token_buckets::clock;

  /// `failed_logins` a minute of one name from one address; ten times as many from one address; and
  /// a hundred times of one name from all addresses from which nobody has lately logged in to it,
  /// so that strangers cannot lock its owner out. 0: no limit, for each.
  login_throttle(double failed_logins, double registrations_per_address);

  /// A login that was let in, and what it has taken.
  struct attempt {
    std::string name;
    std::string place;
    bool is_stranger = true;  ///< it counts for the name
  };
  /// Counts one more, before its password is looked at: guesses at the same time are as many as one
  /// after the other. Or 429, and counts nothing. What fails needs no more than this.
  boost::system::result<attempt, problem> begin_login(std::string_view name,
                                                      std::string_view address,
                                                      clock::time_point now);
  /// Nobody learnt whether the password fits: it does not count.
  void login_came_to_nothing(const attempt& which);
  /// It does not count, and whoever knows the password may err again; what others guess from
  /// elsewhere stays counted.
  void login_succeeded(const attempt& which, clock::time_point now);

  /// Counts one more, or 429.
  std::optional<problem> why_no_registration(std::string_view address, clock::time_point now);

 private:
  token_buckets by_pair_;
  token_buckets by_address_;
  token_buckets by_name_;
  familiar_places familiar_;
  token_buckets registrations_;
};

}  // namespace rentwave::http
