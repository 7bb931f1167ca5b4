// Failures stay alone, nothing is acknowledged before it is durable, repeats have no second effect.
#include <gtest/gtest.h>

#include <caf/actor_companion.hpp>

#include <memory>
#include <vector>

#include "tests/runtime/heard_log.hpp"
#include "tests/runtime/market.hpp"
#include "tests/runtime/throwing_machine.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

TEST(Entity, that_throws_harms_no_other_and_is_restarted) {
  auto times = std::make_shared<int>(1);
  market m{with_throwing(entity_kind::wallet, times)};
  const auto first = m.try_top_up(m.renter, {500});
  EXPECT_EQ(code_of(first), runtime_errc::crashed);
  // Another wallet, and the same one with the next message.
  m.top_up(m.owner, {700});
  m.top_up(m.renter, {500});
  EXPECT_EQ(m.wallet(m.owner).balance, (money{700}));
  EXPECT_EQ(m.wallet(m.renter).balance, (money{500}));
}

TEST(Journal, that_fails_never_acknowledges_and_serves_again_when_it_recovers) {
  market m;
  m.world.journal().on_append([](std::uint64_t) { return append_fault::unavailable; });
  const auto refused = m.try_top_up(m.renter, {500});
  EXPECT_EQ(code_of(refused), runtime_errc::unavailable);
  m.world.journal().on_append({});
  EXPECT_EQ(m.wallet(m.renter).balance, money{});
  m.top_up(m.renter, {500});
  EXPECT_EQ(m.wallet(m.renter).balance, (money{500}));
}

// Each of a node's entities ends in an outage, as often as somebody asks for it.
TEST(Journal, that_cannot_be_read_is_told_of_once) {
  market m;
  m.world.journal().fail_reads(true);
  const heard_log log;
  for (int i = 0; i < 20; ++i) {
    const auto nobody = m.fresh<account_id>();
    EXPECT_EQ(code_of(m.try_top_up(nobody, {500})), runtime_errc::unavailable);
    m.pass(1s);
  }
  EXPECT_LE(log.count("cannot be read"), static_cast<int>(m.world.options().readers)) << log.text();
  EXPECT_GE(log.count("cannot be read"), 1);
  EXPECT_EQ(log.count("ends: unavailable", spdlog::level::warn), 0);
  m.world.journal().fail_reads(false);
  m.top_up(m.renter, {500});
}

