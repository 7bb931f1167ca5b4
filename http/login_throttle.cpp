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

std::string pair_of(std::string_view name, std::string_view address) {
  return std::string{name} + ' ' + rate_key(address);
}

}  // namespace

login_throttle::login_throttle(double failed_logins, double registrations_per_address)
    : by_pair_(a_minute(failed_logins)),
      by_address_(a_minute(failed_logins * address_factor)),
      by_name_(a_minute(failed_logins * name_factor)),
      registrations_(a_minute(registrations_per_address)) {}

std::optional<problem> login_throttle::why_no_login(std::string_view name, std::string_view address,
                                                    clock::time_point now) const {
  const auto longest =
      std::max({by_pair_.look(pair_of(name, address), now),
                by_address_.look(rate_key(address), now), by_name_.look(name, now)});
  if (!longest) return std::nullopt;
  return rate_limited("Too many logins failed: wait before the next.", *longest);
}

void login_throttle::login_failed(std::string_view name, std::string_view address,
                                  clock::time_point now) {
  by_pair_.take(pair_of(name, address), now);
  by_address_.take(rate_key(address), now);
  by_name_.take(name, now);
}

void login_throttle::login_succeeded(std::string_view name, std::string_view address) {
  by_pair_.forget(pair_of(name, address));
}

std::optional<problem> login_throttle::why_no_registration(std::string_view address,
                                                           clock::time_point now) {
  const auto wait = registrations_.take(rate_key(address), now);
  if (!wait) return std::nullopt;
  return rate_limited("Too many accounts were made from here: wait before the next.", *wait);
}

}  // namespace rentwave::http
