// A subscription's handler that fails holds up nobody but the entity whose event it is.
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "persistence/codec.hpp"
#include "tests/runtime/failing_machine.hpp"
#include "tests/runtime/heard_log.hpp"
#include "tests/runtime/market.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

/// Tells people of each top-up of theirs; fails for one of them while it is `broken`.
struct telling {
  bool broken = true;
  account_id sick;

  std::vector<effect> handle(const stored_event& event) const {
    if (event.type != wallet::topped_up::type) return {};
    const auto whose = *parse_id<account_id>(event.entity.id);
    if (broken && whose == sick) throw std::runtime_error{"planted"};
    inbox::notice notice;
    notice.type = event.type;
    notice.time = event.time;
    notice.text = std::to_string(event.version);
    return {{"owner", inbox_ref(whose), inbox::command{inbox::deliver{whose, notice}}}};
  }
};

subscription telling_by(std::shared_ptr<telling> tell) {
  return {"test", [tell](const stored_event& event) { return tell->handle(event); }};
}

void top_up(world& in, account_id whom, const std::string& name) {
  const wallet::top_up paid{whom, derive_id<payment_id>(payment_id{}, name), {100}};
  in.send(wallet_ref(whom), wallet::command{paid}, command_id{paid.payment.value}, whom);
  in.run();
}

struct Dead_letters : ::testing::Test {
  std::shared_ptr<telling> tell = std::make_shared<telling>();
  market m{options()};
  entity_ref sick;

  node_options options() const {
    auto made = market::small();
    made.partitions = 1;
    made.subscriptions = {telling_by(tell)};
    return made;
  }
  void SetUp() override {
    tell->sick = m.renter;
    sick = wallet_ref(m.renter);
  }
  /// Of the renter's wallet, in the order in which its inbox was told.
  std::vector<std::int64_t> versions_told() {
    std::vector<std::int64_t> found;
    for (const auto& event : m.world.journal().all_events()) {
      if (event.entity != inbox_ref(m.renter)) continue;
      const auto happened = decode<rentwave::inbox::event>(event.type, event.schema, event.data);
      if (const auto* told = std::get_if<rentwave::inbox::delivered>(&*happened))
        found.push_back(std::stoll(told->what.text));
    }
    return found;
  }
  std::vector<dead_letter> letters() {
    const auto connection = std::move(*m.world.journal().connect());
    return *connection->dead_letters({}, {}, 100);
  }
};

/// What was written before it began is told, whichever of its reads fail meanwhile; false: after so
/// many steps there is none any more.
bool catches_up_after(int steps) {
  auto tell = std::make_shared<telling>();
  tell->broken = false;
  auto options = market::small();
  options.subscriptions = {};
  memory_store store;
  const account_id somebody = derive_id<account_id>(account_id{}, "somebody");
  {
    world before{options, store};
    before.start();
    top_up(before, somebody, "first");
    before.pass(1s);
  }
  options.subscriptions = {telling_by(tell)};
  world after{options, store};
  after.start();
  int left = steps;
  while (left > 0 && after.step()) --left;
  store.fail_reads(true);
  after.run();
  store.fail_reads(false);
  after.pass(5s);
  EXPECT_EQ(after.look(inbox_ref(somebody))->as<inbox::state>().last, 1) << "after step " << steps;
  return left == 0;
}

TEST(Subscription, catches_up_whichever_of_its_reads_fail) {
  int steps = 0;
  while (catches_up_after(steps) && !::testing::Test::HasFailure()) ++steps;
  EXPECT_GT(steps, 10);
}

TEST(Subscription, has_its_progress_written_alone_twice_a_second_at_most) {
  auto options = market::small();
  options.subscriptions = {{"test", [](const stored_event&) { return std::vector<effect>{}; }}};
  market m{options};
  m.pass(2s);
  std::uint64_t transactions = 0;
  m.world.journal().on_append([&](std::uint64_t) {
    ++transactions;
    return append_fault::none;
  });
  constexpr std::uint64_t notices = 100;
  const inbox::deliver one{m.owner, {"rent.book", {}, "Hello", {}, {}, {}}};
  for (std::uint64_t i = 0; i < notices; ++i) {
    m.world.ask(inbox_ref(m.owner), inbox::command{one});
    m.world.pass(50ms, 10ms);
  }
  m.pass(2s);
  m.world.journal().on_append({});
  EXPECT_GT(transactions, notices) << "who reads on is to know how far it had come";
  EXPECT_LE(transactions, notices + notices / 10 + 1);
}

