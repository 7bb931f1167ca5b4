#include "actors/runtime/waiting_calls.hpp"

#include <algorithm>

namespace rentwave {
namespace {

template <class Wanted>
std::vector<waiting_call> take_if(std::vector<waiting_call>& from, Wanted wanted) {
  const auto first = std::stable_partition(from.begin(), from.end(),
                                           [&](const auto& one) { return !wanted(one); });
  std::vector<waiting_call> taken{std::make_move_iterator(first),
                                  std::make_move_iterator(from.end())};
  from.erase(first, from.end());
  return taken;
}

}  // namespace

remote_call waiting_calls::sent(waiting_call one, partition_id partition, const caf::actor& to) {
  remote_call call{++last_number_, partition, one.is_one_way, one.until, one.what};
  sent_.emplace(call.number, sent_call{std::move(one), to});
  return call;
}

std::optional<waiting_call> waiting_calls::take_sent(std::uint64_t number) {
  const auto found = sent_.find(number);
  if (found == sent_.end()) return std::nullopt;
  auto call = std::move(found->second.call);
  sent_.erase(found);
  return call;
}

std::vector<waiting_call> waiting_calls::take_expired(instant now) {
  const auto is_over = [now](const waiting_call& one) { return one.until <= now; };
  auto expired = take_if(waiting_, is_over);
  for (auto next = sent_.begin(); next != sent_.end();) {
    if (is_over(next->second.call)) {
      expired.push_back(std::move(next->second.call));
      next = sent_.erase(next);
    } else {
      ++next;
    }
  }
  return expired;
}

std::vector<waiting_call> waiting_calls::take_from_nodes() {
  return take_if(waiting_, [](const waiting_call& one) { return one.from_node; });
}

std::vector<waiting_call> waiting_calls::take_asked() {
  return take_if(waiting_, [](const waiting_call& one) { return !one.is_one_way; });
}

}  // namespace rentwave
