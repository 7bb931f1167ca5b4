// Sessions that were found open a moment ago, so that not every request asks its session's entity.
// Bounded; one a server, safe from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "actors/domain/ids.hpp"

namespace rentwave::http {

class session_cache {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// With a `memory` or `size` of 0 nothing is remembered.
  session_cache(std::chrono::milliseconds memory, std::size_t size)
      : memory_(memory), size_(size) {}

  bool knows(session_id session, account_id account, time_point now) const;

  /// To be had before the entity is asked, and given back with its answer: an answer that a
  /// `forget` has overtaken is not remembered.
  std::uint64_t ticket() const;
  void remember(session_id session, account_id account, std::uint64_t ticket, time_point now);
  void forget(session_id session);

  std::size_t size() const;

 private:
  struct entry {
    account_id account;
    time_point until;
  };
  void drop_oldest();

  const std::chrono::milliseconds memory_;
  const std::size_t size_;
  mutable std::mutex guard_;
  std::unordered_map<session_id, entry> entries_;
  std::deque<std::pair<session_id, time_point>> order_;  ///< by `until`; some are out of date
  std::uint64_t forgotten_ = 0;
};

}  // namespace rentwave::http