TEST(Subscription, says_seldom_that_an_outage_holds_it_up) {
  auto tell = std::make_shared<telling>();
  tell->broken = false;
  auto options = market::small();
  options.partitions = 1;
  options.subscriptions = {};
  memory_store store;
  std::vector<account_id> people;
  {
    world before{options, store};
    before.start();
    for (int i = 0; i < 20; ++i) {
      people.push_back(derive_id<account_id>(account_id{}, std::to_string(i)));
      top_up(before, people.back(), std::to_string(i));
    }
  }
  options.subscriptions = {telling_by(tell)};
  store.on_append([](std::uint64_t) { return append_fault::unavailable; });
  heard_log log;
  world after{options, store};
  after.start();
  after.pass(50s);
  EXPECT_EQ(log.count("is held up"), 1) << log.text();
  EXPECT_EQ(log.count("did not take"), 1) << log.text();
  store.on_append({});
  after.pass(5s);
  for (const auto& each : people)
    EXPECT_EQ(after.look(inbox_ref(each))->as<inbox::state>().last, 1);

  // The next outage begins behind the two events of the top-up.
  int appends = 0;
  store.on_append([&](std::uint64_t) {
    return ++appends <= 2 ? append_fault::none : append_fault::unavailable;
  });
  top_up(after, people[0], "later");
  after.pass(50s);
  EXPECT_EQ(log.count("is held up"), 2) << log.text();
  EXPECT_EQ(log.count("did not take"), 2) << log.text();
  store.on_append({});
  after.pass(5s);
  EXPECT_EQ(after.look(inbox_ref(people[0]))->as<inbox::state>().last, 2);
}

/// An inbox that takes no more for now, while it is told so.
class full_machine final : public failing_machine {
 public:
  full_machine(std::unique_ptr<machine> real, std::shared_ptr<bool> is_full)
      : failing_machine{std::move(real), [](const auto&) { return false; }},
        is_full_{std::move(is_full)} {}

  std::optional<step> decide(const entity_ref& self, const any_command& asked,
                             const context& given) override {
    if (*is_full_) return step{refusal{refusal_code::not_now, "planted", {}}, {}, {}};
    return failing_machine::decide(self, asked, given);
  }

 private:
  std::shared_ptr<bool> is_full_;
};

/// The offset waits for the one that is stuck; what is behind it does not, also over a crash.
TEST(Subscription, goes_on_beyond_what_must_wait) {
  auto tell = std::make_shared<telling>();
  auto is_full = std::make_shared<bool>(true);
  const account_id stuck = derive_id<account_id>(account_id{}, "renter");
  tell->sick = derive_id<account_id>(account_id{}, "sick");
  auto options = market::small();
  options.partitions = 1;
  options.subscriptions = {telling_by(tell)};
  options.machines = [is_full, stuck](const entity_ref& entity) -> std::unique_ptr<machine> {
    if (entity != inbox_ref(stuck)) return make_machine(entity);
    return std::make_unique<full_machine>(make_machine(entity), is_full);
  };
  market m{options};
  const auto progress = [&] { return m.world.report(inbox_ref(stuck))->subscriptions.at(0); };
  top_up(m.world, stuck, "one");
  top_up(m.world, tell->sick, "two");
  for (int i = 0; i < 150; ++i) top_up(m.world, m.owner, "of the owner " + std::to_string(i));
  m.pass(1min);
  EXPECT_EQ(m.inbox(m.owner).last, 150);
  EXPECT_LT(progress().position, progress().latest - 150);
  EXPECT_EQ(progress().letters, 1u);

  m.world.crash();
  m.world.start();
  tell->broken = false;
  top_up(m.world, tell->sick, "three");
  top_up(m.world, stuck, "four");
  m.pass(5s);
  EXPECT_EQ(progress().letters, 3u) << "and the two events of the second, behind the first";
  *is_full = false;
  m.pass(5s);
  EXPECT_EQ(m.inbox(stuck).last, 2);
  EXPECT_EQ(m.inbox(m.owner).last, 150) << "once";
  EXPECT_EQ(progress().position, progress().latest);
  EXPECT_EQ(m.world.replay("test", wallet_ref(tell->sick)), "");
  EXPECT_EQ(m.inbox(tell->sick).last, 2);
}

