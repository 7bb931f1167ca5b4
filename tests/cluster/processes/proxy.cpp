#include "tests/cluster/processes/proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace rentwave::testing_cluster {
namespace {

/// Bound, and handed on: so no port is free for a moment.
int listening_socket(std::uint16_t& port) {
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  auto* address = reinterpret_cast<sockaddr*>(&where);
  if (made < 0 || ::bind(made, address, size) != 0 || ::listen(made, 128) != 0 ||
      ::getsockname(made, address, &size) != 0)
    throw std::runtime_error("no port for the proxy");
  port = ntohs(where.sin_port);
  return made;
}

std::string configuration(int socket, const std::vector<std::string>& nodes) {
  std::string text =
      "defaults\n"
      "  mode http\n"
      "  timeout connect 2s\n"
      "  timeout client 60s\n"
      "  timeout server 60s\n"
      "  timeout tunnel 1h\n"
      "  retries 3\n"
      "  option redispatch 1\n"
      "frontend clients\n"
      "  bind fd@" +
      std::to_string(socket) +
      "\n"
      "  default_backend nodes\n"
      "backend nodes\n"
      "  balance roundrobin\n"
      "  option httpchk\n"
      "  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host nodes\n"
      "  http-check expect status 200\n"
      "  default-server check inter 100ms fall 1 rise 1\n";
  for (std::size_t i = 0; i < nodes.size(); ++i)
    text += "  server n" + std::to_string(i) + ' ' + nodes[i] + '\n';
  return text;
}

}  // namespace

std::string own_address(int number) {
  const auto self = static_cast<unsigned>(::getpid());
  return "127." + std::to_string(1 + self / 250 % 250) + '.' + std::to_string(1 + self % 250) +
         '.' + std::to_string(number);
}

proxy::proxy(const std::vector<std::string>& nodes, const std::filesystem::path& folder) {
  const int socket = listening_socket(port_);
  const auto file = (folder / "haproxy.cfg").string();
  std::ofstream{file} << configuration(socket, nodes);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no process");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::fcntl(socket, F_SETFD, 0);
    const int log = ::open((folder / "haproxy.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execlp("haproxy", "haproxy", "-db", "-f", file.c_str(), nullptr);
    ::execl("/usr/sbin/haproxy", "haproxy", "-db", "-f", file.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(socket);
}

proxy::~proxy() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace rentwave::testing_cluster
