// The rental story over real actors, without HTTP: sagas, alarms, crashes.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "tests/runtime/interrupted.hpp"

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

class interrupted_story : public interrupted<> {
 public:
  using interrupted::interrupted;

  void play() {
    const listing_id listing = m_.fresh<listing_id>();
    rental::request asked;
    asked.id = m_.fresh<rental_id>();
    asked.listing = listing;
    asked.renter = m_.renter;
    asked.length = duration{2h};
    const auto rental = rental_ref(asked.id);
    persist(listing_ref(listing), listing::command{listing::post{listing, m_.owner, sample_book()}},
            m_.owner);
    persist(wallet_ref(m_.renter),
            wallet::command{wallet::top_up{m_.renter, m_.fresh<payment_id>(), {10'000}}},
            m_.renter);
    pass(1min);
    persist(rental, rental::command{asked}, m_.renter);
    pass(2h + 10min);
    pass(1h);  // due + 1 h 10 min: two periods
    persist(rental, rental::command{rental::give_back{}}, m_.renter);
    persist(rental, rental::command{rental::confirm{}}, m_.owner);
    pass(5min);
    EXPECT_EQ(m_.rental(asked.id).now, rental::status::completed);
    EXPECT_EQ(m_.rental(asked.id).receipts.size(), 2u);
    EXPECT_TRUE(m_.rental(asked.id).owed.empty());
    EXPECT_EQ(m_.wallet(m_.owner).balance, (money{2 * 250 + 2 * 300}));
    EXPECT_EQ(m_.wallet(m_.renter).balance, (money{10'000 - 2 * 250 - 2 * 300}));
    EXPECT_EQ(m_.listing(listing).bookings.size(), 0u);
    // Booked, late, returned, completed.
    EXPECT_EQ(m_.inbox(m_.owner).last, 4);
  }

 private:
  void pass(duration real) { interrupted::pass(real, 5min); }
};

TEST(Story, goes_on_after_a_crash_at_any_point) {
  play_over<interrupted_story>(interruption::crash);
}
TEST(Story, does_not_notice_a_hand_over_at_any_point) {
  play_over<interrupted_story>(interruption::hand_over);
}
TEST(Story, goes_on_after_it_was_cut_off_at_any_point) {
  play_over<interrupted_story>(interruption::cut);
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

/// Counts how often each type of event was handled.
struct counted_notifier {
  std::map<std::string, int> handled;
  std::function<void(const stored_event&)> before = [](const stored_event&) {};

  node_options options() {
    auto made = market::small();
    auto& one = made.subscriptions.at(0);
    one.handle = [this, inner = one.handle](const stored_event& event) {
      ++handled[event.type];
      before(event);
      return inner(event);
    };
    return made;
  }
};

std::int64_t offset_in(market& m, partition_id of) {
  return *(*m.world.journal().connect())->offset(of, "notifier");
}

TEST(Subscription, killed_between_effect_and_offset_has_its_effect_once) {
  counted_notifier notifier;
  market m{notifier.options()};
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  m.pass(5s);
  const auto rental = m.rent(listing, 2h);
  EXPECT_EQ(m.inbox(m.owner).last, 1);
  // The effect is there; the offset is written half a second later.
  const auto home = partition_of(rental_ref(rental), 4);
  const auto events = m.world.journal().all_events();
  const auto event = std::ranges::find(events, "rent.book", &stored_event::type);
  ASSERT_NE(event, events.end());
  EXPECT_LT(offset_in(m, home), event->position);
  EXPECT_EQ(notifier.handled["rent.book"], 1);
  m.world.crash();
  m.world.start();
  m.pass(5s);
  EXPECT_EQ(notifier.handled["rent.book"], 2);
  EXPECT_EQ(m.inbox(m.owner).last, 1);
  EXPECT_GE(offset_in(m, home), event->position);
}

TEST(Subscription, whose_handler_throws_what_nobody_expects_tries_that_event_again) {
  counted_notifier notifier;
  market m{notifier.options()};
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  m.pass(5s);
  bool thrown = false;
  // Booked and started come together: the one has had its effect when the other one fails.
  notifier.before = [&](const stored_event& event) {
    if (event.type != "rent.start" || std::exchange(thrown, true)) return;
    EXPECT_LT(offset_in(m, event.partition), event.position - 1);
    throw 42;
  };
  m.rent(listing, 2h);
  m.pass(5s);
  EXPECT_TRUE(thrown);
  EXPECT_EQ(notifier.handled["rent.start"], 2);
  EXPECT_EQ(m.inbox(m.owner).last, 1);
}

}  // namespace
}  // namespace rentwave::testing
