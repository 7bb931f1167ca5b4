// What a partition's actor has not answered yet: calls that wait until it is known where the
// partition is, and those that another node was asked. Bounded, in number and in time. A plain
// class of that actor.
#pragma once

#include <caf/actor.hpp>
#include <caf/response_promise.hpp>

#include <map>
#include <optional>
#include <vector>

#include "actors/runtime/remote.hpp"

namespace rentwave {

struct waiting_call {
  partition_call what;
  caf::response_promise promise{};
  bool from_node = false;  ///< so it goes to no other
  bool is_one_way = false;
  instant until{};  ///< real time
};

class waiting_calls {
 public:
  /// Together.
  static constexpr std::size_t most = 10'000;

  std::size_t size() const { return waiting_.size() + sent_.size(); }
  bool empty() const { return size() == 0; }
  bool is_full() const { return size() >= most; }

  void keep(waiting_call one) { waiting_.push_back(std::move(one)); }
  std::vector<waiting_call> take_waiting() { return std::exchange(waiting_, {}); }

  /// It is on its way to a link: what it is to be sent as.
  remote_call sent(waiting_call one, partition_id partition, const caf::actor& to);
  /// It was answered. Empty: that is not waited for, or not any more.
  std::optional<waiting_call> take_sent(std::uint64_t number);
  /// Those that went to a link for which `is_lost` holds wait again.
  template <class IsLost>
  void take_back_if(IsLost is_lost) {
    for (auto next = sent_.begin(); next != sent_.end();) {
      if (is_lost(next->second.to)) {
        waiting_.push_back(std::move(next->second.call));
        next = sent_.erase(next);
      } else {
        ++next;
      }
    }
  }

  /// Those for which nobody waits any more.
  std::vector<waiting_call> take_expired(instant now);
  /// Those of other nodes that wait here.
  std::vector<waiting_call> take_from_nodes();
  /// Those that wait here, and whoever asked waits for the answer.
  std::vector<waiting_call> take_asked();

 private:
  struct sent_call {
    waiting_call call;
    caf::actor to;
  };

  std::vector<waiting_call> waiting_;
  std::map<std::uint64_t, sent_call> sent_;  ///< by number
  std::uint64_t last_number_ = 0;
};

}  // namespace rentwave
