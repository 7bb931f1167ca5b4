#include "cluster/peers.hpp"

#include <caf/all.hpp>

#include <algorithm>

#include "cluster/peer.hpp"

namespace rentwave {

peers::~peers() {
  for (const auto& [who, peer] : all_) caf::anon_send_exit(peer, caf::exit_reason::user_shutdown);
}

void peers::know(const node_id& self, const std::vector<node_row>& others) {
  const auto is_there = [&](const node_id& who) {
    return std::ranges::find(others, who, &node_row::id) != others.end();
  };
  bool changed = self != self_;
  self_ = self;
  std::vector<caf::actor> ending;
  std::erase_if(all_, [&](const auto& one) {
    if (is_there(one.first)) return false;
    ending.push_back(one.second);
    return true;
  });
  changed |= !ending.empty();
  std::vector<known_node> known;
  for (const auto& row : others) {
    auto& peer = all_[row.id];
    if (!peer) {
      peer_options options;
      options.name = to_string(row.id);
      options.routes = routes_;
      peer = spawn_peer(system_, std::move(options));
      changed = true;
    }
    known.push_back({row.id, row.profile.address, peer});
  }
  if (changed) over_.know(self_, std::move(known));
  for (const auto& one : ending) caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
}

caf::actor peers::find(const node_id& who) const {
  const auto found = all_.find(who);
  return found == all_.end() ? caf::actor{} : found->second;
}

}  // namespace rentwave
