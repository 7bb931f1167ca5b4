// Notices are posted to webhooks: one after the other, again after a failure, whatever dies
// meanwhile; and no receiver takes the turns of others.
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "actors/runtime/webhook_notices.hpp"
#include "persistence/codec.hpp"
#include "tests/runtime/market.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

/// Takes down what it carries, and answers as it is told: at once, or when the test says so.
class scripted_courier final : public courier {
 public:
  void carry(posting what, done tell) override {
    if (throws) throw std::runtime_error{"planted"};
    carried.push_back(what);
    if (holds)
      held.push_back(std::move(tell));
    else
      tell(only.empty() || only == what.url ? answer : std::nullopt);
  }
  void let_go() {
    for (auto& each : std::exchange(held, {})) each(answer);
  }
  std::vector<std::int64_t> cursors() const {
    std::vector<std::int64_t> found;
    for (const auto& each : carried) found.push_back(each.what.cursor);
    return found;
  }

  std::vector<posting> carried;
  std::vector<done> held;
  bool holds = false;
  bool throws = false;
  std::optional<post_failure> answer;
  std::string only;  ///< the URL that it is for; empty: all
};

constexpr post_failure unavailable{post_trouble::status, 503};
constexpr post_failure gone{post_trouble::status, 410};

struct with_courier {
  std::shared_ptr<scripted_courier> by = std::make_shared<scripted_courier>();

  node_options added_to(node_options options) const {
    options.webhooks = by;
    return options;
  }
};

struct hooked : with_courier, market {
  explicit hooked(node_options options = small()) : market{added_to(std::move(options))} {}

  webhook_id hook(account_id who, std::vector<std::string> types = {},
                  const std::string& url = "https://example.org/in") {
    const auto id = fresh<webhook_id>();
    const webhook::create command{id, who, {url}, {"whsec_x"}, std::move(types)};
    EXPECT_TRUE(accepts(webhook_ref(id), webhook::command{command}, who));
    EXPECT_EQ(state(id).now, webhook::status::active);
    return id;
  }
  void remove(webhook_id id, account_id who) {
    EXPECT_TRUE(accepts(webhook_ref(id), webhook::command{webhook::remove{}}, who));
  }
  /// A notice, and whatever comes of it.
  void tell(account_id who, const std::string& type = "rent.late") {
    const rentwave::inbox::deliver what{who, {type, world.now(), "Text", {}, {}, {}}};
    world.ask(inbox_ref(who), rentwave::inbox::command{what});
  }
  webhook::state state(webhook_id id) { return world.look(webhook_ref(id))->as<webhook::state>(); }
};

using cursors = std::vector<std::int64_t>;

TEST(Webhooks, get_each_notice_of_their_types_in_order) {
  hooked m;
  m.tell(m.owner);
  const auto all = m.hook(m.owner);
  for (const char* type : {"rent.book", "rent.late", "rent.book"}) m.tell(m.owner, type);
  m.tell(m.renter);
  EXPECT_EQ(m.by->cursors(), (cursors{2, 3, 4}));
  const auto& first = m.by->carried[0];
  EXPECT_EQ(first.url, "https://example.org/in");
  EXPECT_EQ(first.secret, "whsec_x");
  EXPECT_EQ(first.delivery, webhook::delivery_id(all, 2));
  EXPECT_EQ(first.sent_at, m.world.real_now());
  EXPECT_EQ(first.what.what.type, "rent.book");
  EXPECT_EQ(m.state(all).cursor, 4);
  EXPECT_EQ(m.world.running().figures()->posts_taken, 3U);
}

TEST(Webhooks, that_want_few_types_pass_over_the_others) {
  hooked m;
  const auto some = m.hook(m.owner, {"rent.book"});
  for (int n = 0; n < 250; ++n) m.tell(m.owner, "rent.late");
  EXPECT_EQ(m.state(some).rung, 0) << "they do not ring";
  m.tell(m.owner, "rent.book");
  EXPECT_EQ(m.by->cursors(), cursors{251});
}

