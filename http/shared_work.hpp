// Work whose result is the same for everybody who asks at the same time: one does it, the others
// wait for what it comes to. One for each kind of work; safe from any thread.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace rentwave::http {

class shared_work {
 public:
  using text_ptr = std::shared_ptr<const std::string>;

  /// So many wait at once, each so long.
  shared_work(std::size_t most_waiting, std::chrono::milliseconds patience)
      : most_waiting_(most_waiting), patience_(patience) {}

  /// What `work` comes to, or that of another which is being done already; when too many wait for
  /// it, the last one's, unless it is older than anybody waits. Null for who waits: there is no
  /// such, it took too long, or it failed. Who does it gets its exceptions.
  boost::asio::awaitable<text_ptr> result_of(
      std::function<boost::asio::awaitable<std::string>()> work);

 private:
  struct waiter;
  boost::asio::awaitable<text_ptr> do_it(std::function<boost::asio::awaitable<std::string>()> work);
  boost::asio::awaitable<text_ptr> wait(std::shared_ptr<waiter> mine);
  bool is_recent() const;
  /// Who waits gets it.
  void end(const text_ptr& result);

  const std::size_t most_waiting_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;
  bool is_under_way_ = false;
  /// Owned by their coroutines: a timer must not outlive its io_context, and these may.
  std::vector<std::weak_ptr<waiter>> waiting_;
  text_ptr last_;
  std::chrono::steady_clock::time_point last_at_{};
};

}  // namespace rentwave::http
