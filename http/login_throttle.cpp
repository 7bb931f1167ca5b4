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

std::string pair_of(std::string_view name, std::string_view place) {
  return std::string{name}.append(" ").append(place);
}

}  // namespace

login_throttle::login_throttle(double failed_logins, double registrations_per_address)
    : by_pair_(a_minute(failed_logins)),
      by_address_(a_minute(failed_logins * address_factor)),
      by_name_(a_minute(failed_logins * name_factor)),
      registrations_(a_minute(registrations_per_address)) {}

std::optional<problem> login_throttle::why_no_login(std::string_view name, std::string_view address,
                                                    clock::time_point now) {
  const auto place = rate_key(address);
  const auto pair = pair_of(name, place);
  const auto refuse = [](clock::duration wait) {
    return rate_limited("Too many logins failed: wait before the next.", wait);
  };
  // The address first: who has spent it cannot fill the other tables with names.
  if (const auto wait = by_address_.take(place, now)) return refuse(*wait);
  auto wait = by_pair_.take(pair, now);
  if (!wait) {
    wait = by_name_.take(name, now);
    if (!wait) return std::nullopt;
    by_pair_.give_back(pair);
  }
  by_address_.give_back(place);
  return refuse(*wait);
}

void login_throttle::login_came_to_nothing(std::string_view name, std::string_view address) {
  const auto place = rate_key(address);
  by_address_.give_back(place);
  by_pair_.give_back(pair_of(name, place));
  by_name_.give_back(name);
}

void login_throttle::login_succeeded(std::string_view name, std::string_view address) {
  login_came_to_nothing(name, address);
  by_pair_.forget(pair_of(name, rate_key(address)));
}

std::optional<problem> login_throttle::why_no_registration(std::string_view address,
                                                           clock::time_point now) {
  const auto wait = registrations_.take(rate_key(address), now);
  if (!wait) return std::nullopt;
  return rate_limited("Too many accounts were made from here: wait before the next.", *wait);
}

}  // namespace rentwave::http
