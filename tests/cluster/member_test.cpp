// Members by their real threads and clocks over one table in memory. Their doors are played by a
// thread that does what it is told, unless the test holds it up; leases are short.
#include "cluster/member.hpp"

#include <gmock/gmock.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <future>
#include <set>

#include "cluster/process.hpp"
#include "persistence/memory/membership.hpp"
#include "tests/cluster/places.hpp"
#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_cluster {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::SizeIs;
using testing_journal::failure;
using testing_journal::value;

constexpr auto lease = 400ms;
constexpr auto patience = 30s;  // on a busy machine
constexpr std::size_t partitions = 4;

/// All that a member tells its doors, and what they do about it.
class played_doors {
 public:
  explicit played_doors(std::function<void(partition_id, door_state)> tell)
      : tell_(std::move(tell)), thread_([this](const std::stop_token& stop) { play(stop); }) {}
  ~played_doors() {
    thread_.request_stop();
    changed_.notify_all();
  }

  void take(partition_id which, place_order order) {
    const std::lock_guard held(mutex_);
    owners_[which] = order.what == placing::open ? order.owner : owners_[which];
    orders_.emplace_back(which, std::move(order));
    changed_.notify_all();
  }
  /// While it is so, they do none of these.
  void hold_up(place_order::placing what, bool holds) {
    const std::lock_guard held(mutex_);
    held_up_[what] = holds;
    changed_.notify_all();
  }
  /// As when another owner has it in the journal.
  void lose(partition_id which) { move(which, door_state::nowhere); }
  std::map<partition_id, door_state> states() const {
    const std::lock_guard held(mutex_);
    return states_;
  }
  std::set<std::string> owners() const {
    const std::lock_guard held(mutex_);
    std::set<std::string> all;
    for (const auto& [which, owner] : owners_) all.insert(owner);
    return all;
  }
  std::size_t count(door_state state) const {
    const auto all = states();
    return static_cast<std::size_t>(
        std::ranges::count(all, state, [](const auto& one) { return one.second; }));
  }

 private:
  using placing = place_order::placing;

  void play(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::unique_lock held(mutex_);
      const auto is_next = [this](const auto& one) { return !held_up_[one.second.what]; };
      changed_.wait(held, stop, [&] { return std::ranges::any_of(orders_, is_next); });
      const auto next = std::ranges::find_if(orders_, is_next);
      if (next == orders_.end()) continue;
      const auto [which, order] = *next;
      orders_.erase(next);
      held.unlock();
      follow(which, order);
    }
  }
  void follow(partition_id which, const place_order& order) {
    switch (order.what) {
      case placing::open:
        move(which, door_state::opening);
        return move(which, door_state::open);
      case placing::elsewhere:
        return move(which, door_state::elsewhere);
      case placing::close:
      case placing::cut:
      case placing::nowhere:
      case placing::unreachable:
        return move(which, door_state::nowhere);
    }
  }
  void move(partition_id which, door_state to) {
    {
      const std::lock_guard held(mutex_);
      if (std::exchange(states_[which], to) == to) return;
    }
    tell_(which, to);
  }

  const std::function<void(partition_id, door_state)> tell_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::pair<partition_id, place_order>> orders_;
  std::map<placing, bool> held_up_;
  std::map<partition_id, door_state> states_;
  std::map<partition_id, std::string> owners_;
  std::jthread thread_;
};

class Member : public testing::Test {
 protected:
  /// A system ends when its last actor has.
  ~Member() override {
    nodes_.clear();
    for (const auto& [name, peer] : peers_)
      caf::anon_send_exit(peer, caf::exit_reason::user_shutdown);
  }

  struct played_node {
    explicit played_node(steward_options options)
        : self(std::move(options)),
          doors([this](partition_id which, door_state to) { self.door_moved(which, to); }) {}

    std::atomic<bool> was_told_to_end = false;
    member self;
    played_doors doors;
  };

