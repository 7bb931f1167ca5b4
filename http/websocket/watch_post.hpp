// Which entities somebody on this node watches, whoever and however many they are: one watch at the
// owner partition for each, renewed before anyone could miss it. One a server; safe from any
// thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "http/backend.hpp"

namespace rentwave::http {

/// Who is told.
class watcher {
 public:
  virtual ~watcher() = default;
  /// Something may have become durable in this entity; in any, for who watches everything. Comes
  /// in any thread, and holds it up.
  virtual void changed(const entity_ref& where) = 0;
};

class watch_post {
 public:
  explicit watch_post(backend& api) : api_(api) {}

  /// From now on it hears, and renews.
  void begin(const boost::asio::any_io_executor& executor);
  /// Hears nothing any more; before the executor goes.
  void end();

  /// Tells `who` as long as it lives. What is read afterwards misses nothing: the partition has
  /// agreed. Why not, otherwise.
  boost::asio::awaitable<std::optional<problem>> watch(entity_ref entity,
                                                       std::weak_ptr<watcher> who);
  boost::asio::awaitable<std::optional<problem>> watch_everything(std::weak_ptr<watcher> who);

  /// Entities that are watched.
  std::size_t size() const;

 private:
  using watchers = std::vector<std::weak_ptr<watcher>>;
  using requests = std::vector<watch_request>;

  void tell(const news& what);
  void tell(const entity_ref& entity);
  void tell_of_everything();
  void tell_begun(const watch_answer& begun);
  boost::asio::awaitable<bool> renew();
  void note_silence(partition_id where);
  boost::asio::awaitable<void> renew_at(partition_id where, requests all);
  void watch_again(partition_id where);
  std::map<partition_id, requests> wanted(std::optional<partition_id> only = {});

  backend& api_;
  boost::asio::any_io_executor executor_;
  mutable std::mutex mutex_;
  std::unordered_map<entity_ref, watchers> by_entity_;
  watchers of_everything_;
  std::set<partition_id> silent_;  ///< did not answer what it was asked last
};

}  // namespace rentwave::http