TEST(Webhooks, cost_those_who_have_none_nothing) {
  hooked m;
  m.hook(m.owner);
  const auto before = std::ssize(m.world.journal().all_events());
  m.tell(m.renter);
  EXPECT_EQ(std::ssize(m.world.journal().all_events()), before + 1);
}

TEST(Webhooks, try_a_notice_again_later_and_later_under_the_same_id) {
  hooked m;
  const auto id = m.hook(m.owner);
  m.by->answer = unavailable;
  m.tell(m.owner);
  m.tell(m.owner);
  EXPECT_EQ(m.by->cursors(), cursors{1});
  EXPECT_EQ(m.state(id).last_failure->why, unavailable);
  m.pass(4s);
  EXPECT_EQ(m.by->carried.size(), 1U);
  m.pass(2s);
  EXPECT_EQ(m.by->cursors(), (cursors{1, 1}));
  EXPECT_EQ(m.by->carried[0].delivery, m.by->carried[1].delivery);
  m.pass(13s);
  EXPECT_EQ(m.by->carried.size(), 2U) << "15 seconds after the second";
  m.by->answer = {};
  m.pass(3s);
  EXPECT_EQ(m.by->cursors(), (cursors{1, 1, 1, 2}));
  EXPECT_EQ(m.state(id).failures, 0);
  EXPECT_EQ(m.world.running().figures()->posts_failed, 2U);
}

/// Five seconds of real time are an hour where an hour takes five seconds.
TEST(Webhooks, pause_in_real_time) {
  auto options = market::small();
  options.clock_rate = 720;
  hooked m{options};
  const auto id = m.hook(m.owner);
  m.by->answer = unavailable;
  m.tell(m.owner);
  EXPECT_EQ(*m.state(id).again - m.world.now(), duration{1h});
}

TEST(Webhooks, that_are_gone_are_switched_off_and_their_owner_hears_of_it) {
  hooked m;
  const auto id = m.hook(m.owner);
  const auto other = m.hook(m.owner, {"webhook.switch-off"}, "https://example.net/");
  m.by->answer = gone;
  m.by->only = m.state(id).url.text;
  m.tell(m.owner);
  m.pass(1s);
  EXPECT_EQ(m.state(id).now, webhook::status::off);
  EXPECT_EQ(m.inbox(m.owner).last, 2);
  EXPECT_EQ(m.state(other).cursor, 2);
  EXPECT_EQ(m.by->carried.back().what.what.type, "webhook.switch-off");
  const auto hooks = m.inbox(m.owner).hooks;
  ASSERT_EQ(hooks.size(), 2U);
  EXPECT_TRUE(hooks[0].is_silent);
  EXPECT_FALSE(hooks[1].is_silent);
}

TEST(Webhooks, that_were_removed_get_nothing_that_waited) {
  auto options = market::small();
  options.posts = 1;
  hooked m{options};
  const auto first = m.hook(m.owner);
  const auto second = m.hook(m.owner, {}, "https://example.net/");
  m.by->holds = true;
  m.tell(m.owner);
  ASSERT_EQ(m.by->carried.size(), 1U);
  const auto waiting = m.by->carried[0].url == "https://example.net/" ? first : second;
  m.remove(waiting, m.owner);
  m.by->let_go();
  m.world.run();
  m.pass(60s);
  EXPECT_EQ(m.by->carried.size(), 1U);
  EXPECT_EQ(m.inbox(m.owner).hooks.size(), 1U);
}

TEST(Webhooks, whose_receivers_are_slow_leave_turns_to_others) {
  auto options = market::small();
  options.posts = 3;
  options.posts_a_receiver = 2;
  hooked m{options};
  for (int n = 0; n < 5; ++n) m.hook(m.owner, {}, "https://slow.example/" + std::to_string(n));
  m.hook(m.owner, {}, "https://quick.example/");
  m.by->holds = true;
  m.tell(m.owner);
  std::map<std::string, int> by_receiver;
  for (const auto& each : m.by->carried) ++by_receiver[std::string{webhook::receiver_of(each.url)}];
  EXPECT_EQ(by_receiver, (std::map<std::string, int>{{"slow.example", 2}, {"quick.example", 1}}));
  EXPECT_EQ(m.world.running().figures()->posts_waiting, 3U);
  while (!m.by->held.empty()) {
    EXPECT_LE(m.by->held.size(), 3U);
    m.by->let_go();
    m.world.run();
  }
  EXPECT_EQ(m.by->carried.size(), 6U);
  EXPECT_EQ(m.world.running().figures()->posts_waiting, 0U);
}