  steward_options options(const std::string& name, boot_clock::duration length = lease) {
    steward_options made;
    made.name = name;
    made.profile.process = this_process();
    made.partitions = partitions;
    made.terms = terms_of(length);
    made.hand_over_time = 500ms;
    return made;
  }
  played_node& start(steward_options how) {
    const auto name = how.name;
    auto& one = *(nodes_[name] = std::make_unique<played_node>(std::move(how)));
    member_ports ports;
    ports.connect = [this] {
      return journal_result<std::unique_ptr<membership>>{tables_.connect()};
    };
    ports.order = [&one](partition_id which, place_order order) {
      one.doors.take(which, std::move(order));
    };
    ports.peer_of = [this](const node_id& who) {
      return are_linked_ ? peers_[who.name] : caf::actor{};
    };
    ports.replaced = [&one] { one.was_told_to_end = true; };
    for (const auto* each : {"a", "b", "c"})
      if (!peers_[each])
        peers_[each] = system_.spawn([](caf::event_based_actor* self) -> caf::behavior {
          return {[self](int) { self->quit(); }};
        });
    one.self.start(std::move(ports), name + ":4711");
    return one;
  }
  played_node& start(const std::string& name) { return start(options(name)); }
  played_node& node(const std::string& name) { return *nodes_.at(name); }
  void crash(const std::string& name) { nodes_.erase(name); }

  bool comes_true(const std::function<bool()>& it) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!it()) {
      if (std::chrono::steady_clock::now() > until) return false;
      std::this_thread::yield();
    }
    return true;
  }
  bool becomes_ready(played_node& one) {
    return comes_true([&] { return one.self.is_ready(); });
  }
  bool has_open(played_node& one, std::size_t count) {
    // So many are its own, too: it is not on its way from none to all.
    return comes_true([&] {
      const auto seen = one.self.view();
      const auto self = std::ranges::find_if(seen.nodes, &member_view::node::is_here);
      return self != seen.nodes.end() && self->owned == count &&
             one.doors.count(door_state::open) == count;
    });
  }
  cluster_tables tables() { return value(tables_.connect()->read()); }
  std::vector<std::string> owners() { return text_of(tables().partitions); }
  void cut_off_the_database(bool is_cut_off) {
    tables_.on_call([is_cut_off](membership_call) {
      return is_cut_off ? membership_fault::unavailable : membership_fault::none;
    });
  }

  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  memory_membership tables_;
  std::atomic<bool> are_linked_ = true;
  std::map<std::string, caf::actor> peers_;
  std::map<std::string, std::unique_ptr<played_node>> nodes_;
};

TEST_F(Member, alone_opens_everything_and_is_ready_then) {
  auto& a = start("a");
  EXPECT_TRUE(becomes_ready(a));
  EXPECT_TRUE(a.self.may_answer());
  EXPECT_EQ(a.doors.count(door_state::open), partitions);
  const auto seen = tables();
  EXPECT_THAT(a.doors.owners(), Each(to_string(seen.nodes.at(0).id)));
  EXPECT_EQ(seen.nodes.at(0).profile.address, "a:4711");
  EXPECT_THAT(owners(), Each("a"));
}

TEST_F(Member, is_not_ready_before_its_partitions_are_open) {
  auto& a = start("a");
  a.doors.hold_up(place_order::placing::open, true);
  EXPECT_TRUE(comes_true([&] { return owners().size() == partitions; }));
  EXPECT_FALSE(a.self.is_ready());
  a.doors.hold_up(place_order::placing::open, false);
  EXPECT_TRUE(becomes_ready(a));
}

TEST_F(Member, is_not_ready_before_it_reaches_all_others) {
  are_linked_ = false;
  EXPECT_TRUE(becomes_ready(start("a")));
  auto& b = start("b");
  EXPECT_TRUE(has_open(b, 2));
  EXPECT_FALSE(b.self.is_ready());
  are_linked_ = true;
  b.self.look_again();
  EXPECT_TRUE(becomes_ready(b));
  EXPECT_EQ(b.doors.count(door_state::elsewhere), 2U);
}

TEST_F(Member, gets_its_share_from_those_who_have_more) {
  EXPECT_TRUE(becomes_ready(start("a")));
  EXPECT_TRUE(has_open(start("b"), 2));
  EXPECT_TRUE(comes_true([&] { return node("a").doors.count(door_state::elsewhere) == 2; }));
  EXPECT_EQ(node("a").doors.count(door_state::open), 2U);
  EXPECT_TRUE(node("a").self.is_ready()) << "all the time";
  EXPECT_TRUE(becomes_ready(node("b")));
}

TEST_F(Member, that_dies_is_replaced_when_its_lease_is_over) {
  start("a");
  EXPECT_TRUE(has_open(start("b"), 2));
  crash("a");
  EXPECT_TRUE(has_open(node("b"), partitions));
  EXPECT_THAT(tables().nodes, SizeIs(1));
}

