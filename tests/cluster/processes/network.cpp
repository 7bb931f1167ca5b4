#include "tests/cluster/processes/network.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace rentwave::testing_cluster {
namespace {

constexpr const char* prefix = "10.0.0.";
constexpr int first_number = 11;

int open_own_space() {
  return ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

void enter(int space) {
  if (::setns(space, CLONE_NEWNET) != 0)
    throw no_network(std::string{"a network namespace cannot be entered: "} + std::strerror(errno));
}

/// What a command says when it fails; empty: it did not.
std::string failure_of(const std::string& command) {
  std::string said;
  auto* output = ::popen(("exec 2>&1; " + command).c_str(), "re");
  if (!output) return std::strerror(errno);
  char part[256];
  while (std::fgets(part, sizeof part, output)) said += part;
  if (::pclose(output) == 0) return {};
  return said.empty() ? "it says nothing" : said;
}

}  // namespace

network::network(const std::vector<std::string>& places) {
  try {
    outside_ = open_own_space();
    bridge_ = make_space();
    for (const auto& name : places)
      places_[name] = {make_space(), first_number + static_cast<int>(places_.size())};
    enter(bridge_);
    const std::string self = std::string{prefix} + "1/24";
    run_in(bridge_, "ip link set lo up && ip link add bridge type bridge && ip addr add " + self +
                        " dev bridge && ip link set bridge up");
    for (const auto& [name, one] : places_) join_bridge(name);
  } catch (const no_network&) {
    leave();
    throw;
  }
}

network::~network() {
  leave();
}

/// The namespaces end with the last process in them.
void network::leave() {
  if (outside_ >= 0) ::setns(outside_, CLONE_NEWNET);
  for (const auto& [name, one] : places_) ::close(one.space);
  if (bridge_ >= 0) ::close(bridge_);
  if (outside_ >= 0) ::close(outside_);
}

int network::make_space() {
  if (::unshare(CLONE_NEWNET) != 0)
    throw no_network(std::string{"network namespaces need CAP_SYS_ADMIN and CAP_NET_ADMIN: "} +
                     std::strerror(errno));
  return open_own_space();
}

void network::join_bridge(const std::string& name) {
  const auto link = "to" + std::to_string(places_.at(name).number);
  run_in(bridge_, "ip link add " + link + " type veth peer name eth0 netns " + space_file(name) +
                      " && ip link set " + link + " master bridge up");
  // A rule that never matches: whoever has no iptables learns of it before anything is started.
  run_in(space(name), "ip link set lo up && ip addr add " + address(name) +
                          "/24 dev eth0 && ip link set eth0 up && iptables -w -A INPUT -s " +
                          prefix + "254 -j DROP");
}

/// By this thread, which stays where it is.
void network::run_in(int space, const std::string& command) {
  enter(space);
  const auto failed = failure_of(command);
  enter(bridge_);
  if (!failed.empty())
    throw no_network("a network for tests needs ip (iproute2) and iptables: " + command + ": " +
                     failed);
}

std::string network::address(const std::string& place) const {
  return prefix + std::to_string(places_.at(place).number);
}

std::string network::space_file(const std::string& place) const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(space(place));
}

/// Where it would arrive: the sender notices nothing, as with a real cable.
void network::cut(const std::string& from, const std::string& to) {
  run_in(space(to), "iptables -w -A INPUT -s " + address(from) + " -j DROP");
}

void network::cut_both_ways(const std::string& one, const std::string& other) {
  cut(one, other);
  cut(other, one);
}

void network::heal() {
  for (const auto& [name, one] : places_) run_in(one.space, "iptables -w -F INPUT");
}

}  // namespace rentwave::testing_cluster
