#include "cluster/cluster_log.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace rentwave {

void cluster_log::saw(const cluster_tables& tables, const std::optional<node_id>& here) {
  if (last_)
    for (const auto& sentence : changes_between(*last_, tables, here, reasons_))
      spdlog::info("cluster: {}", sentence);
  last_ = tables;
  forget_reasons();
}

/// Those of whom nothing is left to be told.
void cluster_log::forget_reasons() {
  std::erase_if(reasons_, [this](const auto& one) {
    const auto is_its = [&](const partition_place& place) { return place.owner == one.first; };
    return std::ranges::find(last_->nodes, one.first, &node_row::id) == last_->nodes.end() &&
           std::ranges::none_of(last_->partitions.places, is_its);
  });
}

void cluster_log::tell_reach(bool is_reachable, bool is_member, bool may_answer,
                             const std::string& why_not) {
  if (!is_reachable && !std::exchange(is_away_, true))
    spdlog::warn("cluster: its tables cannot be read ({}); without them this node's lease ends",
                 why_not);
  if (is_reachable && std::exchange(is_away_, false))
    spdlog::info("cluster: its tables can be read again");
  if (is_member && !may_answer && !std::exchange(is_over_, true))
    spdlog::error("cluster: the lease is over, nothing is answered until it is renewed");
  if (may_answer && std::exchange(is_over_, false))
    spdlog::info("cluster: the lease was renewed, this node answers again");
}

void cluster_log::holds_back(const event_names& types) const {
  if (types.empty())
    return spdlog::info("cluster: every node can read all events that this release writes");
  std::string names;
  for (const auto& type : types) names += (names.empty() ? "" : ", ") + type;
  spdlog::info("cluster: held back are events that another node cannot read: {}", names);
}

void cluster_log::joined(const node_id& here, const std::string& address) const {
  const auto before = last_ && !last_->nodes.empty() ? names_of(last_->nodes) : "none";
  spdlog::info("cluster: joined as {}, at {}; members before: {}", to_string(here), address,
               before);
}

}  // namespace rentwave
