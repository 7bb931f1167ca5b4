// Who waits for what: ids to coroutines that are to be resumed. Only bridge.cpp uses it.
// Thread-safe; sharded by id, so that io threads and actors seldom meet at one lock.
//
// A wait is completed and destroyed under no lock, as its handler may hold whatever ends another
// wait. Both touch its executor, which may be gone as soon as `stop` has returned: so that waits
// for those that are at it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "http/bridge.hpp"

namespace rentwave::http {

/// A suspended coroutine. Its timer's operation keeps the executor's context at work.
class waiter {
 public:
  explicit waiter(const boost::asio::any_io_executor& executor) : timer(executor) {}
  virtual ~waiter() = default;
  /// Posts the resumption; called once.
  virtual void complete(wait_result result) = 0;

  boost::asio::steady_timer timer;
};

template <class Handler>
class waiter_of final : public waiter {
 public:
  explicit waiter_of(Handler handler)
      : waiter(boost::asio::get_associated_executor(handler)), handler_(std::move(handler)) {}

  void complete(wait_result result) override {
    auto executor = boost::asio::get_associated_executor(handler_);
    boost::asio::post(executor, [h = std::move(handler_), r = std::move(result)]() mutable {
      std::move(h)(std::move(r));
    });
  }

 private:
  Handler handler_;
};

class wait_table : public std::enable_shared_from_this<wait_table> {
 public:
  explicit wait_table(std::size_t limit) : limit_(limit) {}

  /// The id under which it can be ended; empty when it has been ended already.
  std::optional<std::uint64_t> add(std::unique_ptr<waiter> one, std::chrono::milliseconds timeout);
  /// Does nothing when the wait is over.
  void end(std::uint64_t id, wait_result result);
  bool has(std::uint64_t id);
  /// No executor of a wait is touched any more when this has returned. Not from a handler's
  /// destructor.
  void stop();
  std::size_t size() const { return count_; }

 private:
  struct shard {
    std::mutex guard;
    std::unordered_map<std::uint64_t, std::unique_ptr<waiter>> waits;
    std::size_t ending = 0;  ///< taken out, and not let go of yet
    std::condition_variable none_is_ending;
  };
  shard& shard_of(std::uint64_t id) { return shards_[id % shards_.size()]; }

  const std::size_t limit_;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> last_{0};
  std::atomic<bool> stopped_{false};
  std::array<shard, 16> shards_;
};

}  // namespace rentwave::http
