#include "application/reach.hpp"

#include <string_view>

#include "cluster/dial.hpp"
#include "http/credentials.hpp"

namespace rentwave {
namespace {

bool is_of_this_machine(std::string_view origin) {
  return http::is_this_machine(origin.substr(origin.find("//") + 2));
}

}  // namespace

bool serves_this_machine_only(const config::http_settings& settings) {
  const auto& origin = settings.origin;
  return is_loopback(settings.address) && settings.trusted_proxies.empty() &&
         (origin.empty() || is_of_this_machine(origin));
}

}  // namespace rentwave
