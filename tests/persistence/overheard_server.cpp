#include "tests/persistence/overheard_server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

#include "tests/postgres/private_server.hpp"

namespace rentwave::testing_journal {
namespace {

/// How soon a stop is seen.
constexpr int turn_ms = 20;

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

/// Of a server at the usual port.
sockaddr_un socket_in(const std::filesystem::path& folder) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  const auto path = (folder / ".s.PGSQL.5432").string();
  path.copy(where.sun_path, sizeof where.sun_path - 1);
  return where;
}

int fresh_socket() {
  return checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
}

struct conversation {
  int client = -1;
  int server = -1;
  bool client_speaks = false;  ///< and the server has said nothing since

  void end() {
    if (client >= 0) ::close(std::exchange(client, -1));
    if (server >= 0) ::close(std::exchange(server, -1));
  }
};

/// What came from the one goes to the other. What it was; empty: the one has ended.
std::string pass(int from, int to) {
  std::string bytes(64 * 1024, '\0');
  const auto size = ::read(from, bytes.data(), bytes.size());
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto more = ::send(to, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (more <= 0) return {};
    sent += static_cast<std::size_t>(more);
  }
  return bytes;
}

}  // namespace

overheard_server::overheard_server(const std::filesystem::path& server) : server_{server} {
  auto pattern = (std::filesystem::temp_directory_path() / "overheard-XXXXXX").string();
  if (!::mkdtemp(pattern.data())) checked(-1, "mkdtemp");
  folder_ = pattern;
  listen();
  thread_ = std::jthread{[this](const std::stop_token& stop) { serve(stop); }};
}

overheard_server::~overheard_server() {
  thread_.request_stop();
  thread_.join();
  ::close(listening_);
  std::filesystem::remove_all(folder_);
}

void overheard_server::listen() {
  listening_ = fresh_socket();
  const auto where = socket_in(folder_);
  checked(::bind(listening_, reinterpret_cast<const sockaddr*>(&where), sizeof where), "bind");
  checked(::listen(listening_, 16), "listen");
}

std::string overheard_server::host() const {
  return testing_postgres::private_server::as_host(folder_);
}

std::string overheard_server::round_trips() {
  const std::lock_guard lock{mutex_};
  return std::exchange(asked_, {});
}

void overheard_server::serve(const std::stop_token& stop) {
  std::vector<conversation> all;
  while (!stop.stop_requested()) {
    std::vector<pollfd> ready{{listening_, POLLIN, 0}};
    for (const auto& one : all) {
      ready.push_back({one.client, POLLIN, 0});
      ready.push_back({one.server, POLLIN, 0});
    }
    if (::poll(ready.data(), ready.size(), turn_ms) <= 0) continue;
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto& one = all[i];
      const bool client_is_ready = ready[1 + 2 * i].revents != 0;
      const bool server_is_ready = ready[2 + 2 * i].revents != 0;
      bool ended = false;
      if (server_is_ready) {
        ended = pass(one.server, one.client).empty();
        one.client_speaks = false;
      }
      if (!ended && client_is_ready) {
        const auto said = pass(one.client, one.server);
        ended = said.empty();
        const std::lock_guard lock{mutex_};
        if (!ended && !std::exchange(one.client_speaks, true)) asked_ += said.front();
      }
      if (!ended) continue;
      one.end();
    }
    std::erase_if(all, [](const auto& one) { return one.client < 0; });
    if (ready.front().revents == 0) continue;
    // A server that cannot be reached is one that closes at once.
    conversation fresh{::accept(listening_, nullptr, nullptr), reach_server()};
    if (fresh.client >= 0 && fresh.server >= 0)
      all.push_back(fresh);
    else
      fresh.end();
  }
  for (auto& one : all) one.end();
}

int overheard_server::reach_server() const {
  const int one = fresh_socket();
  const auto where = socket_in(server_);
  if (::connect(one, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0) return one;
  ::close(one);
  return -1;
}

}  // namespace rentwave::testing_journal
