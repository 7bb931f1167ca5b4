// What programs that open very many connections to a node share.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace rentwave::bench {

[[noreturn]] inline void give_up(const std::string& why) {
  std::cerr << program_invocation_short_name << ": " << why << '\n';
  std::exit(1);
}

inline void allow_many_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// To a node on this machine. The system takes little more than `keeps` bytes that are not read; 0:
/// as much as it likes.
inline int connected(std::uint16_t port, int keeps = 0) {
  const int one = socket(AF_INET, SOCK_STREAM, 0);
  if (keeps > 0) setsockopt(one, SOL_SOCKET, SO_RCVBUF, &keeps, sizeof keeps);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (one < 0 || connect(one, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0)
    give_up("cannot connect");
  return one;
}

/// False: not all of them were taken.
inline bool send_all(int socket, std::string_view bytes) {
  return send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

}  // namespace rentwave::bench