TEST_F(Member, need_not_wait_for_the_lease_of_a_dead_process) {
  auto dead = options("dead", 10min);
  dead.profile.process = this_process();
  auto& last = dead.profile.process.back();
  last = last == '0' ? '1' : '0';  // its PID has another by now
  const auto by = tables_.connect();
  partition_table table;
  table.places.resize(partitions, {value(by->join("dead", dead.profile, {})), {}});
  value(by->publish(table, {}));
  EXPECT_TRUE(becomes_ready(start(options("a", 10min))));
  EXPECT_THAT(tables().nodes, SizeIs(1));
}

TEST_F(Member, opens_again_what_was_lost) {
  auto& a = start("a");
  EXPECT_TRUE(becomes_ready(a));
  a.doors.lose(1);
  EXPECT_TRUE(has_open(a, partitions));
}

TEST_F(Member, cuts_off_what_does_not_close_in_time) {
  auto& a = start("a");
  EXPECT_TRUE(becomes_ready(a));
  a.doors.hold_up(place_order::placing::close, true);
  EXPECT_TRUE(has_open(start("b"), 2));
}

TEST_F(Member, stops_answering_without_the_tables_and_goes_on_with_them) {
  auto& a = start("a");
  EXPECT_TRUE(becomes_ready(a));
  cut_off_the_database(true);
  EXPECT_TRUE(comes_true([&] { return !a.self.may_answer(); }));
  EXPECT_FALSE(a.self.is_ready());
  cut_off_the_database(false);
  EXPECT_TRUE(becomes_ready(a));
  EXPECT_EQ(a.doors.count(door_state::open), partitions) << "nobody took them";
}

TEST_F(Member, whose_name_another_has_drops_everything_and_is_told_to_end) {
  auto& a = start("a");
  EXPECT_TRUE(becomes_ready(a));
  value(tables_.connect()->join("a", {}, {}));
  EXPECT_TRUE(comes_true([&] { return a.was_told_to_end.load(); }));
  EXPECT_TRUE(a.self.will_not_join());
  EXPECT_EQ(a.doors.count(door_state::open), 0U);
  EXPECT_FALSE(a.self.is_ready());
}

TEST_F(Member, that_cannot_read_what_is_in_the_journal_is_told_to_end) {
  tables_.on_call([](membership_call call) {
    return call == membership_call::join ? membership_fault::too_new : membership_fault::none;
  });
  auto& a = start("a");
  EXPECT_TRUE(comes_true([&] { return a.was_told_to_end.load(); }));
  EXPECT_TRUE(a.self.will_not_join());
  EXPECT_FALSE(a.self.is_ready());
  EXPECT_THAT(tables().nodes, SizeIs(0));
}

TEST_F(Member, holds_back_what_another_cannot_read_while_that_is_there) {
  const auto by = tables_.connect();
  const auto older = value(by->join("older", {"o:1", {}, "0", {"rent.late"}}, {}));
  auto& a = start("a");
  EXPECT_TRUE(comes_true([&] {
    value(by->renew(older));
    return a.self.held_back() && tables().nodes.size() == 2;
  }));
  EXPECT_TRUE(a.self.held_back()->contains("rent.lost"));
  EXPECT_FALSE(a.self.held_back()->contains("rent.late"));
  value(by->leave(older));
  EXPECT_TRUE(comes_true([&] { return !a.self.held_back(); }));
}

TEST_F(Member, drains_and_stays_a_member) {
  start("a");
  auto& b = start("b");
  EXPECT_TRUE(has_open(b, 2));
  b.self.drain();
  EXPECT_TRUE(b.self.wait_until_drained(patience));
  EXPECT_EQ(b.doors.count(door_state::open), 0U);
  EXPECT_TRUE(has_open(node("a"), partitions));
  EXPECT_THAT(tables().nodes, SizeIs(2));
  EXPECT_TRUE(comes_true([&] { return b.doors.count(door_state::elsewhere) == partitions; }));
}

TEST_F(Member, drains_though_the_tables_fail_when_it_is_told_to) {
  start("a");
  auto& b = start("b");
  EXPECT_TRUE(has_open(b, 2));
  std::atomic<int> tries = 0;
  tables_.on_call([&tries](membership_call call) {
    const bool fails = call == membership_call::set_draining && ++tries < 3;
    return fails ? membership_fault::unavailable : membership_fault::none;
  });
  b.self.drain();
  EXPECT_TRUE(comes_true([&] { return tries == 3; }));
  EXPECT_TRUE(b.self.wait_until_drained(patience));
  EXPECT_EQ(b.doors.count(door_state::open), 0U);
  cut_off_the_database(false);
}