TEST(Webhooks, are_asked_again_and_again_but_post_once_while_a_receiver_thinks) {
  hooked m;
  m.hook(m.owner);
  m.by->holds = true;
  m.tell(m.owner);
  m.pass(60s);
  EXPECT_EQ(m.by->carried.size(), 1U);
  m.by->let_go();
  m.world.run();
  m.tell(m.owner);
  EXPECT_EQ(m.by->cursors(), (cursors{1, 2}));
}

TEST(Webhooks, go_on_after_a_crash_with_what_was_under_way) {
  hooked m;
  const auto id = m.hook(m.owner);
  m.by->holds = true;
  for (int n = 0; n < 3; ++n) m.tell(m.owner);
  m.by->held.clear();
  m.world.crash();
  m.by->holds = false;
  m.world.start();
  m.pass(10s);
  EXPECT_EQ(m.by->cursors(), (cursors{1, 1, 2, 3}));
  EXPECT_EQ(m.by->carried[0].delivery, m.by->carried[1].delivery);
  EXPECT_EQ(m.state(id).cursor, 3);
}

TEST(Webhooks, outlive_a_courier_that_throws_and_a_journal_that_cannot_be_read) {
  hooked m;
  m.hook(m.owner);
  m.by->throws = true;
  m.tell(m.owner);
  m.by->throws = false;
  m.pass(6s);
  EXPECT_EQ(m.by->cursors(), cursors{1});
}

TEST(Webhooks, end_with_their_persons_inbox) {
  hooked m;
  const auto id = m.hook(m.owner);
  m.by->answer = unavailable;
  m.tell(m.owner);
  m.world.ask(inbox_ref(m.owner), inbox::command{inbox::close{m.owner}});
  m.pass(60s);
  EXPECT_EQ(m.by->carried.size(), 1U);
  EXPECT_EQ(m.state(id).now, webhook::status::removed);
  EXPECT_EQ(m.state(id).url.text, "");
  EXPECT_TRUE(m.inbox(m.owner).hooks.empty());
}

TEST(Webhooks, wait_where_there_is_no_courier) {
  market m;
  const auto id = m.fresh<webhook_id>();
  const webhook::create command{id, m.owner, {"https://example.org/"}, {"whsec_x"}, {}};
  EXPECT_TRUE(m.accepts(webhook_ref(id), webhook::command{command}, m.owner));
  const inbox::deliver what{m.owner, {"rent.late", m.world.now(), "Text", {}, {}, {}}};
  m.world.ask(inbox_ref(m.owner), inbox::command{what});
  m.pass(60s);
  const auto state = m.world.look(webhook_ref(id))->as<webhook::state>();
  EXPECT_EQ(state.cursor, 0);
  EXPECT_EQ(state.failures, 0);
}

TEST(WebhookNotices, say_why_but_not_where) {
  const auto text_of = [](post_failure why, int failures) {
    const auto coded = encode(webhook::event{webhook::switched_off{{}, why, failures}});
    stored_event event;
    event.type = coded.type;
    event.schema = coded.schema;
    event.data = coded.data;
    const auto told = tell_of_switched_off(event);
    EXPECT_EQ(told.size(), 1U);
    return std::get<inbox::deliver>(std::get<inbox::command>(told.at(0).body)).what.text;
  };
  EXPECT_EQ(text_of(gone, 1),
            "One of your webhooks was switched off: its receiver says that it is gone.");
  EXPECT_EQ(text_of(unavailable, 16),
            "One of your webhooks was switched off: 16 times in a row its receiver did not take "
            "what was posted.");
}

}  // namespace
}  // namespace rentwave::testing
