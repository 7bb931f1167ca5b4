// A steward with whoever drives it, for tests: orders are carried out at once and without fail,
// unless the test says otherwise.
#pragma once

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "cluster/steward.hpp"
#include "tests/cluster/places.hpp"

namespace rentwave::testing_cluster {

inline boot_time at(boot_clock::duration since_boot) {
  return boot_time{std::chrono::hours{1} + since_boot};
}

class driven_node {
 public:
  driven_node(steward_options options, std::unique_ptr<membership> tables)
      : steward_(options), options_(std::move(options)), tables_(std::move(tables)) {}

  /// Reads, and carries out what is ordered; again after a publish, as the real one does.
  void tick(boot_clock::duration now) {
    for (int rounds = 0; rounds < 10; ++rounds) {
      orders_ = steward_.tick(at(now), tables_->read(), held_);
      bool published = false;
      for (const auto& one : orders_) {
        published |= std::holds_alternative<order::publish>(one);
        std::visit([&](const auto& what) { carry_out(what, at(now)); }, one);
      }
      if (!published) return;
    }
  }

  template <class Order>
  bool was_ordered() const {
    return std::ranges::any_of(orders_,
                               [](const auto& one) { return std::holds_alternative<Order>(one); });
  }

  /// Partitions that it answers for at this time.
  std::set<partition_id> answers_for(boot_clock::duration now) const {
    std::set<partition_id> all;
    if (!steward_.lease().may_answer(at(now))) return all;
    for (const auto& [id, how] : held_)
      if (how != holding::opening) all.insert(id);
    return all;
  }

  /// While set, a partition that is handed over never finishes what is under way.
  void hang(bool hangs) { hangs_ = hangs; }

  steward& state() { return steward_; }
  const holdings& held() const { return held_; }
  const std::vector<steward_order>& orders() const { return orders_; }
  bool has_quit() const { return has_quit_; }

 private:
  void carry_out(const order::join&, boot_time now) {
    steward_.joined(now, tables_->join(options_.name, options_.profile, {}));
  }
  void carry_out(const order::renew& what, boot_time now) {
    steward_.renewed(now, tables_->renew(what.who));
  }
  void carry_out(const order::drain& what, boot_time) {
    (void)tables_->set_draining(what.who, true);
  }
  void carry_out(const order::publish& what, boot_time) {
    steward_.published(what, tables_->publish(what.next, what.ended));
  }
  void carry_out(const order::open& what, boot_time) { held_[what.partition] = holding::open; }
  void carry_out(const order::hand_over& what, boot_time) {
    if (hangs_)
      held_[what.partition] = holding::closing;
    else
      held_.erase(what.partition);
  }
  void carry_out(const order::cut& what, boot_time) { held_.erase(what.partition); }
  void carry_out(const order::stop&, boot_time) { held_.clear(); }
  void carry_out(const order::leave& what, boot_time) { steward_.left(tables_->leave(what.who)); }
  void carry_out(const order::quit&, boot_time) { has_quit_ = true; }

  steward steward_;
  const steward_options options_;
  std::unique_ptr<membership> tables_;
  holdings held_;
  std::vector<steward_order> orders_;
  bool hangs_ = false;
  bool has_quit_ = false;
};

}  // namespace rentwave::testing_cluster
