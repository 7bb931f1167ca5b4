#include "cluster/changes.hpp"

#include <algorithm>
#include <utility>

namespace rentwave {
namespace {

const node_row* find(const cluster_tables& in, const node_id& who) {
  const auto found = std::ranges::find(in.nodes, who, &node_row::id);
  return found == in.nodes.end() ? nullptr : &*found;
}

std::string words_for(const node_roles& roles) {
  if (roles.gateway && roles.partitions) return "gateway and partitions";
  if (roles.gateway) return "gateway only";
  return roles.partitions ? "partitions only" : "nothing";
}

/// Moves of the same kind go into one sentence, however many partitions there are.
class telling {
 public:
  telling(const cluster_tables& before, const cluster_tables& after,
          const std::optional<node_id>& here, const end_reasons& reasons)
      : before_(before), after_(after), here_(here), reasons_(reasons) {}

  std::vector<std::string> sentences() && {
    for (const auto& row : after_.nodes) tell_arrival(row);
    for (const auto& row : before_.nodes)
      if (row.id != here_ && !find(after_, row.id))
        say(to_string(row.id) + " is no member any more" + because(row.id));
    sort_moves();
    for (const auto& [way, partitions] : going_)
      say(list_of(partitions) + (partitions.size() == 1 ? " is" : " are") + " to go from " +
          to_string(way.first) + " to " + to_string(way.second));
    for (const auto& [way, partitions] : gone_) tell_move(way.first, way.second, partitions);
    return std::move(said_);
  }

 private:
  using maybe_node = std::optional<node_id>;

  void say(std::string sentence) { said_.push_back(std::move(sentence)); }

  void tell_arrival(const node_row& row) {
    const auto* old = find(before_, row.id);
    if (!old) {
      if (row.id != here_)
        say(to_string(row.id) + " has joined: version " + row.profile.version + ", at " +
            row.profile.address + ", " + words_for(row.profile.roles));
    } else if (old->draining != row.draining) {
      say(to_string(row.id) +
          (row.draining ? " drains: its partitions go to the others" : " takes partitions again"));
    }
  }

  void sort_moves() {
    const partition_place nowhere;
    for (std::size_t i = 0; i < after_.partitions.places.size(); ++i) {
      const auto id = static_cast<partition_id>(i);
      const auto& old =
          i < before_.partitions.places.size() ? before_.partitions.places[i] : nowhere;
      const auto& now = after_.partitions.places[i];
      if (old.owner != now.owner)
        gone_[{old.owner, now.owner}].push_back(id);
      else if (now.owner && now.next && now.next != old.next)
        going_[{*now.owner, *now.next}].push_back(id);
    }
  }

  /// A colon and why, for whoever is no member any more.
  std::string because(const node_id& who) const {
    const auto found = reasons_.find(who);
    return found == reasons_.end() ? "" : ": " + found->second;
  }

  void tell_move(const maybe_node& from, const maybe_node& to,
                 const std::vector<partition_id>& partitions) {
    const auto what = list_of(partitions);
    if (!from) return say(who(*to) + " took " + what + ", which nobody had");
    if (!to) return say("nobody has " + what + " any more; until now " + who(*from) + " had");
    if (find(after_, *from)) return say(who(*from) + " handed " + what + " over to " + who(*to));
    const auto why = because(*from);
    say(who(*to) + " took " + what + " from " + who(*from) +
        (why.empty() ? ": it is no member any more" : why));
  }

  std::string who(const node_id& node) const {
    return node == here_ ? "this node" : to_string(node);
  }

  const cluster_tables& before_;
  const cluster_tables& after_;
  const std::optional<node_id>& here_;
  const end_reasons& reasons_;
  std::map<std::pair<node_id, node_id>, std::vector<partition_id>> going_;
  std::map<std::pair<maybe_node, maybe_node>, std::vector<partition_id>> gone_;
  std::vector<std::string> said_;
};

}  // namespace

std::vector<std::string> changes_between(const cluster_tables& before, const cluster_tables& after,
                                         const std::optional<node_id>& here,
                                         const end_reasons& reasons) {
  return telling{before, after, here, reasons}.sentences();
}

std::string list_of(const std::vector<partition_id>& partitions) {
  std::string text = partitions.size() == 1 ? "partition " : "partitions ";
  for (std::size_t first = 0; first < partitions.size();) {
    auto last = first;
    while (last + 1 < partitions.size() && partitions[last + 1] == partitions[last] + 1) ++last;
    if (first > 0) text += ", ";
    text += std::to_string(partitions[first]);
    if (last > first) text += '-' + std::to_string(partitions[last]);
    first = last + 1;
  }
  return text;
}

std::string names_of(const std::vector<node_row>& nodes) {
  std::string text;
  for (const auto& row : nodes) text += (text.empty() ? "" : ", ") + to_string(row.id);
  return text;
}

}  // namespace rentwave