TEST_F(Member, does_not_hurry_while_the_tables_take_nothing) {
  member self{options("a", 5s)};
  member_ports ports;
  ports.connect = [this] { return journal_result<std::unique_ptr<membership>>{tables_.connect()}; };
  self.start_by_hand(std::move(ports), "a:4711");
  tables_.on_call([](membership_call call) {
    return call == membership_call::join ? membership_fault::unavailable : membership_fault::none;
  });
  self.turn();
  EXPECT_GE(self.until_turn(), 100ms);
  cut_off_the_database(false);
  self.turn();
  EXPECT_LT(self.until_turn(), 100ms) << "what is free is taken at once";
}

TEST_F(Member, drains_though_it_is_told_to_before_it_has_joined) {
  EXPECT_TRUE(becomes_ready(start("a")));
  auto& b = start("b");
  b.self.drain();
  EXPECT_TRUE(comes_true([&] {
    const auto nodes = tables().nodes;
    return nodes.size() == 2 && nodes[1].draining;
  }));
  EXPECT_TRUE(has_open(node("a"), partitions));
}

TEST_F(Member, need_not_drain_where_nobody_else_is) {
  auto& a = start("a");
  EXPECT_TRUE(becomes_ready(a));
  a.self.drain();
  EXPECT_TRUE(a.self.wait_until_drained(patience));
  EXPECT_EQ(a.doors.count(door_state::open), partitions);
}

TEST_F(Member, leaves_what_it_has_to_whoever_comes) {
  auto& a = start("a");
  EXPECT_TRUE(becomes_ready(a));
  a.self.leave();
  EXPECT_TRUE(a.self.wait_until_left(patience));
  EXPECT_EQ(a.doors.count(door_state::open), 0U);
  EXPECT_THAT(tables().nodes, SizeIs(0));
  EXPECT_THAT(owners(), Each("-"));
  EXPECT_FALSE(a.was_told_to_end) << "by somebody else";
}

TEST_F(Member, cannot_leave_without_the_tables_and_says_so) {
  auto& a = start("a");
  EXPECT_TRUE(becomes_ready(a));
  cut_off_the_database(true);
  a.self.leave();
  EXPECT_FALSE(a.self.wait_until_left(patience));
}

TEST_F(Member, waits_for_no_hand_over_without_the_tables) {
  auto& a = start("a");
  EXPECT_TRUE(becomes_ready(a));
  EXPECT_TRUE(has_open(start("b"), 2));
  cut_off_the_database(true);
  a.self.drain();
  EXPECT_FALSE(a.self.wait_until_drained(std::chrono::hours{1}));
}

TEST_F(Member, shows_operators_who_is_there_and_what_would_move) {
  EXPECT_TRUE(becomes_ready(start("a")));
  auto& b = start("b");
  EXPECT_TRUE(has_open(b, 2));
  EXPECT_TRUE(comes_true([&] {
    const auto seen = b.self.view();
    return seen.nodes.size() == 2 && seen.nodes[0].how == judgement::renewing;
  }));
  const auto seen = b.self.view();
  EXPECT_FALSE(seen.nodes[0].is_here);
  EXPECT_TRUE(seen.nodes[1].is_here);
  EXPECT_EQ(seen.nodes[1].owned, 2U);
  EXPECT_EQ(seen.nodes[1].coming, 0U);
  EXPECT_THAT(b.self.plan_drain("a").value(), SizeIs(2));
  EXPECT_EQ(b.self.plan_drain("c"), std::nullopt);
}

TEST_F(Member, drains_others_as_an_operator_wants) {
  start("a");
  auto& b = start("b");
  EXPECT_TRUE(has_open(b, 2));
  const auto drain = [&](const std::string& name, bool draining) {
    std::promise<journal_result<void>> promise;
    b.self.set_draining(name, draining, [&](const auto& done) { promise.set_value(done); });
    return promise.get_future().get();
  };
  EXPECT_TRUE(drain("a", true));
  EXPECT_TRUE(has_open(b, partitions));
  EXPECT_TRUE(drain("a", false));
  EXPECT_TRUE(has_open(node("a"), 2));
  EXPECT_EQ(failure(drain("c", true)), journal_errc::not_found);
  b.self.leave();
  EXPECT_TRUE(b.self.wait_until_left(patience));
  EXPECT_EQ(failure(drain("a", true)), journal_errc::unavailable);
}

}  // namespace
}  // namespace rentwave::testing_cluster
