// Two nodes over one journal, with a link each way: partitions go from one to the other and back,
// under load, and nobody who asks notices.
#include <gtest/gtest.h>

#include "tests/runtime/market.hpp"
#include "tests/runtime/relay.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;
using placing = place_order::placing;

constexpr int partitions = 4;

/// A market on the first node, and a second one, which nobody asks but through the first.
class two_nodes {
 public:
  explicit two_nodes(std::mt19937_64* dice = nullptr) {
    if (dice) m.world.shuffle(dice);
    auto options = market::small();
    options.name = "second";
    options.threads = false;
    options.opens_all = false;
    options.real_time = [this] { return m.world.real_now(); };
    options.door_moved = [this](partition_id id, door_state is) { there_[id] = is; };
    second_ = *node::start(m.world.system(), m.world.journal(), std::move(options));
    link_there_ = spawn_relay(m.world.system(), m.world.running().routes(), second_->routes());
    link_back_ = spawn_relay(m.world.system(), second_->routes(), m.world.running().routes());
    for (partition_id id = 0; id < partitions; ++id)
      order_there(id, {placing::elsewhere, {}, link_back_});
  }
  ~two_nodes() {
    m.world.run();
    link_there_ = link_back_ = nullptr;
    second_->stop();
    m.world.run();
    second_.reset();
  }

  void order_there(partition_id id, place_order what) {
    const auto& door = second_->routes()->partitions.at(static_cast<std::size_t>(id));
    caf::anon_send(door, std::move(what));
  }
  /// As two drivers do it, each in its turn, with something to do for others in between.
  void move_there(partition_id id) {
    m.world.order(id, {placing::close});
    run_some();
    order_there(id, {placing::nowhere});
    m.world.run();
    EXPECT_EQ(m.world.state_of(id), door_state::nowhere);
    order_there(id, {placing::open, "second.1"});
    run_some();
    m.world.order(id, {placing::elsewhere, {}, link_there_});
    m.world.run();
    EXPECT_EQ(there_[id], door_state::open);
  }
  void move_back(partition_id id) {
    order_there(id, {placing::close});
    run_some();
    m.world.order(id, {placing::nowhere});
    m.world.run();
    EXPECT_EQ(there_[id], door_state::nowhere);
    m.world.order(id, {placing::open, "first.1"});
    run_some();
    order_there(id, {placing::elsewhere, {}, link_back_});
    m.world.run();
    EXPECT_EQ(m.world.state_of(id), door_state::open);
  }
  void cut_link() {
    caf::anon_send_exit(link_there_, caf::exit_reason::kill);
    link_there_ = spawn_relay(m.world.system(), m.world.running().routes(), second_->routes());
  }
  const caf::actor& link_there() const { return link_there_; }
  void run_some() {
    for (int i = 0; i < 20 && m.world.step(); ++i) {
    }
  }

  market m;

 private:
  std::map<partition_id, door_state> there_;
  std::unique_ptr<node> second_;
  caf::actor link_there_;
  caf::actor link_back_;
};

/// Somebody who keeps paying in, whatever happens.
struct payer {
  two_nodes& nodes;
  account_id who;
  std::vector<pending<outcome>> sent{};
  std::int64_t cents = 0;

  void pay() {
    auto& m = nodes.m;
    const wallet::top_up command{who, m.fresh<payment_id>(), {7}};
    sent.push_back(
        m.world.send(wallet_ref(who), wallet::command{command}, m.world.fresh_id(), who));
    cents += 7;
  }
  void expect_all_paid() const {
    for (const auto& one : sent) {
      ASSERT_TRUE(one.value());
      EXPECT_TRUE(std::holds_alternative<accepted>(*one.value()));
    }
    EXPECT_EQ(nodes.m.wallet(who).balance, money{cents});
  }
};

TEST(Hand_over, under_load_is_noticed_by_nobody) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 dice{seed};
    two_nodes nodes{&dice};
    std::vector<payer> payers;
    for (int i = 0; i < 8; ++i)
      payers.push_back({nodes, nodes.m.person("payer" + std::to_string(i))});
    const auto pay_all = [&] {
      for (auto& one : payers) one.pay();
      nodes.run_some();
    };
    for (partition_id id = 0; id < partitions; ++id) {
      pay_all();
      nodes.move_there(id);
      pay_all();
    }
    for (partition_id id = 0; id < partitions; ++id) {
      pay_all();
      nodes.move_back(id);
      pay_all();
    }
    nodes.m.pass(2s);
    for (const auto& one : payers) one.expect_all_paid();
  }
}

TEST(Hand_over, does_not_hold_up_sagas_between_nodes) {
  two_nodes nodes;
  auto& m = nodes.m;
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  nodes.move_there(1);
  nodes.move_there(3);
  const auto rental = m.rent(listing, 1h);
  m.pass(1s);
  EXPECT_EQ(m.rental(rental).now, rental::status::active);
  nodes.move_back(1);
  nodes.move_there(0);
  m.pass(90min);
  EXPECT_EQ(m.rental(rental).receipts.size(), 1u);
  EXPECT_TRUE(m.accepts(rental_ref(rental), rental::command{rental::give_back{}}, m.renter));
  EXPECT_TRUE(m.accepts(rental_ref(rental), rental::command{rental::confirm{}}, m.owner));
  m.pass(1s);
  EXPECT_EQ(m.rental(rental).now, rental::status::completed);
  EXPECT_EQ(m.wallet(m.owner).balance, (money{250 + 300}));
}

TEST(Hand_over, goes_on_when_a_link_is_lost) {
  two_nodes nodes;
  auto& m = nodes.m;
  for (partition_id id = 0; id < partitions; ++id) nodes.move_there(id);
  payer one{nodes, m.renter};
  one.pay();
  nodes.run_some();
  nodes.cut_link();
  m.world.run();
  one.pay();
  m.world.run();
  for (partition_id id = 0; id < partitions; ++id)
    m.world.order(id, {placing::elsewhere, {}, nodes.link_there()});
  m.pass(1s);
  one.expect_all_paid();
}

}  // namespace
}  // namespace rentwave::testing
