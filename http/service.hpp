// What all connections of a server share: the limits, the counts that they bound, and the list of
// connections that a stop goes through. One a server; safe from every io thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>

#include "http/authenticator.hpp"
#include "http/backend.hpp"
#include "http/options.hpp"
#include "http/router.hpp"

namespace rentwave::http {

class connection;

class service {
 public:
  service(const server_limits& its_limits, backend& behind, authenticator& guard,
          std::span<const route> table)
      : limits(its_limits), api(behind), gate(guard), routes(table) {}

  const server_limits limits;
  backend& api;
  authenticator& gate;
  const router routes;

  /// One request under way, for as long as it lives.
  class permit {
   public:
    permit() = default;
    explicit permit(service& from) : from_(&from) {}
    permit(permit&& other) noexcept : from_(std::exchange(other.from_, nullptr)) {}
    permit& operator=(permit&& other) noexcept {
      std::swap(from_, other.from_);
      return *this;
    }
    ~permit() {
      if (from_) --from_->requests_;
    }
    explicit operator bool() const { return from_ != nullptr; }

   private:
    service* from_ = nullptr;
  };
  /// An empty one when there are too many.
  permit begin_request();

  /// False: too many, or no more.
  bool enter(const std::shared_ptr<connection>& one);
  void leave(const connection* one);
  bool is_stopping() const { return stopping_; }

  /// No connection enters any more.
  void begin_stop();
  void for_each(const std::function<void(connection&)>& act);
  /// Whether the last connection left in time.
  bool wait_until_empty(std::chrono::milliseconds patience);

 private:
  std::atomic<std::size_t> requests_ = 0;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable emptied_;
  std::unordered_map<const connection*, std::weak_ptr<connection>> connections_;
};

}  // namespace rentwave::http
