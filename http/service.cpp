#include "http/service.hpp"

#include <vector>

#include "http/connection.hpp"

namespace rentwave::http {

void service::use(std::shared_ptr<tls_context> tls) {
  const std::lock_guard lock{mutex_};
  tls_ = std::move(tls);
}

std::shared_ptr<tls_context> service::tls() const {
  const std::lock_guard lock{mutex_};
  return tls_;
}

bool service::enter(const std::shared_ptr<connection>& one, const std::string& address,
                    const std::string& client) {
  // A proxy has the connections of many.
  auto own = trusted.trust(address) ? tallies::part{} : connections_by_client_.of(client);
  const std::lock_guard lock{mutex_};
  if (stopping_) return false;
  if (limits.connections != 0 && connections_.size() >= limits.connections) return false;
  if (!own.grow(1)) return false;
  connections_.try_emplace(one.get(), place{one, std::move(own)});
  api.counted().connections = connections_.size();
  return true;
}

void service::leave(const connection* one) {
  const std::lock_guard lock{mutex_};
  if (connections_.erase(one) == 0) return;
  api.counted().connections = connections_.size();
  if (connections_.empty()) emptied_.notify_all();
}

void service::begin_stop() {
  const std::lock_guard lock{mutex_};
  stopping_ = true;
}

void service::for_each(const std::function<void(connection&)>& act) {
  std::vector<std::shared_ptr<connection>> all;
  {
    const std::lock_guard lock{mutex_};
    for (const auto& [key, place] : connections_)
      if (auto one = place.who.lock()) all.push_back(std::move(one));
  }
  // Outside of the lock: the last reference may go here, and leaving takes it.
  for (const auto& one : all) act(*one);
}

bool service::wait_until_empty(std::chrono::milliseconds patience) {
  std::unique_lock lock{mutex_};
  return emptied_.wait_for(lock, patience, [this] { return connections_.empty(); });
}

}  // namespace rentwave::http
