// What stands in the way of who leaves.
#include "actors/runtime/estates.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/runtime/market.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

bool has_happened(market& m, std::string_view type, const entity_ref& to) {
  return std::ranges::any_of(m.world.journal().all_events(), [&](const auto& event) {
    return event.type == type && event.entity == to;
  });
}

bool may_leave(market& m, account_id who) {
  const auto connection = *m.world.journal().connect();
  const auto said = check_nothing_open(*connection, {who});
  EXPECT_TRUE(said) << said.error().detail;
  return std::holds_alternative<accepted>(*said);
}

/// A rental for later, and its renter, who is to lose half of the rent by cancelling it.
rental_id booked_with_a_fee(market& m) {
  auto content = sample_book();
  content.terms.cancellation = cancellation_policy::moderate;
  m.top_up(m.renter, {10'000});
  const auto id = m.book(m.advertise(content), m.renter, m.world.now() + 3h, 2h);
  m.world.run();
  return id;
}

TEST(Estate, is_not_closed_while_a_cancellation_fee_is_on_its_way) {
  market m;
  const auto rental = booked_with_a_fee(m);
  EXPECT_FALSE(may_leave(m, m.owner)) << "it is booked";
  m.world.send(rental_ref(rental), rental::command{rental::cancel{}}, m.world.fresh_id(), m.renter);
  int on_its_way = 0;
  while (m.world.step()) {
    const bool is_over = has_happened(m, "rent.cancel", rental_ref(rental));
    const bool has_come = has_happened(m, "wallet.receive", wallet_ref(m.owner));
    EXPECT_EQ(may_leave(m, m.owner), has_come);
    on_its_way += is_over && !has_come;
  }
  EXPECT_GT(on_its_way, 0);
  EXPECT_EQ(m.wallet(m.owner).balance, (money{250}));
  EXPECT_TRUE(may_leave(m, m.owner));
}

TEST(Estate, does_not_wait_for_what_was_cancelled_free_of_charge) {
  market m;
  const auto rental = booked_with_a_fee(m);
  EXPECT_TRUE(m.accepts(rental_ref(rental), rental::command{rental::cancel{}}, m.owner));
  m.world.run();
  EXPECT_TRUE(may_leave(m, m.owner));
  EXPECT_EQ(m.wallet(m.owner).balance, money{});
}

}  // namespace
}  // namespace rentwave::testing
