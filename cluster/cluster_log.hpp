// What a member tells its operator, in the log: what changed and why, and whether the cluster's
// tables can be reached. On the member's thread.
#pragma once

#include <optional>
#include <string>

#include "actors/domain/decision.hpp"
#include "cluster/changes.hpp"

namespace rentwave {

class cluster_log {
 public:
  /// The tables were read; `here` is this node, if it is a member.
  void saw(const cluster_tables& tables, const std::optional<node_id>& here);
  /// Whether they can be read, and whether this node may answer. Each is told when it changes;
  /// `why_not` is that of the last time that they could not.
  void tell_reach(bool is_reachable, bool is_member, bool may_answer, const std::string& why_not);
  /// Why this one is to be a member no longer; the first reason counts.
  void will_end(const node_id& who, const char* why) { reasons_.try_emplace(who, why); }
  /// What this release does not write as long as they are there.
  void holds_back(const event_names& types) const;
  void joined(const node_id& here, const std::string& address) const;

 private:
  void forget_reasons();

  std::optional<cluster_tables> last_;
  end_reasons reasons_;
  bool is_away_ = false;
  bool is_over_ = false;
};

}  // namespace rentwave
