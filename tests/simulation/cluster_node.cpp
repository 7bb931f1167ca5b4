#include "tests/simulation/cluster_node.hpp"

#include <utility>

namespace rentwave::simulation {
namespace {

/// A clock's drift at most, in thousandths: what the margin of the lease allows for.
constexpr int most_drift = 50;
/// Of the clocks that domain time goes by: machines are set right by NTP, but not exactly.
constexpr std::int64_t most_skew = 300;

std::string name_of(int which) {
  return "n" + std::to_string(which);
}

node_options options_of(node_options base, int which) {
  base.name = name_of(which);
  base.opens_all = false;
  return base;
}

}  // namespace

/// The cluster's tables, as far as a node reaches them.
class cluster_node::reached_tables final : public membership {
 public:
  reached_tables(const cluster_node& from, std::unique_ptr<membership> whole)
      : from_{from}, whole_{std::move(whole)} {}

  journal_result<node_id> join(std::string_view name, const node_profile& profile,
                               instant now) override {
    if (!from_.has_database()) return away();
    return whole_->join(name, profile, now);
  }
  journal_result<void> renew(const node_id& who) override {
    if (!from_.has_database()) return away();
    return whole_->renew(who);
  }
  journal_result<void> set_draining(const node_id& who, bool draining) override {
    if (!from_.has_database()) return away();
    return whole_->set_draining(who, draining);
  }
  journal_result<void> leave(const node_id& who) override {
    if (!from_.has_database()) return away();
    return whole_->leave(who);
  }
  journal_result<cluster_tables> read() override {
    if (!from_.has_database()) return away();
    return whole_->read();
  }
  journal_result<std::int64_t> publish(const partition_table& next,
                                       const std::vector<ended_node>& ended) override {
    if (!from_.has_database()) return away();
    return whole_->publish(next, ended);
  }

 private:
  static journal_error away() { return {journal_errc::unavailable, "the seed has cut it off"}; }

  const cluster_node& from_;
  std::unique_ptr<membership> whole_;
};

cluster_node::cluster_node(int which, node_options base, surroundings& around,
                           std::function<void()> ended)
    : which_{which},
      around_{around},
      ended_{std::move(ended)},
      drift_{static_cast<int>(around.chance.between(-most_drift, most_drift))},
      world_{[&] {
               auto options = options_of(std::move(base), which);
               options.may_answer = [this] { return may_answer(); };
               options.door_moved = [this](partition_id id, door_state is) {
                 if (!member_) return;
                 member_->door_moved(id, is);
                 look_after_turn();
               };
               return options;
             }(),
             around.journal},
      at_{-around.chance.between(0, most_skew)} {}

cluster_node::~cluster_node() {
  crash();
}

// --- its life -----------------------------------------------------------------------------------

bool cluster_node::start() {
  const auto now = around_.coming.now();
  ++life_;
  paused_until_ = {};
  steward_options options;
  options.name = name_of(which_);
  options.partitions = static_cast<std::size_t>(world_.options().partitions);
  options.terms = terms_of(std::chrono::seconds{5});
  member_ = std::make_unique<member>(std::move(options), [this] { return boot_now(); });
  try {
    world_.start(now - std::exchange(at_, now));
  } catch (const std::runtime_error&) {
    member_.reset();
    return false;
  }
  const auto changed = [this, life = life_] {
    if (!member_ || life != life_) return;
    member_->look_again();
    look_after_turn();
  };
  links_ = around_.between.enter(which_, world_.system());
  others_ = std::make_unique<peers>(world_.system(), world_.running().routes(), *links_, changed,
                                    world_.running().shared_clock());
  member_ports ports;
  ports.connect = [this]() -> journal_result<std::unique_ptr<membership>> {
    return std::make_unique<reached_tables>(*this, around_.tables.connect());
  };
  ports.order = [this](partition_id id, place_order what) { world_.order(id, std::move(what)); };
  ports.link_to = [this](const node_id& self, const std::vector<node_row>& others) {
    others_->know(self, others);
  };
  ports.peer_of = [this](const node_id& who) { return others_->find(who); };
  member_->start_by_hand(std::move(ports), name_of(which_));
  turn_at(now);
  return true;
}

void cluster_node::crash() {
  if (!runs()) return;
  ++life_;
  turn_at_.reset();
  around_.between.leave(which_);
  // From here on nothing may be answered.
  member_.reset();
  others_.reset();
  links_.reset();
  world_.crash();
  at_ = around_.coming.now();
}

void cluster_node::pause(sim_time length) {
  paused_until_ = std::max(paused_until_, around_.coming.now() + length);
  around_.between.silence(which_, length);
}

void cluster_node::drain(bool draining) {
  const auto tables = around_.tables.connect();
  const auto seen = tables->read();
  if (!seen) return;
  for (const auto& row : seen->nodes)
    if (row.id.name == name_of(which_)) (void)tables->set_draining(row.id, draining);
}

void cluster_node::calm() {
  paused_until_ = away_until_ = {};
  drain(false);
  if (runs()) turn_at(around_.coming.now());
}

// --- its time -----------------------------------------------------------------------------------

void cluster_node::move_to(sim_time now) {
  if (!runs() || now == at_) return;
  world_.advance(now - std::exchange(at_, now));
}

boot_time cluster_node::boot_now() const {
  const auto passed = std::chrono::nanoseconds{around_.coming.now()} / 1000 * (1000 + drift_);
  return boot_time{std::chrono::hours{1} + passed};
}

/// As its thread is woken.
void cluster_node::look_after_turn() {
  const auto wait = std::chrono::ceil<sim_time>(member_->until_turn());
  const auto when = around_.coming.now() + wait;
  if (!turn_at_ || when < *turn_at_) turn_at(when);
}

void cluster_node::turn_at(sim_time when) {
  turn_at_ = when;
  around_.coming.at(when, [this, when, life = life_] {
    if (life != life_ || turn_at_ != when) return;
    if (is_paused()) return turn_at(paused_until_);
    turn();
  });
}

void cluster_node::turn() {
  turn_at_.reset();
  member_->turn();
  if (member_->has_quit()) return ended_();
  look_after_turn();
}

}  // namespace rentwave::simulation
