// What a node says while its lease is over: nothing.
#include <gtest/gtest.h>

#include "tests/runtime/market.hpp"
#include "tests/runtime/throwing_machine.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;
using placing = place_order::placing;

struct Lease : ::testing::Test {
  std::shared_ptr<bool> lasts = std::make_shared<bool>(true);
  node_options options() {
    auto made = market::small();
    made.may_answer = [lasts = lasts] { return *lasts; };
    return made;
  }
  market m{options()};
  entity_ref purse = wallet_ref(m.renter);
};

TEST_F(Lease, that_is_over_lets_nothing_out) {
  m.top_up(m.renter, {500});
  const auto give = [&](std::int64_t cents, command_id id) {
    const wallet::withdraw command{m.renter, derive_id<payment_id>(id, "out"), {cents}};
    auto waiting = m.world.send(purse, wallet::command{command}, id, m.renter, m.world.now());
    m.world.run();
    return waiting;
  };
  const auto id = m.world.fresh_id();
  *lasts = false;
  EXPECT_EQ(code_of(give(200, id)), runtime_errc::unavailable);
  EXPECT_EQ(code_of(give(9'000, m.world.fresh_id())), runtime_errc::unavailable) << "a refusal";
  const auto view = m.world.query(purse);
  const auto settled = m.world.query(purse, true);
  m.world.run();
  EXPECT_EQ(code_of(view), runtime_errc::unavailable);
  EXPECT_EQ(code_of(settled), runtime_errc::unavailable);

  *lasts = true;
  EXPECT_TRUE(is_accepted(give(200, id))) << "the same, with one effect";
  m.pass(30s);
  EXPECT_EQ(m.wallet(m.renter).balance, (money{300}));
}

TEST_F(Lease, that_ended_before_a_want_was_sent_holds_it_up_no_longer_than_until_the_next_owner) {
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  m.world.journal().on_append([this](std::uint64_t) {
    *lasts = false;
    return append_fault::none;
  });
  const auto rental = m.rent(listing, 1h);
  m.world.journal().on_append({});
  *lasts = true;
  m.world.run();
  EXPECT_EQ(m.rental(rental).now, rental::status::pending);
  m.world.hand_over_all(placing::close);
  m.world.run();  // and no time passes
  EXPECT_EQ(m.rental(rental).now, rental::status::active);
}

TEST_F(Lease, that_is_over_makes_nobody_wait_for_the_journal) {
  m.top_up(m.renter, {500});
  std::uint64_t appends = 0;
  m.world.journal().on_append([&](std::uint64_t) {
    ++appends;
    return append_fault::none;
  });
  const auto ask = [&] {
    const auto id = m.world.fresh_id();
    const wallet::top_up command{m.renter, derive_id<payment_id>(id, "in"), {100}};
    auto waiting = m.world.send(purse, wallet::command{command}, id, m.renter, m.world.now());
    m.world.run();
    return code_of(waiting);
  };
  *lasts = false;
  EXPECT_EQ(ask(), runtime_errc::unavailable);
  EXPECT_EQ(appends, 0u);
}

TEST_F(Lease, that_is_over_makes_nobody_wait_for_a_partition) {
  const auto home = partition_of(purse, 4);
  m.world.order(home, {place_order::placing::close});
  m.world.run();
  const auto waited = m.world.query(purse);
  m.pass(1s);
  EXPECT_FALSE(waited.done()) << "somebody may take it";
  *lasts = false;
  m.pass(1s);
  EXPECT_EQ(code_of(waited), runtime_errc::unavailable) << "and it would not be known here";
  const auto question = m.world.query(purse);
  m.world.run();
  EXPECT_EQ(code_of(question), runtime_errc::unavailable);
}

TEST_F(Lease, that_is_over_lets_nobody_watch) {
  const auto to = m.world.routes().find(purse);
  pending<watch_ptr> waiting;
  *lasts = false;
  m.world.system().spawn([waiting, to, purse = purse](caf::event_based_actor* self) {
    self->request(to, caf::infinite, watch_request{{purse}})
        .then([waiting](const watch_ptr& said) { waiting.slot->emplace(said); },
              [waiting](const caf::error& why) { waiting.slot->emplace(why); });
  });
  m.world.run();
  EXPECT_EQ(code_of(waiting), runtime_errc::unavailable);
}

}  // namespace
}  // namespace rentwave::testing