// What is due goes out of the index when it fires, and comes back as something of later.
TEST(Alarm, that_has_no_effect_counts_as_overdue_and_repeated) {
  market m;
  m.top_up(m.renter, {10'000});
  const auto rental = rental_ref(m.rent(m.advertise(), 1h));
  const auto figures = [&] { return m.world.running().figures(); };
  m.pass(29min);  // until a minute before the reminder; it sleeps
  EXPECT_EQ(m.world.report(rental)->alarm_lag, 0s);
  m.world.journal().fail_reads(true);
  m.pass(2min);
  EXPECT_GE(m.world.report(rental)->alarm_lag, 59s);
  EXPECT_LE(m.world.report(rental)->alarm_lag, 62s);
  EXPECT_GT(figures()->alarms_repeated, 10u);
  m.world.journal().fail_reads(false);
  m.pass(10s);
  EXPECT_EQ(m.world.report(rental)->alarm_lag, 0s);
  EXPECT_EQ(figures()->alarms_late, 0u);
  m.world.crash();
  m.world.start(2h);
  m.pass(1s);
  EXPECT_EQ(figures()->alarms_late, 1u);
  EXPECT_EQ(figures()->alarms_repeated, 0u);
}

// That is a bug of one entity, of which the writer says nothing.
TEST(Entity, whose_rows_are_refused_is_told_of) {
  market m;
  m.world.journal().on_append([](std::uint64_t) { return append_fault::refuse_one; });
  const heard_log log;
  m.try_top_up(m.renter, {500});
  EXPECT_EQ(log.count("ends: crashed", spdlog::level::warn), 1) << log.text();
}

/// Asks, and where CAF delivers the error, so in the midst of what the entity does, asks again.
/// Returns all answers.
std::vector<caf::message> ask_twice_at_once(market& m, const command_ptr& what) {
  auto& system = m.world.system();
  const auto asker = system.spawn<caf::actor_companion, caf::hidden>();
  std::vector<caf::message> heard;
  const auto ask = [&] {
    const auto number = caf::make_message_id(heard.size() + 1);
    m.world.routes().find(what->to)->enqueue(caf::actor_cast<caf::strong_actor_ptr>(asker), number,
                                             caf::make_message(what), nullptr);
  };
  caf::actor_cast<caf::actor_companion*>(asker)->on_enqueue(
      [&](const caf::mailbox_element_ptr& answer) {
        heard.push_back(answer->move_content_to_message());
        if (heard.size() == 1) ask();
      });
  ask();
  m.world.run();
  return heard;
}

TEST(Entity, that_ends_does_not_take_along_who_hears_of_it_and_asks_again_at_once) {
  market m;
  m.top_up(m.renter, {500});
  int faults = 1;
  m.world.journal().on_append(
      [&](std::uint64_t) { return faults-- > 0 ? append_fault::unavailable : append_fault::none; });
  auto letter = std::make_shared<command_envelope>();
  letter->to = wallet_ref(m.renter);
  letter->id = m.world.fresh_id();
  letter->body = wallet::command{wallet::top_up{m.renter, m.fresh<payment_id>(), {700}}};
  letter->caller = m.renter;
  letter->cause = m.world.now();
  const auto heard = ask_twice_at_once(m, letter);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0].get_as<caf::error>(0), make_error(runtime_errc::unavailable));
  EXPECT_TRUE(heard[1].match_elements<outcome>()) << to_string(heard[1]);
  EXPECT_EQ(m.wallet(m.renter).balance, (money{1'200}));
}

class Unknown_outcome : public ::testing::TestWithParam<append_fault> {};

pending<outcome> top_up_again(market& m, payment_id payment, command_id id, instant cause) {
  const wallet::top_up command{m.renter, payment, {500}};
  auto waiting = m.world.send(wallet_ref(m.renter), wallet::command{command}, id, m.renter, cause);
  m.world.run();
  return waiting;
}

TEST_P(Unknown_outcome, is_settled_by_asking_again_under_the_same_id) {
  market m;
  const auto id = m.world.fresh_id();
  const auto payment = m.fresh<payment_id>();
  int faults = 1;
  m.world.journal().on_append(
      [&](std::uint64_t) { return faults-- > 0 ? GetParam() : append_fault::none; });
  const auto sent_at = m.world.now();
  const auto first = top_up_again(m, payment, id, sent_at);
  EXPECT_EQ(code_of(first), runtime_errc::unavailable);
  const auto second = top_up_again(m, payment, id, sent_at);
  EXPECT_TRUE(second.value());
  m.pass(10s);
  EXPECT_EQ(m.wallet(m.renter).balance, (money{500}));
}
INSTANTIATE_TEST_SUITE_P(, Unknown_outcome,
                         ::testing::Values(append_fault::unknown_written,
                                           append_fault::unknown_not_written));

TEST(Command, repeated_after_its_answer_was_forgotten_is_looked_up) {
  auto options = market::small();
  options.answer_memory = 1min;
  options.idle_time = 5min;
  market m{options};
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  const auto rental = m.rent(listing, 2h);
  const auto id = m.world.fresh_id();
  const auto asked_at = m.world.now();
  auto returned =
      m.world.send(rental_ref(rental), rental::command{rental::give_back{}}, id, m.renter);
  m.world.run();
  ASSERT_TRUE(std::holds_alternative<accepted>(*returned.value()));
  m.pass(20min);  // the entity forgot, fell asleep and was loaded again
  auto again = m.world.send(rental_ref(rental), rental::command{rental::give_back{}}, id, m.renter,
                            asked_at);
  m.world.run();
  EXPECT_TRUE(std::holds_alternative<accepted>(*again.value()));
  // Under another id it is what it is: too late for that.
  EXPECT_FALSE(m.accepts(rental_ref(rental), rental::command{rental::give_back{}}, m.renter));
}

TEST(Late_fee, is_charged_once_for_each_period_over_crashes) {
  market m;
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  const auto rental = m.rent(listing, 1h);
  for (int i = 0; i < 12; ++i) {
    m.pass(25min);
    m.world.crash();
    m.world.start();
  }
  m.pass(1s);
  // Five hours after the start, four after due: the periods that began at due + 0, 1, 2, 3 and 4 h.
  const auto state = m.rental(rental);
  ASSERT_EQ(state.receipts.size(), 5u);
  for (const auto& receipt : state.receipts) EXPECT_TRUE(receipt.result);
  EXPECT_EQ(m.wallet(m.renter).balance, (money{10'000 - 250 - 2'000 - 5 * 300}));
}

}  // namespace
}  // namespace rentwave::testing
