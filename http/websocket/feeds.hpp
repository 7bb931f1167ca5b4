// What is told about topics: one feed a topic and node, which reads the journal once for all that
// follow it. A feed lives while somebody holds it. Safe from any thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "http/backend.hpp"
#include "http/websocket/living.hpp"
#include "http/websocket/messages.hpp"
#include "http/websocket/watch_post.hpp"

namespace rentwave::http {

class follower {
 public:
  virtual ~follower() = default;
  /// From any thread.
  virtual void tell(const topic& about, const text_ptr& text) = 0;
};

/// Of adverts, rentals and the log: events in order, each once. Of the node's figures: now and
/// then.
class feed final : public watcher, public std::enable_shared_from_this<feed> {
 public:
  feed(backend& api, topic about, boost::asio::any_io_executor executor);

  /// Tells what comes after this version, or in the log this sequence; a feed that has begun goes
  /// on where it is.
  void begin(std::int64_t after);
  void add(const std::weak_ptr<follower>& one);
  void remove(const follower* one);

  void changed(const entity_ref& where) override;

 private:
  struct page {
    std::vector<text_ptr> texts;
    std::int64_t seen = 0;
    bool is_last = true;
  };
  void run();
  bool is_done();
  bool has_work() const { return is_stale_ || about_.of == topic::what::admin_stats; }
  boost::asio::awaitable<bool> go_on();
  boost::asio::awaitable<answer<page>> read(std::int64_t after);
  boost::asio::awaitable<answer<page>> read_entity(std::int64_t after);
  boost::asio::awaitable<answer<page>> read_log(std::int64_t after);
  boost::asio::awaitable<bool> tell_figures();
  void tell_all(const std::vector<text_ptr>& texts);

  backend& api_;
  const topic about_;
  const boost::asio::any_io_executor executor_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<follower>> followers_;
  std::optional<std::int64_t> seen_;
  bool is_stale_ = false;    ///< there may be more than was read
  bool is_running_ = false;  ///< it reads, or waits for the time to
};

class feeds {
 public:
  feeds(backend& api, watch_post& watches) : api_(api), watches_(watches) {}
  void begin(const boost::asio::any_io_executor& executor) { executor_ = executor; }

  /// Tells `one` of the topic for as long as it holds the feed. What the client reads of the topic
  /// afterwards together with what it is told misses nothing. 404 for what is not there, or not for
  /// this reader.
  boost::asio::awaitable<answer<std::shared_ptr<feed>>> follow(topic about,
                                                               std::weak_ptr<follower> one,
                                                               account_id reader);

 private:
  /// What is known to everybody who asks: a version, or a sequence of the log.
  struct position {
    std::int64_t after = 0;
  };
  std::shared_ptr<feed> feed_of(const topic& about);
  boost::asio::awaitable<answer<position>> position_of(entity_ref entity, account_id reader);
  boost::asio::awaitable<answer<position>> begin_entity(topic about, std::weak_ptr<watcher> one,
                                                        account_id reader);
  boost::asio::awaitable<answer<position>> begin_log(std::weak_ptr<watcher> one);

  backend& api_;
  watch_post& watches_;
  boost::asio::any_io_executor executor_;
  std::mutex mutex_;
  living<topic, feed> all_;
};

}  // namespace rentwave::http
