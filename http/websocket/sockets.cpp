#include "http/websocket/sockets.hpp"

#include "http/problems.hpp"

namespace rentwave::http {
namespace {

/// Somebody else's page may be closed by then.
constexpr int retry_after_s = 5;

problem too_many_of_one(std::size_t most) {
  auto why = make_problem(429, "too_many_sockets", "Too many WebSockets",
                          "One person has at most " + std::to_string(most) + " open.");
  why.retry_after_s = retry_after_s;
  return why;
}

}  // namespace

void sockets::begin(const boost::asio::any_io_executor& executor) {
  topics.begin(executor);
  watches.begin(executor);
}

void sockets::end() {
  watches.end();
}

answer<sockets::seat> sockets::enter(account_id who) {
  const std::lock_guard lock{mutex_};
  if (limits_.sockets != 0 && open_ >= limits_.sockets)
    return try_later("overloaded", "Too many WebSockets are open.");
  auto& theirs = by_account_[who];
  const auto most = limits_.sockets_per_account;
  if (most != 0 && theirs >= most) return too_many_of_one(most);
  ++theirs;
  api_.counted().websockets = ++open_;
  return seat{*this, who};
}

void sockets::leave(account_id who) {
  const std::lock_guard lock{mutex_};
  api_.counted().websockets = --open_;
  const auto found = by_account_.find(who);
  if (--found->second == 0) by_account_.erase(found);
}

}  // namespace rentwave::http
