// A webhook's receiver: a real listener on a free port of 127.0.0.1, plain or by TLS, that answers
// each connection with bytes that the test names. One connection after the other, on a thread of
// its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/http/own_certificate.hpp"

namespace rentwave::http {

struct received_post {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

class receiver {
 public:
  /// What it says to the `n`th POST (1, 2, …): bytes as they are. "": nothing, until the other side
  /// gives up.
  using script = std::function<std::string(int n)>;

  explicit receiver(script says, const own_certificate* shows = nullptr);
  ~receiver();

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& host = "127.0.0.1") const;
  std::vector<received_post> posts() const;
  /// The first so many, as soon as there are as many; fewer when that takes too long.
  std::vector<received_post> await(std::size_t count) const;
  int connections() const { return connections_; }

  /// A whole answer without a body.
  static std::string status(int code, const std::string& fields = {});

 private:
  struct wire;
  void serve();
  template <class Stream>
  void talk(Stream& stream);

  const script says_;
  const bool is_secure_;
  std::unique_ptr<wire> wire_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> is_ending_{false};
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<received_post> posts_;
  std::thread thread_;
};

}  // namespace rentwave::http
