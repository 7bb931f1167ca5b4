#include "cluster/placement.hpp"

#include <algorithm>

namespace rentwave {
namespace {

/// One table being made. Each partition is with a node that takes, stays as it is, or is homeless
/// until it is given to somebody.
class placing {
 public:
  placing(const partition_table& before, const standings& nodes, std::size_t partitions)
      : nodes_(nodes), table_(before) {
    table_.places.resize(std::max(partitions, table_.places.size()));
    for (const auto& [id, how] : nodes_)
      if (how == standing::takes) shares_[id];
  }

  partition_table made() && {
    for (partition_id id = 0; id < std::ssize(table_.places); ++id) sort_in(id);
    if (shares_.empty()) {
      for (const auto id : homeless_) settle(id, std::nullopt);
      return std::move(table_);
    }
    set_quotas();
    give_up_surplus();
    std::ranges::sort(homeless_);
    std::erase_if(homeless_, [this](partition_id id) { return goes_home(id); });
    give_to_those_with_room();
    for (const auto& [node, share] : shares_)
      for (const auto id : share.partitions) settle(id, node);
    return std::move(table_);
  }

 private:
  struct share {
    std::vector<partition_id> partitions;
    std::size_t quota = 0;

    bool has_room() const { return partitions.size() < quota; }
  };

  /// nullopt: it has ended, or there is none.
  std::optional<standing> standing_of(const std::optional<node_id>& node) const {
    const auto found = node ? nodes_.find(*node) : nodes_.end();
    return found == nodes_.end() ? std::nullopt : std::optional{found->second};
  }
  bool is_with(partition_id id, standing how) const {
    return standing_of(place_of(id).owner) == how;
  }
  const partition_place& place_of(partition_id id) const {
    return table_.places[static_cast<std::size_t>(id)];
  }

  void sort_in(partition_id id) {
    const auto& place = place_of(id);
    const auto owner = standing_of(place.owner);
    const auto next = standing_of(place.next);
    if (next == standing::takes) {
      shares_[*place.next].partitions.push_back(id);
    } else if (owner == standing::takes && next != standing::unjudged) {
      shares_[*place.owner].partitions.push_back(id);
    } else if (owner && next == standing::unjudged) {
      // Stays.
    } else if (owner == standing::unjudged || owner == standing::gone) {
      settle(id, place.owner);
    } else {
      homeless_.push_back(id);
    }
  }

  /// The larger shares of those that cannot be equal go to who has the most already.
  void set_quotas() {
    std::size_t all = homeless_.size();
    std::vector<share*> order;
    for (auto& [node, one] : shares_) {
      all += one.partitions.size();
      order.push_back(&one);
    }
    std::ranges::stable_sort(order, std::ranges::greater{},
                             [](const share* one) { return one->partitions.size(); });
    for (std::size_t i = 0; i < order.size(); ++i)
      order[i]->quota = all / order.size() + (i < all % order.size() ? 1 : 0);
  }

  /// Rather what is only on its way to a node than what it has, and rather the last.
  void give_up_surplus() {
    for (auto& [node, one] : shares_) {
      if (one.partitions.size() <= one.quota) continue;
      std::ranges::stable_partition(one.partitions,
                                    [&](partition_id id) { return place_of(id).owner == node; });
      const auto kept = one.partitions.begin() + static_cast<std::ptrdiff_t>(one.quota);
      homeless_.insert(homeless_.end(), kept, one.partitions.end());
      one.partitions.erase(kept, one.partitions.end());
    }
  }

  /// To its owner, who was about to hand it over.
  bool goes_home(partition_id id) {
    if (!is_with(id, standing::takes)) return false;
    auto& home = shares_[*place_of(id).owner];
    if (!home.has_room()) return false;
    home.partitions.push_back(id);
    return true;
  }

  void give_to_those_with_room() {
    auto next = homeless_.begin();
    for (auto& [node, one] : shares_)
      while (one.has_room()) one.partitions.push_back(*next++);
  }

  void settle(partition_id id, const std::optional<node_id>& to) {
    auto& place = table_.places[static_cast<std::size_t>(id)];
    place.next.reset();
    if (!standing_of(place.owner))
      place.owner = to;
    else if (to && to != place.owner)
      place.next = to;
  }

  const standings& nodes_;
  partition_table table_;
  std::map<node_id, share> shares_;
  std::vector<partition_id> homeless_;
};

}  // namespace

partition_table place_partitions(const partition_table& before, const standings& nodes,
                                 std::size_t partitions) {
  return placing{before, nodes, partitions}.made();
}

const std::optional<node_id>& destination(const partition_place& place) {
  return place.next ? place.next : place.owner;
}

std::vector<partition_move> moves_between(const partition_table& before,
                                          const partition_table& after) {
  std::vector<partition_move> moves;
  const partition_place nowhere;
  for (std::size_t i = 0; i < after.places.size(); ++i) {
    const auto& old = i < before.places.size() ? before.places[i] : nowhere;
    const auto& to = destination(after.places[i]);
    if (to != old.owner) moves.push_back({static_cast<partition_id>(i), old.owner, to});
  }
  return moves;
}

std::vector<partition_move> plan_drain(const partition_table& now, standings nodes,
                                       std::string_view name) {
  for (auto& [id, how] : nodes)
    if (id.name == name && how != standing::gone) how = standing::gives_up;
  return moves_between(now, place_partitions(now, nodes, now.places.size()));
}

}  // namespace rentwave
