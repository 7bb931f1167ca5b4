#include "cluster/dial.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <utility>

namespace rentwave {
namespace {

using std::chrono::steady_clock;

class owned_socket {
 public:
  explicit owned_socket(int socket) : socket_{socket} {}
  ~owned_socket() {
    if (socket_ >= 0) ::close(socket_);
  }
  owned_socket(const owned_socket&) = delete;
  owned_socket& operator=(const owned_socket&) = delete;

  int get() const { return socket_; }
  int release() { return std::exchange(socket_, -1); }

 private:
  int socket_;
};

using found_addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

constexpr auto stop_is_seen_after = std::chrono::milliseconds{100};

/// 0, or the error's number.
int connect_until(int socket, const addrinfo& to, steady_clock::time_point until,
                  const std::stop_token& stop) {
  if (::connect(socket, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (const int failed = wait_for(socket, POLLOUT, until, stop)) return failed;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

std::string to_string(const node_address& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return (is_v6 ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

std::optional<node_address> parse_node_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == text.npos || colon == 0) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (host.front() == '[') {
    if (host.back() != ']' || host.size() < 3) return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != host.npos) {
    return std::nullopt;
  }
  node_address read{std::string{host}, 0};
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, read.port);
  if (error != std::errc{} || stopped != end || read.port == 0) return std::nullopt;
  return read;
}

bool is_loopback(std::string_view host) {
  const std::string text{host};
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  return text == "localhost";
}

int wait_for(int socket, short events, steady_clock::time_point until,
             const std::stop_token& stop) {
  pollfd waiting{socket, events, 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
    if (left.count() <= 0) return ETIMEDOUT;
    if (stop.stop_requested()) return ECANCELED;
    const auto pause = static_cast<int>(std::min(left, stop_is_seen_after).count());
    const int ready = ::poll(&waiting, 1, pause);
    if (ready > 0) return 0;
    if (ready < 0 && errno != EINTR) return errno;
  }
}

boost::system::result<int, std::string> dial(const node_address& where,
                                             std::chrono::milliseconds timeout,
                                             const std::stop_token& stop) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int failed =
      ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &wanted, &first);
  if (failed != 0) return "there is no " + where.host + ": " + ::gai_strerror(failed);
  const found_addresses found{first, &::freeaddrinfo};
  int left = 0;
  for (const auto* each = first; each; each = each->ai_next) ++left;
  const auto end = steady_clock::now() + timeout;
  int error = ETIMEDOUT;
  for (const auto* each = first; each; each = each->ai_next) {
    // One that says nothing leaves as much time to the others.
    const auto now = steady_clock::now();
    const auto until = now + (end - now) / left--;
    owned_socket socket{::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    error = socket.get() < 0 ? errno : connect_until(socket.get(), *each, until, stop);
    if (error == 0) return socket.release();
  }
  return "nobody answers at " + to_string(where) + ": " + std::strerror(error);
}

}  // namespace rentwave
