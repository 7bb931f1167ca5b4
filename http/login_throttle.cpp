#include "http/login_throttle.hpp"

#include <algorithm>

#include "http/problems.hpp"

namespace rentwave::http {
namespace {

constexpr double address_factor = 10;
constexpr double name_factor = 100;

token_buckets::rate a_minute(double count) {
  return {count / 60, std::max(count, 1.0)};
}

std::string pair_of(const login_throttle::attempt& one) {
  return one.name + ' ' + one.place;
}

}  // namespace

login_throttle::login_throttle(double failed_logins, double registrations_per_address)
    : by_pair_(a_minute(failed_logins)),
      by_address_(a_minute(failed_logins * address_factor)),
      by_name_(a_minute(failed_logins * name_factor)),
      registrations_(a_minute(registrations_per_address)) {}

boost::system::result<login_throttle::attempt, problem> login_throttle::begin_login(
    std::string_view name, std::string_view address, clock::time_point now) {
  attempt one{std::string{name}, rate_key(address)};
  one.is_stranger = !familiar_.has(one.name, one.place, now);
  const auto refuse = [](clock::duration wait) {
    return rate_limited("Too many logins failed: wait before the next.", wait);
  };
  // The address first: who has spent it cannot fill the other tables with names.
  if (const auto wait = by_address_.take(one.place, now)) return refuse(*wait);
  auto wait = by_pair_.take(pair_of(one), now);
  if (!wait) {
    if (one.is_stranger) wait = by_name_.take(one.name, now);
    if (!wait) return one;
    by_pair_.give_back(pair_of(one));
  }
  by_address_.give_back(one.place);
  return refuse(*wait);
}

void login_throttle::login_came_to_nothing(const attempt& which) {
  by_address_.give_back(which.place);
  by_pair_.give_back(pair_of(which));
  if (which.is_stranger) by_name_.give_back(which.name);
}

void login_throttle::login_succeeded(const attempt& which, clock::time_point now) {
  login_came_to_nothing(which);
  by_pair_.forget(pair_of(which));
  familiar_.note(which.name, which.place, now);
}

std::optional<problem> login_throttle::why_no_registration(std::string_view address,
                                                           clock::time_point now) {
  const auto wait = registrations_.take(rate_key(address), now);
  if (!wait) return std::nullopt;
  return rate_limited("Too many accounts were made from here: wait before the next.", *wait);
}

}  // namespace rentwave::http
