// The rental story over real actors, without HTTP: sagas, alarms, crashes.
#include <gtest/gtest.h>

#include "tests/runtime/market.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

TEST(Story, of_a_rental_that_is_late_once_is_paid_to_the_cent) {
  market m;
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  const auto rental = m.rent(listing, 2h);
  EXPECT_EQ(m.rental(rental).now, rental::status::active);
  EXPECT_EQ(m.wallet(m.renter).balance, (money{10'000 - 2 * 250 - 2'000}));

  m.pass(2h + 20min);  // grace is 15 minutes
  EXPECT_EQ(m.rental(rental).now, rental::status::late);
  EXPECT_EQ(m.rental(rental).receipts.size(), 1u);

  EXPECT_TRUE(m.accepts(rental_ref(rental), rental::command{rental::give_back{}}, m.renter));
  EXPECT_TRUE(m.accepts(rental_ref(rental), rental::command{rental::confirm{}}, m.owner));
  m.world.look(rental_ref(rental), true);
  EXPECT_EQ(m.rental(rental).now, rental::status::completed);
  EXPECT_EQ(m.wallet(m.owner).balance, (money{2 * 250 + 300}));
  EXPECT_EQ(m.wallet(m.renter).balance, (money{10'000 - 2 * 250 - 300}));
}

TEST(Story, goes_on_after_a_crash_at_any_point) {
  market m;
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  m.world.crash();
  m.world.start();
  const auto rental = m.rent(listing, 2h);
  m.world.crash();
  m.world.start();
  m.pass(1h + 50min);
  m.world.crash();
  m.world.start();
  m.pass(1h + 30min);  // due + 1 h 20 min: two periods
  EXPECT_EQ(m.rental(rental).receipts.size(), 2u);
}

TEST(Race, of_two_hundred_renters_has_one_winner_and_moves_no_other_money) {
  market m;
  const auto listing = m.advertise();
  std::vector<account_id> renters;
  std::vector<rental_id> rentals;
  for (int i = 0; i < 200; ++i) {
    renters.push_back(m.person("renter" + std::to_string(i)));
    m.top_up(renters.back(), {10'000});
  }
  for (const auto& renter : renters) rentals.push_back(m.ask_for(listing, renter, 2h));
  m.world.run();
  int won = 0;
  for (std::size_t i = 0; i < rentals.size(); ++i) {
    const auto state = m.rental(rentals[i]);
    if (state.now == rental::status::active) {
      ++won;
      continue;
    }
    EXPECT_EQ(state.now, rental::status::rejected);
    EXPECT_EQ(state.rejection->code, refusal_code::not_available);
    EXPECT_EQ(m.wallet(renters[i]).balance, (money{10'000}));
  }
  EXPECT_EQ(won, 1);
}

TEST(Notifier, tells_the_owner_once_even_when_it_is_killed_before_its_offset_is_written) {
  market m;
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  m.rent(listing, 2h);
  EXPECT_EQ(m.inbox(m.owner).last, 1);
  // The offset is written half a second later: not yet.
  m.world.crash();
  m.world.start();
  m.pass(5s);
  EXPECT_EQ(m.inbox(m.owner).last, 1);
}

}  // namespace
}  // namespace rentwave::testing
