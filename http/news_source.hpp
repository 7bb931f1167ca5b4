// Where gateways hear of what becomes durable, as the server sees it: partitions that are asked to
// tell. One a server, or none; used from all of its io threads.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>

#include "http/backend.hpp"

namespace rentwave::http {

class news_source {
 public:
  virtual ~news_source() = default;

  virtual std::size_t partitions() const = 0;
  virtual partition_id partition_of(const entity_ref& entity) const = 0;
  /// Has a partition tell for `watch_time`. The answer says what it was not telling until now.
  virtual boost::asio::awaitable<answer<watch_ptr>> watch(partition_id where,
                                                          watch_request what) = 0;
  /// Whom all news go to, in whatever thread they come; empty: nobody. None is told any more when
  /// this has returned.
  virtual void hear(std::function<void(const news&)> listener) = 0;
};

}  // namespace rentwave::http
