// Two releases side by side: an event that a node of the older one could not read is not written
// yet, and one that a later release has written is not passed over.
#include <gmock/gmock.h>

#include <stdexcept>

#include "tests/runtime/market.hpp"
#include "tests/runtime/throwing_machine.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// What the cluster says of other nodes.
struct Held_back : ::testing::Test {
  std::shared_ptr<std::shared_ptr<const event_names>> types =
      std::make_shared<std::shared_ptr<const event_names>>();
  market m{options()};

  node_options options() const {
    auto made = market::small();
    made.held_back = [types = types] { return *types; };
    return made;
  }
  void hold_back(const char* type) {
    *types = std::make_shared<const event_names>(event_names{type});
  }
  void release() { *types = nullptr; }
  std::vector<std::string> types_of(const entity_ref& entity) {
    std::vector<std::string> found;
    for (const auto& event : m.world.journal().all_events())
      if (event.entity == entity) found.push_back(event.type);
    return found;
  }
};

TEST_F(Held_back, is_what_a_command_needs_that_is_put_off_without_a_trace) {
  m.top_up(m.renter, {500});
  const auto before = types_of(wallet_ref(m.renter));
  hold_back("wallet.top-up-request");
  const auto put_off = m.try_top_up(m.renter, {300});
  ASSERT_EQ(code_of(put_off), runtime_errc::not_yet);
  EXPECT_THAT(to_string(std::get<caf::error>(**put_off.slot)),
              HasSubstr("a node cannot read events of the type wallet.top-up-request yet"));
  EXPECT_EQ(types_of(wallet_ref(m.renter)), before);
  EXPECT_EQ(m.wallet(m.renter).balance, (money{500})) << "the state is as it was";
  EXPECT_TRUE(m.accepts(wallet_ref(m.renter),
                        wallet::command{wallet::withdraw{m.renter, m.fresh<payment_id>(), {100}}},
                        m.renter))
      << "other commands are served";
  release();
  m.top_up(m.renter, {300});
  EXPECT_EQ(m.wallet(m.renter).balance, (money{700}));
}

TEST_F(Held_back, is_what_a_saga_waits_for_instead_of_failing) {
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  hold_back("wallet.hold");
  const auto id = m.rent(listing, 1h);
  m.pass(1min);
  EXPECT_EQ(m.rental(id).now, rental::status::pending);
  release();
  m.pass(1min);
  EXPECT_EQ(m.rental(id).now, rental::status::active);
}

/// Nothing is lost, and nobody is busy with what cannot be done: it is tried every five seconds.
TEST_F(Held_back, is_what_an_alarm_is_put_off_for) {
  const auto listing = m.advertise();
  m.top_up(m.renter, {10'000});
  const auto id = m.rent(listing, 2h);
  hold_back("rent.remind");
  m.pass(85min);  // it is due half an hour before the end
  const auto fired = m.world.running().figures()->alarms_fired.load();
  m.pass(20min);
  const auto tries = m.world.running().figures()->alarms_fired.load() - fired;
  EXPECT_GT(tries, 0U);
  EXPECT_LE(tries, 20U * 12U);
  EXPECT_EQ(std::ranges::count(types_of(rental_ref(id)), "rent.remind"), 0);
  release();
  m.pass(10s);
  EXPECT_EQ(std::ranges::count(types_of(rental_ref(id)), "rent.remind"), 1);
}

TEST_F(Held_back, is_for_a_decide_to_ask_about) {
  event_names types{std::string{wallet::held::type}};
  context given;
  EXPECT_TRUE(may_record<wallet::held>(given));
  given.held_back = &types;
  EXPECT_FALSE(may_record<wallet::held>(given));
  EXPECT_TRUE(may_record<wallet::released>(given));
}

/// As a node of an older release finds it that should not be here.
struct Event_of_a_later_release : ::testing::Test {
  market m;

  void write_one() {
    m.top_up(m.renter, {500});
    m.top_up(m.owner, {500});
    m.pass(1s);
    const auto now = m.world.now();
    m.world.crash();
    const auto connection = std::move(*m.world.journal().connect());
    const auto where = partition_of(wallet_ref(m.renter), 4);
    auto lease = *connection->take_over(where, "a later one");
    const auto history = *connection->load(wallet_ref(m.renter));
    new_event later;
    later.type = "wallet.later";
    later.data = "{}";
    later.time = now;
    later.command = m.fresh<command_id>();
    entity_append append;
    append.entity = wallet_ref(m.renter);
    append.version = history.events.back().version;
    append.events = {later};
    const auto written =
        *connection->append({{where, lease.epoch, lease.position, {std::move(append)}, {}}});
    ASSERT_FALSE(written.at(0).entities.at(0).failed);
    m.world.start();
  }
};

TEST_F(Event_of_a_later_release, fails_its_entity_alone_and_says_why) {
  write_one();
  const auto failed = m.try_top_up(m.renter, {300});
  ASSERT_EQ(code_of(failed), runtime_errc::crashed);
  EXPECT_THAT(to_string(std::get<caf::error>(**failed.slot)),
              HasSubstr("wallet.later: unknown type"));
  m.top_up(m.owner, {300});
  EXPECT_EQ(m.wallet(m.owner).balance, (money{800}));
}

TEST_F(Event_of_a_later_release, is_never_passed_over_by_a_subscription) {
  write_one();
  m.pass(2min);
  const auto connection = std::move(*m.world.journal().connect());
  const auto letters = *connection->dead_letters({}, {}, 100);
  ASSERT_FALSE(letters.empty());
  for (const auto& letter : letters) {
    EXPECT_EQ(letter.entity, wallet_ref(m.renter));
    EXPECT_EQ(letter.reason, "wallet.later is an event of a later release");
  }
}

}  // namespace
}  // namespace rentwave::testing
