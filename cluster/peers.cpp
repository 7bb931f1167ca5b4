#include "cluster/peers.hpp"

#include <caf/all.hpp>

#include <algorithm>

#include "cluster/peer.hpp"

namespace rentwave {

peers::~peers() {
  for (const auto& [who, one] : all_)
    caf::anon_send_exit(one.handle, caf::exit_reason::user_shutdown);
}

void peers::know(const node_id& self, const std::vector<node_row>& others) {
  const auto is_there = [&](const node_id& who) {
    return std::ranges::find(others, who, &node_row::id) != others.end();
  };
  bool has_changed = std::exchange(self_, self) != self;
  std::vector<caf::actor> ending;
  std::erase_if(all_, [&](const auto& one) {
    if (is_there(one.first)) return false;
    ending.push_back(one.second.handle);
    return true;
  });
  has_changed |= !ending.empty();
  std::vector<known_node> known;
  for (const auto& row : others) {
    auto& one = all_[row.id];
    if (!one.handle) {
      one.handle = start(row.id, one);
      has_changed = true;
    }
    known.push_back({row.id, row.profile.address, one.handle});
  }
  if (has_changed) over_.know(self_, std::move(known));
  for (const auto& one : ending) caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
}

caf::actor peers::start(const node_id& who, const known_peer& one) const {
  peer_options options;
  options.name = to_string(who);
  options.routes = routes_;
  options.clock = clock_;
  options.linked = [has_link = one.has_link, changed = changed_](bool is_up) {
    *has_link = is_up;
    changed();
  };
  return spawn_peer(system_, std::move(options));
}

caf::actor peers::find(const node_id& who) const {
  const auto found = all_.find(who);
  return found != all_.end() && *found->second.has_link ? found->second.handle : caf::actor{};
}

}  // namespace rentwave