/// More fail at once than may be under way.
TEST(Subscription, gets_through_however_many_fail) {
  auto options = market::small();
  options.partitions = 1;
  options.subscriptions = {{"test", [](const stored_event& event) -> std::vector<effect> {
                              if (event.type != wallet::topped_up::type) return {};
                              throw std::runtime_error{"planted"};
                            }}};
  market m{options};
  constexpr int people = 1'500;
  for (int i = 0; i < people; ++i) {
    const auto name = std::to_string(i);
    top_up(m.world, derive_id<account_id>(account_id{}, name), name);
  }
  const auto progress = [&] { return m.world.report(inbox_ref(m.owner))->subscriptions.at(0); };
  EXPECT_LT(progress().position, progress().latest);
  m.pass(1min);
  EXPECT_EQ(progress().letters, static_cast<std::size_t>(people));
  EXPECT_EQ(progress().position, progress().latest);
}

TEST_F(Dead_letters, are_made_of_what_keeps_failing_and_others_do_not_wait) {
  m.top_up(m.renter, {100});
  m.top_up(m.owner, {100});
  EXPECT_EQ(m.inbox(m.owner).last, 1) << "at once, in the same partition";
  EXPECT_TRUE(letters().empty());
  m.pass(1min);
  EXPECT_EQ(m.inbox(m.renter).last, 0);
  ASSERT_EQ(letters().size(), 1u);
  EXPECT_EQ(letters()[0].entity, sick);
  EXPECT_EQ(letters()[0].reason, "planted");
  ASSERT_EQ(m.world.report(sick)->subscriptions.size(), 1u);
  EXPECT_EQ(m.world.report(sick)->subscriptions[0].parked, 1u);
}

TEST_F(Dead_letters, park_what_comes_behind_them_also_over_a_crash) {
  m.top_up(m.renter, {100});
  m.pass(1min);
  tell->broken = false;
  m.top_up(m.renter, {200});
  m.pass(1s);
  m.world.crash();
  m.world.start();
  m.top_up(m.renter, {300});
  m.pass(1s);
  EXPECT_EQ(m.inbox(m.renter).last, 0);
  EXPECT_GE(letters().size(), 3u);
  EXPECT_EQ(letters()[0].reason, "planted");
  EXPECT_EQ(letters()[1].reason, "");
}

TEST_F(Dead_letters, are_replayed_in_order_when_an_operator_says_so) {
  m.top_up(m.renter, {100});
  m.pass(1min);
  for (const std::int64_t cents : {200, 300}) m.top_up(m.renter, {cents});
  m.pass(1s);
  EXPECT_EQ(m.world.replay("nobody", sick), "there is no subscription nobody");
  tell->broken = false;
  EXPECT_EQ(m.world.replay("test", sick), "");
  EXPECT_EQ(versions_told().size(), 3u);
  m.pass(1s);
  EXPECT_TRUE(letters().empty());
  m.top_up(m.renter, {400});
  const auto told = versions_told();
  EXPECT_EQ(told.size(), 4u);
  EXPECT_TRUE(std::ranges::is_sorted(told));
  EXPECT_NE(m.world.replay("test", sick), "");  // there is nothing to replay
}

TEST_F(Dead_letters, stay_when_the_replay_fails) {
  m.top_up(m.renter, {100});
  m.pass(1min);
  const auto before = letters().size();
  const auto answer = m.world.begin_replay("test", sick);
  m.pass(1min);
  ASSERT_TRUE(answer.value());
  EXPECT_EQ(*answer.value(), "planted");
  EXPECT_EQ(letters().size(), before);
}

}  // namespace
}  // namespace rentwave::testing
