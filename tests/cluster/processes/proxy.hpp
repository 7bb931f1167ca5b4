// HAProxy before some nodes, as an operator would have it: it asks each for /readyz and sends
// requests to those that say yes. On a port of its own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rentwave::testing_cluster {

/// An address of loopback that no other test uses, for nodes that keep it over their restarts.
std::string own_address(int number);

class proxy {
 public:
  /// `nodes`: "host:port".
  proxy(const std::vector<std::string>& nodes, const std::filesystem::path& folder);
  ~proxy();
  proxy(const proxy&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace rentwave::testing_cluster
