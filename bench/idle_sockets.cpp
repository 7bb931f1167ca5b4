// Opens WebSockets and does nothing with them, for bench/sockets:
//
//   bench_idle_sockets PORT TOKENS [TOPIC]
//
// One for each line of the file TOKENS. Greets with each, prints `open` once all are welcome, and
// answers whatever comes, as libraries answer pings, until its input ends. Then it prints how many
// the server has closed. With TOPIC they watch it and never read again; one that the server closes
// is opened anew, so that there are always as many.
#include <poll.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "bench/plain_sockets.hpp"

namespace {

using namespace rentwave::bench;
using std::string_view;

/// A frame under a mask of nothing.
std::string frame(char opcode, string_view payload) {
  std::string bytes{static_cast<char>(0x80 | opcode), static_cast<char>(0x80 | payload.size())};
  return bytes.append(4, '\0').append(payload);
}

void say(int socket, string_view bytes) {
  if (!send_all(socket, bytes)) give_up("cannot send");
}

void await(int socket, string_view text) {
  std::string got;
  char some[2048];
  while (got.find(text) == got.npos) {
    const auto size = recv(socket, some, sizeof some, 0);
    if (size <= 0) give_up("instead of a welcome: " + got);
    got.append(some, static_cast<std::size_t>(size));
  }
}

int open_socket(std::uint16_t port, const std::string& token, const std::string& topic) {
  const int one = connected(port, topic.empty() ? 0 : 4096);
  const timeval patience{20, 0};
  setsockopt(one, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  say(one,
      "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n"
      "Authorization: Bearer " +
          token + "\r\n\r\n");
  await(one, "\r\n\r\n");
  say(one, frame(1, R"({"type":"hello"})"));
  await(one, "welcome");
  if (!topic.empty()) say(one, frame(1, R"({"type":"watch","topic":")" + topic + "\"}"));
  return one;
}

/// Answers what came with a pong; false: it is closed.
bool answer(int socket) {
  char some[2048];
  if (recv(socket, some, sizeof some, MSG_DONTWAIT) <= 0) return false;
  const auto pong = frame(10, {});
  return send(socket, pong.data(), pong.size(), MSG_NOSIGNAL) > 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) give_up("usage: bench_idle_sockets PORT TOKENS [TOPIC]");
  allow_many_files();
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const std::string topic = argc == 4 ? argv[3] : "";
  const short wanted = topic.empty() ? POLLIN : POLLRDHUP;
  std::ifstream file{argv[2]};
  std::vector<std::string> tokens;
  for (std::string token; std::getline(file, token);) tokens.push_back(token);
  std::vector<pollfd> watched{{STDIN_FILENO, POLLIN, 0}};  // and token i - 1 at i
  for (const auto& token : tokens) watched.push_back({open_socket(port, token, topic), wanted, 0});
  std::cout << "open" << std::endl;

  std::size_t closed = 0;
  for (;;) {
    poll(watched.data(), watched.size(), -1);
    if (watched.front().revents != 0) break;
    for (std::size_t i = 1; i < watched.size(); ++i) {
      auto& each = watched[i];
      if (each.revents == 0 || (topic.empty() && answer(each.fd))) continue;
      ++closed;
      close(each.fd);
      // poll passes over -1
      each.fd = topic.empty() ? -1 : open_socket(port, tokens[i - 1], topic);
    }
  }
  std::cout << "closed " << closed << std::endl;
  return 0;
}
