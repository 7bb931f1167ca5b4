#include "application/reach.hpp"

#include <string>
#include <string_view>

#include "cluster/dial.hpp"

namespace rentwave {
namespace {

/// "https://host:8443" → "host"; an IPv6 address without its brackets.
std::string host_of(std::string_view origin) {
  auto host = origin.substr(origin.find("//") + 2);
  if (host.starts_with('[')) return std::string{host.substr(1, host.find(']') - 1)};
  return std::string{host.substr(0, host.find(':'))};
}

bool is_of_this_machine(const std::string& host) {
  return host == "localhost" || is_loopback(host);
}

}  // namespace

bool serves_this_machine_only(const config::http_settings& settings) {
  const auto& origin = settings.origin;
  return is_loopback(settings.address) && settings.trusted_proxies.empty() &&
         (origin.empty() || is_of_this_machine(host_of(origin)));
}

}  // namespace rentwave
