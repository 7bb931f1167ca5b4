#include "http/session_cache.hpp"

namespace rentwave::http {

bool session_cache::knows(session_id session, account_id account, time_point now) const {
  const std::lock_guard lock{guard_};
  const auto found = entries_.find(session);
  return found != entries_.end() && found->second.account == account && now < found->second.until;
}

std::uint64_t session_cache::ticket() const {
  const std::lock_guard lock{guard_};
  return forgotten_;
}

void session_cache::remember(session_id session, account_id account, std::uint64_t ticket,
                             time_point now) {
  const std::lock_guard lock{guard_};
  if (ticket != forgotten_ || size_ == 0) return;
  while (!order_.empty() && order_.front().second <= now) drop_oldest();
  while (order_.size() >= size_) drop_oldest();
  const auto until = now + memory_;
  entries_.insert_or_assign(session, entry{account, until});
  order_.emplace_back(session, until);
}

void session_cache::forget(session_id session) {
  const std::lock_guard lock{guard_};
  ++forgotten_;
  entries_.erase(session);
}

std::size_t session_cache::size() const {
  const std::lock_guard lock{guard_};
  return entries_.size();
}

void session_cache::drop_oldest() {
  const auto [session, until] = order_.front();
  order_.pop_front();
  const auto found = entries_.find(session);
  if (found != entries_.end() && found->second.until <= until) entries_.erase(found);
}

}  // namespace rentwave::http
