// The partition as a supervisor: what fails stays alone, what nobody needs leaves memory.
#include <gmock/gmock.h>
#include <malloc.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>

#include "actors/domain/wallet.hpp"
#include "actors/runtime/restart_budget.hpp"
#include "persistence/codec.hpp"
#include "tests/runtime/heard_log.hpp"
#include "tests/runtime/market.hpp"
#include "tests/runtime/throwing_machine.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

constexpr instant noon{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1} + 12h};
const entity_ref troubled{entity_kind::wallet, "troubled"};
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using verdict = restart_budget::verdict;

TEST(Restart_budget, backs_off_and_then_quarantines) {
  restart_budget::limits limits;
  limits.failures = 3;
  restart_budget budget{limits};
  EXPECT_EQ(budget.failed(troubled, "planted", noon), noon);
  EXPECT_EQ(budget.ask(troubled, noon), verdict::start);
  EXPECT_EQ(budget.failed(troubled, "planted", noon), noon + 100ms);
  EXPECT_EQ(budget.ask(troubled, noon + 99ms), verdict::wait);
  EXPECT_EQ(budget.failed(troubled, "planted", noon + 1s), noon + 1200ms);
  EXPECT_EQ(budget.failed(troubled, "planted again", noon + 2s), std::nullopt);
  EXPECT_EQ(budget.ask(troubled, noon + 24h), verdict::quarantined);
  ASSERT_EQ(budget.quarantine_size(), 1u);
  EXPECT_EQ(budget.in_quarantine(9)[0].reason, "planted again");
  EXPECT_TRUE(budget.release(troubled));
  EXPECT_FALSE(budget.release(troubled));
  EXPECT_EQ(budget.ask(troubled, noon + 24h), verdict::start);
}

TEST(Restart_budget, forgets_what_was_followed_by_success_or_is_long_ago) {
  restart_budget budget{{}};
  budget.failed(troubled, "planted", noon);
  budget.failed(troubled, "planted", noon);
  budget.served(troubled);
  EXPECT_EQ(budget.failed(troubled, "planted", noon), noon);
  budget.failed(troubled, "planted", noon);
  EXPECT_EQ(budget.failed(troubled, "planted", noon + 11min), noon + 11min);
}

entity_ref wallet_n(int n) {
  return {entity_kind::wallet, std::to_string(n)};
}

TEST(Restart_budget, that_is_full_forgets_who_failed_least_and_lets_the_next_wait) {
  restart_budget::limits limits;
  limits.most = 2;
  limits.failures = 2;
  restart_budget budget{limits};
  for (int i = 0; i < 2; ++i) budget.failed(wallet_n(i), "planted", noon + i * 1s);
  auto now = noon + 2s;
  EXPECT_EQ(budget.failed(wallet_n(2), "planted", now), now + limits.longest_backoff);
  EXPECT_EQ(budget.ask(wallet_n(2), now + limits.longest_backoff - 1s), verdict::wait);
  now += 1s;
  EXPECT_EQ(budget.failed(wallet_n(0), "planted", now), now + 100ms) << "it is known still";
  EXPECT_EQ(budget.failed(wallet_n(1), "planted", now), now + limits.longest_backoff);
  EXPECT_EQ(budget.failed(wallet_n(0), "planted", now), std::nullopt);
  EXPECT_EQ(budget.failed(wallet_n(3), "planted", now), now) << "now there is room";
  now += 11min;
  EXPECT_EQ(budget.failed(wallet_n(4), "planted", now), now) << "by age, too";
}

// Each is started again as soon as it may be, so that all of them fail in turns.
TEST(Restart_budget, that_is_full_quarantines_all_who_go_on_failing) {
  restart_budget::limits limits;
  limits.most = 20;
  restart_budget budget{limits};
  std::multimap<instant, int> starts;
  for (int i = 0; i < 30; ++i) starts.emplace(noon + i * 1ms, i);
  while (!starts.empty() && starts.begin()->first < noon + 1h) {
    const auto [now, who] = *starts.begin();
    starts.erase(starts.begin());
    const auto again = budget.failed(wallet_n(who), "planted", now);
    if (again) starts.emplace(std::max(*again, now + 1ms), who);
  }
  EXPECT_THAT(starts, IsEmpty());
}

