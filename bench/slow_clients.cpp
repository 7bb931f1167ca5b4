// Clients that take their time, for bench/slow:
//
//   bench_slow_clients PORT COUNT
//
// A third of them send a header, byte by byte, a third a body, and a third ask for much and never
// read it. Prints `open` once all of them are there. Who is answered or closed comes again, so that
// there are always as many, until its input ends; then it prints how often that was.
#include <poll.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "bench/plain_sockets.hpp"

namespace {

using namespace rentwave::bench;

constexpr int tick_ms = 100;  ///< between two bytes
constexpr int little = 4096;

struct habit {
  std::string beginning;
  bool drips = true;
};

std::string many(const std::string& request) {
  std::string all;
  for (int i = 0; i < 50; ++i) all += request;
  return all;
}

const std::array habits{
    habit{"GET /api/meta HTTP/1.1\r\nHost: a\r\nX: "},
    habit{"POST /api/users HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
          "Content-Length: 100000\r\n\r\n{"},
    habit{many("GET /openapi.yaml HTTP/1.1\r\nHost: a\r\n\r\n"), false},
};

int open_one(std::uint16_t port, const habit& how) {
  const int one = connected(port, how.drips ? 0 : little);
  send_all(one, how.beginning);
  return one;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) give_up("usage: bench_slow_clients PORT COUNT");
  allow_many_files();
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const auto count = static_cast<std::size_t>(std::atoi(argv[2]));
  const auto habit_of = [](std::size_t i) -> const habit& { return habits[i % habits.size()]; };
  std::vector<pollfd> clients;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& how = habit_of(i);
    const short noticed = how.drips ? POLLIN : POLLRDHUP;
    clients.push_back({open_one(port, how), noticed, 0});
  }
  std::cout << "open" << std::endl;

  std::size_t came_again = 0;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (poll(&input, 1, tick_ms) == 0) {
    poll(clients.data(), clients.size(), 0);
    for (std::size_t i = 0; i < clients.size(); ++i) {
      auto& each = clients[i];
      const auto& how = habit_of(i);
      if (each.revents == 0 && (!how.drips || send_all(each.fd, "x"))) continue;
      close(each.fd);
      each.fd = open_one(port, how);
      ++came_again;
    }
  }
  std::cout << "again " << came_again << std::endl;
  return 0;
}
