// What the WebSockets of one server share: how many there are, what they watch, what they are told.
// One a server; safe from any thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <mutex>
#include <unordered_map>
#include <utility>

#include "http/backend.hpp"
#include "http/options.hpp"
#include "http/websocket/feeds.hpp"
#include "http/websocket/watch_post.hpp"

namespace rentwave::http {

class sockets {
 public:
  sockets(backend& api, const server_limits& limits)
      : watches(api), topics(api, watches), api_(api), limits_(limits) {}

  /// Before the first socket; the executor has to be there until `end`.
  void begin(const boost::asio::any_io_executor& executor);
  void end();

  /// One socket's place among those that may be open.
  class seat {
   public:
    seat(sockets& of, account_id taker) : of_(&of), taker_(taker) {}
    seat(seat&& other) noexcept : of_(std::exchange(other.of_, nullptr)), taker_(other.taker_) {}
    seat& operator=(seat&&) = delete;
    ~seat() {
      if (of_) of_->leave(taker_);
    }

   private:
    sockets* of_;
    account_id taker_;
  };
  /// 503 when the server has as many as it may have, 429 when this person has.
  answer<seat> enter(account_id who);

  watch_post watches;
  feeds topics;

 private:
  void leave(account_id who);

  backend& api_;
  const server_limits& limits_;
  std::mutex mutex_;
  std::size_t open_ = 0;
  std::unordered_map<account_id, std::size_t> by_account_;
};

}  // namespace rentwave::http