TEST(Restart_budget, of_a_full_quarantine_forgets_who_is_longest_in_it) {
  restart_budget::limits limits;
  limits.most = 2;
  limits.failures = 0;
  restart_budget budget{limits};
  for (int i = 0; i < 3; ++i) budget.failed(wallet_n(i), std::string(9'999, 'x'), noon + i * 1s);
  EXPECT_EQ(budget.ask(wallet_n(0), noon), verdict::start);
  EXPECT_EQ(budget.ask(wallet_n(1), noon), verdict::quarantined);
  EXPECT_EQ(budget.quarantine_size(), 2u);
  ASSERT_EQ(budget.in_quarantine(1).size(), 1u);
  EXPECT_EQ(budget.in_quarantine(1)[0].entity, wallet_n(1)) << "the longest first";
  EXPECT_EQ(budget.in_quarantine(1)[0].reason.size(), 500u);
}

TEST(Entity, that_always_throws_is_quarantined_and_goes_on_when_released) {
  auto times = std::make_shared<int>(1'000'000);
  market m{with_throwing(entity_kind::wallet, times)};
  const auto sick = wallet_ref(m.renter);
  pending<outcome> last;
  for (int i = 0; i < 40 && m.world.report(sick)->quarantine.empty(); ++i) {
    last = m.try_top_up(m.renter, {500});
    m.pass(1s);
  }
  ASSERT_EQ(m.world.report(sick)->quarantine.size(), 1u);
  EXPECT_EQ(m.world.report(sick)->quarantine[0].entity, sick);
  EXPECT_EQ(code_of(m.try_top_up(m.renter, {500})), runtime_errc::quarantined);
  m.advertise();  // others are served

  *times = 0;
  EXPECT_EQ(code_of(m.try_top_up(m.renter, {500})), runtime_errc::quarantined);
  EXPECT_TRUE(m.world.release(sick));
  EXPECT_FALSE(m.world.release(sick));
  m.top_up(m.renter, {500});
  EXPECT_EQ(m.wallet(m.renter).balance, (money{500}));
}

TEST(Entity, whose_stored_data_cannot_be_read_is_quarantined_too) {
  market m;
  m.top_up(m.renter, {500});
  m.world.crash();
  const auto sick = wallet_ref(m.renter);
  m.world.journal().damage(sick);
  m.world.start();
  const heard_log log;
  for (int i = 0; i < 40 && m.world.report(sick)->quarantine.empty(); ++i) {
    m.try_top_up(m.renter, {700});
    m.pass(1s);
  }
  ASSERT_EQ(m.world.report(sick)->quarantine.size(), 1u);
  EXPECT_GT(log.count("ends: crashed", spdlog::level::warn), 1);
  EXPECT_EQ(log.count("the journal cannot be read"), 0) << "all others can";
  m.world.journal().damage({});
  EXPECT_TRUE(m.world.release(sick));
  m.top_up(m.renter, {700});
  EXPECT_EQ(m.wallet(m.renter).balance, (money{1'200}));
}

bool is_wake(const any_command& asked) {
  return std::visit(
      [](const auto& command) {
        return std::visit([]<class What>(const What&) { return std::is_same_v<What, wake>; },
                          command);
      },
      asked);
}

/// It is woken after each end, and writes the alarm that it has.
TEST(Entity, that_throws_at_everything_but_its_alarm_is_quarantined_too) {
  auto is_sick = std::make_shared<bool>(false);
  auto options = market::small();
  options.machines = [is_sick](const entity_ref& entity) -> std::unique_ptr<machine> {
    if (entity.kind != entity_kind::wallet) return make_machine(entity);
    return std::make_unique<failing_machine>(
        make_machine(entity), [is_sick](const auto& asked) { return *is_sick && !is_wake(asked); });
  };
  market m{options};
  m.top_up(m.renter, {500});
  *is_sick = true;
  const auto sick = wallet_ref(m.renter);
  for (int i = 0; i < 40 && m.world.report(sick)->quarantine.empty(); ++i) {
    m.try_top_up(m.renter, {700});
    m.pass(2s);
  }
  ASSERT_EQ(m.world.report(sick)->quarantine.size(), 1u);
  *is_sick = false;
  EXPECT_TRUE(m.world.release(sick));
  m.top_up(m.renter, {700});
  EXPECT_EQ(m.wallet(m.renter).balance, (money{1'200}));
}

/// The numbers of the late periods that somebody was charged for, as they were.
std::vector<int> periods_charged(market& m, account_id whom) {
  std::vector<int> found;
  for (const auto& event : m.world.journal().all_events()) {
    if (event.entity != wallet_ref(whom) || event.type != wallet::charged::type) continue;
    const auto read = decode<wallet::event>(event.type, event.schema, event.data);
    if (!read) throw std::runtime_error{read.error().detail};
    found.push_back(std::get<wallet::charged>(*read).n);
  }
  return found;
}

/// What fell due while it was down is done afterwards, all of it and in order.
TEST(Entity, in_quarantine_holds_up_its_own_sagas_only) {
  auto times = std::make_shared<int>(0);
  market m{with_throwing(entity_kind::rental, times)};
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  const auto rental = m.rent(listing, 1h);
  *times = 1'000'000;
  m.pass(5h);  // it is late after one, and a fee falls due at the beginning of each hour
  const auto sick = rental_ref(rental);
  ASSERT_EQ(m.world.report(sick)->quarantine.size(), 1u);
  EXPECT_THAT(periods_charged(m, m.renter), IsEmpty());
  m.top_up(m.renter, {100});

  *times = 0;
  ASSERT_TRUE(m.world.release(sick));
  m.pass(1min);
  EXPECT_EQ(m.rental(rental).now, rental::status::late);
  EXPECT_THAT(periods_charged(m, m.renter), ElementsAre(1, 2, 3, 4, 5));
}

/// Their alarms stay overdue, before those of everybody else, and are more than are read at once.
TEST(Entities, in_quarantine_hold_up_no_alarm_of_others_however_many_they_are) {
  auto sick = std::make_shared<std::set<std::string>>();
  auto options = market::small();
  options.partitions = 1;
  options.alarm_page = 4;
  options.machines = [sick](const entity_ref& entity) -> std::unique_ptr<machine> {
    const bool is_sick = sick->contains(to_string(entity));
    return std::make_unique<failing_machine>(make_machine(entity),
                                             [is_sick](const auto&) { return is_sick; });
  };
  market m{options};
  m.top_up(m.renter, {1'000'000});
  const auto healthy = m.rent(m.advertise(), 2h);
  for (int i = 0; i < 10; ++i) sick->insert(to_string(rental_ref(m.rent(m.advertise(), 1h))));
  m.pass(3min);  // until they sleep
  m.pass(1h);
  ASSERT_EQ(m.world.report(rental_ref(healthy))->quarantined, 10u);
  m.pass(2h);
  EXPECT_EQ(m.rental(healthy).now, rental::status::late);
}

/// Sends something to a wallet after so many steps of what begins when it has been idle for long
/// enough; false: there were not as many.
bool reaches_an_entity_that_ends(int steps) {
  market m;
  m.top_up(m.renter, {500});
  m.pass(1min);
  auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(m.world.system().scheduler());
  scheduler.advance_time(market::small().idle_time);
  for (int i = 0; i < steps; ++i)
    if (!m.world.step()) return false;
  const auto topped_up = m.try_top_up(m.renter, {700});
  EXPECT_TRUE(topped_up.value());
  EXPECT_EQ(m.wallet(m.renter).balance, (money{1'200}));
  return true;
}

TEST(Memory, loses_nothing_that_comes_while_an_entity_is_let_go) {
  int steps = 0;
  while (reaches_an_entity_that_ends(steps) && !::testing::Test::HasFailure()) ++steps;
  EXPECT_GT(steps, 3) << "the tick, the order, the end, and that it is noticed";
}

TEST(Memory, does_not_keep_what_never_happened) {
  market m;
  const auto nobody = listing_ref(m.fresh<listing_id>());
  EXPECT_EQ(m.world.look(nobody)->version, 0);
  m.world.run();
  EXPECT_EQ(m.world.report(nobody)->entities.count(entity_kind::listing), 0u);
}

TEST(Memory, lets_go_early_when_there_is_too_much_in_it) {
  auto options = market::small();
  options.entities_at_rest = 0;
  market m{options};
  const auto listing = m.advertise();
  m.pass(3s);
  EXPECT_TRUE(m.world.report(listing_ref(listing))->entities.empty());
}

/// Of malloc, by its own count.
std::size_t bytes_in_use() {
  const auto heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

/// The limit is the one that bench/figures.md names, where the same is measured on a whole node.
TEST(Memory, of_a_rental_at_rest_is_within_its_limit) {
  constexpr std::size_t limit = 2560;
  constexpr std::size_t count = 400;
  if (bytes_in_use() == 0) GTEST_SKIP() << "a sanitizer's malloc does not count";
  market m;
  m.top_up(m.renter, {100'000'000});
  std::vector<rental_id> rented;
  while (rented.size() < count) rented.push_back(m.rent(m.advertise(), one_day * 10));
  m.world.crash();
  m.world.start(1h);
  m.world.run();
  const auto before = bytes_in_use();
  for (const auto& id : rented) ASSERT_EQ(m.rental(id).now, rental::status::active);
  EXPECT_LE((bytes_in_use() - before) / count, limit);
}

/// A query and, behind it, a command that has to be looked up: the first round writes nothing.
TEST(Entity, serves_everything_that_came_while_it_was_loaded) {
  auto options = market::small();
  options.idle_time = 1min;
  options.answer_memory = 1min;
  market m{options};
  m.top_up(m.renter, {500});
  m.pass(30min);
  const auto first = m.world.query(wallet_ref(m.renter));
  const auto id = m.world.fresh_id();
  const wallet::top_up command{m.renter, m.fresh<payment_id>(), {700}};
  const auto second =
      m.world.send(wallet_ref(m.renter), wallet::command{command}, id, m.renter, instant::min());
  m.world.run();
  EXPECT_TRUE(first.done());
  EXPECT_TRUE(second.done());
}

TEST(Entity, does_not_decide_what_nobody_waits_for) {
  market m;
  m.top_up(m.renter, {500});
  command_envelope letter;
  letter.to = wallet_ref(m.renter);
  letter.id = m.world.fresh_id();
  letter.body = wallet::command{wallet::withdraw{m.renter, m.fresh<payment_id>(), {500}}};
  letter.caller = m.renter;
  letter.cause = m.world.now();
  letter.deadline = m.world.real_now() - 1s;
  const auto late = m.world.send(std::move(letter));
  m.world.run();
  EXPECT_EQ(code_of(late), runtime_errc::expired);
  EXPECT_EQ(m.wallet(m.renter).balance, (money{500}));
}

/// Fails without an answer, so that payments stay open.
struct failing_payments final : payment_provider {
  bool is_sandbox() const override { return true; }
  std::optional<refusal> collect(const payment::collect&) override {
    throw std::runtime_error{"planted"};
  }
  std::optional<refusal> pay_out(const payment::pay_out&) override { return std::nullopt; }
};

TEST(Settled_query, of_too_many_is_answered_as_things_are) {
  auto options = market::small();
  options.payments = std::make_shared<failing_payments>();
  market m{options};
  m.try_top_up(m.renter, {500});
  std::vector<pending<view_ptr>> asked;
  for (int i = 0; i < 300; ++i) asked.push_back(m.world.query(wallet_ref(m.renter), true));
  m.world.run();
  EXPECT_TRUE(asked.front().value());
  EXPECT_FALSE(asked.back().done());
}

}  // namespace
}  // namespace rentwave::testing
