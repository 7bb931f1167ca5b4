// Followers are told of what they follow: once, whatever they follow and whatever dies meanwhile.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "actors/domain/topic_name.hpp"
#include "persistence/codec.hpp"
#include "tests/runtime/failing_machine.hpp"
#include "tests/runtime/interrupted.hpp"

namespace rentwave::testing {
namespace {

using namespace std::chrono_literals;

const std::string isbn = "9780140449334";  // of `sample_book`

struct following : market {
  using market::market;

  account_id somebody() { return fresh<account_id>(); }
  void follow(account_id who, const std::string& topic) {
    EXPECT_TRUE(accepts(follower_ref(who), follower::command{follower::follow{who, topic}}, who));
    world.look(follower_ref(who), true);
  }
  void unfollow(account_id who, const std::string& topic) {
    EXPECT_TRUE(accepts(follower_ref(who), follower::command{follower::unfollow{topic}}, who));
    world.look(follower_ref(who), true);
  }
  /// Somebody who follows this.
  account_id follower_of(const std::string& topic) {
    const auto who = somebody();
    follow(who, topic);
    return who;
  }

  /// Somebody who follows this, in a shard of which that holds.
  account_id follower_in(const std::function<bool(int shard)>& holds, const std::string& topic) {
    auto who = somebody();
    while (!holds(audience::shard_of(who))) who = somebody();
    follow(who, topic);
    return who;
  }

  std::vector<inbox::notice> notices(account_id who) {
    std::vector<inbox::notice> found;
    for (const auto& event : world.journal().all_events()) {
      if (event.entity != inbox_ref(who)) continue;
      const auto happened = decode<rentwave::inbox::event>(event.type, event.schema, event.data);
      if (const auto* e = std::get_if<inbox::delivered>(&*happened)) found.push_back(e->what);
    }
    return found;
  }
  std::vector<std::string> texts(account_id who) {
    std::vector<std::string> found;
    for (const auto& each : notices(who)) found.push_back(each.text);
    return found;
  }
  /// How often each inbox has something in it.
  std::map<std::string, int> deliveries() {
    std::map<std::string, int> counts;
    for (const auto& event : world.journal().all_events())
      if (event.type == inbox::delivered::type) ++counts[event.entity.id];
    return counts;
  }
  int events_of(std::string_view type) {
    return static_cast<int>(
        std::ranges::count(world.journal().all_events(), type, &stored_event::type));
  }
  rentwave::topic::state topic(const std::string& name) {
    return world.look(topic_ref(name))->as<rentwave::topic::state>();
  }
};

TEST(Follows, of_the_kind_the_book_and_the_owner_at_once_bring_one_notice) {
  following m;
  const auto who = m.follower_of("book");
  m.follow(who, topic_of_isbn(isbn));
  m.follow(who, topic_of(m.owner));
  const auto listing = m.advertise();
  m.pass(5s);
  const auto told = m.notices(who);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].type, "book.add");
  EXPECT_EQ(told[0].text, "A new book in Berlin: \u201cMeditations\u201d, by Marcus Aurelius.");
  EXPECT_EQ(told[0].listing, listing);
  EXPECT_EQ(told[0].isbn, isbn);
  EXPECT_EQ(m.inbox(who).unread(), 1);
}

TEST(Follows, of_each_kind_of_topic_bring_its_own_news) {
  following m;
  const auto books = m.follower_of("book");
  const auto rooms = m.follower_of("room");
  const auto this_book = m.follower_of(topic_of_isbn(isbn));
  const auto other_book = m.follower_of(topic_of_isbn("9780306406157"));
  const auto owners = m.follower_of(topic_of(m.owner));
  const auto renters = m.follower_of(topic_of(m.renter));
  m.advertise();
  auto room = sample_book();
  room.title = "Attic";
  room.item = room_details{2, 1, 1, {}};
  m.advertise(room);
  m.pass(5s);
  const std::string new_book = "A new book in Berlin: \u201cMeditations\u201d, by Marcus Aurelius.";
  const std::string new_room = "A new room in Berlin: \u201cAttic\u201d.";
  EXPECT_EQ(m.texts(books), std::vector{new_book});
  EXPECT_EQ(m.texts(rooms), std::vector{new_room});
  EXPECT_EQ(m.texts(this_book), std::vector{new_book});
  EXPECT_EQ(m.texts(other_book), std::vector<std::string>{});
  EXPECT_EQ(m.texts(owners), (std::vector{new_book, new_room}));
  EXPECT_EQ(m.texts(renters), std::vector<std::string>{});
}

TEST(Follows, tell_nobody_of_what_is_their_own_doing) {
  following m;
  m.follow(m.owner, "book");
  m.follow(m.owner, topic_of(m.owner));
  m.advertise();
  m.pass(5s);
  EXPECT_TRUE(m.notices(m.owner).empty());
  EXPECT_TRUE(m.topic("book").pending.empty());
}

TEST(Follows, that_have_ended_bring_nothing) {
  following m;
  const auto who = m.follower_of("book");
  m.advertise();
  m.pass(5s);
  m.unfollow(who, "book");
  m.advertise();
  m.pass(5s);
  EXPECT_EQ(m.notices(who).size(), 1u);
  m.follow(who, "book");
  m.advertise();
  m.pass(5s);
  EXPECT_EQ(m.notices(who).size(), 2u);
}

TEST(Follows, of_an_advert_tell_when_it_is_free_again) {
  following m;
  const auto listing = m.advertise();
  const auto who = m.follower_of(topic_of(listing));
  m.follow(m.owner, topic_of(listing));
  m.top_up(m.renter, {10'000});
  const auto rental = m.rent(listing, 2h);
  m.pass(1h);
  EXPECT_TRUE(m.notices(who).empty());
  EXPECT_TRUE(m.accepts(rental_ref(rental), rental::command{rental::give_back{}}, m.renter));
  m.pass(5s);
  const auto told = m.notices(who);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].type, "listing.free");
  EXPECT_EQ(told[0].text, "\u201cMeditations\u201d can be rented again.");
  EXPECT_EQ(told[0].listing, listing);
  const auto owner_knows = m.notices(m.owner);
  EXPECT_EQ(std::ranges::count(owner_knows, "listing.free", &inbox::notice::type), 0);
}

/// Followers of books, more than one step of them.
std::vector<account_id> many(following& m, int count) {
  std::vector<account_id> all;
  for (int i = 0; i < count; ++i) all.push_back(m.follower_of("book"));
  return all;
}

TEST(Follows, of_many_people_are_served_in_steps) {
  following m;
  const int count = 2 * topic::people_a_step + 3;
  const auto all = many(m, count);
  m.advertise();
  m.pass(5s);
  const auto told = m.deliveries();
  EXPECT_EQ(std::ssize(told), count);
  for (const auto& who : all) EXPECT_EQ(told.at(to_string(who)), 1);
  EXPECT_EQ(m.events_of("topic.announce"), 1);
  EXPECT_EQ(m.events_of("topic.step"), 3);
}

// 1,000 is two steps exactly: that there is nobody left is known only after another look.
TEST(Follows, of_as_many_as_fill_their_steps_come_to_an_end) {
  following m;
  many(m, 2 * topic::people_a_step);
  m.advertise();
  m.pass(5s);
  EXPECT_EQ(std::ssize(m.deliveries()), 2 * topic::people_a_step);
  EXPECT_TRUE(m.topic("book").pending.empty());
}

/// An advert with three followers, who follow it in several ways.
class interrupted_news : public interrupted<following> {
 public:
  using interrupted::interrupted;

  void play() {
    std::vector<account_id> all;
    for (int i = 0; i < 3; ++i) {
      const auto who = m_.fresh<account_id>();
      all.push_back(who);
      follow(who, "book");
      if (i > 0) follow(who, topic_of_isbn(isbn));
      if (i > 1) follow(who, topic_of(m_.owner));
    }
    const auto listing = m_.fresh<listing_id>();
    persist(listing_ref(listing), listing::command{listing::post{listing, m_.owner, sample_book()}},
            m_.owner);
    pass(5min);
    for (const auto& who : all) EXPECT_EQ(m_.notices(who).size(), 1u);
    EXPECT_TRUE(m_.topic("book").pending.empty());
  }

 private:
  void follow(account_id who, const std::string& topic) {
    persist(follower_ref(who), follower::command{follower::follow{who, topic}}, who);
    pass(1min);  // whatever it owes is settled, also if a retry had to be waited for
  }
  void pass(duration real) { interrupted::pass(real, 30s); }
};

TEST(Follows, bring_one_notice_over_a_crash_at_any_point) {
  play_over<interrupted_news>(interruption::crash);
}
TEST(Follows, bring_one_notice_over_a_hand_over_at_any_point) {
  play_over<interrupted_news>(interruption::hand_over);
}

/// The inbox of one person fails while it is `broken`.
struct sick_inbox {
  std::shared_ptr<bool> broken = std::make_shared<bool>(false);
  std::shared_ptr<account_id> whose = std::make_shared<account_id>();

  node_options options() const {
    auto made = market::small();
    made.machines = [*this](const entity_ref& entity) -> std::unique_ptr<machine> {
      if (entity != inbox_ref(*whose)) return make_machine(entity);
      return std::make_unique<failing_machine>(
          make_machine(entity), [broken = broken](const any_command&) { return *broken; });
    };
    return made;
  }
};

TEST(Follows, of_one_whose_inbox_is_broken_keep_nobody_else_waiting_for_long) {
  const sick_inbox sick;
  following m{sick.options()};
  *sick.whose = m.follower_of("book");
  const auto other = m.follower_of("book");
  *sick.broken = true;
  m.advertise();
  m.pass(1s);
  EXPECT_EQ(m.notices(other).size(), 1u);
  EXPECT_EQ(m.topic("book").pending.size(), 1u);
  m.pass(2min);
  EXPECT_TRUE(m.topic("book").pending.empty());
  m.advertise();
  m.pass(1s);
  EXPECT_EQ(m.notices(other).size(), 2u);

  const auto steps = m.events_of("topic.step");
  m.pass(1h);
  EXPECT_LE(m.events_of("topic.step"), steps + 1) << "what is in vain is not written each time";
  EXPECT_EQ(m.notices(*sick.whose).size(), 0u);
  *sick.broken = false;
  ASSERT_TRUE(m.world.release(inbox_ref(*sick.whose)));
  m.pass(1h);
  EXPECT_EQ(m.notices(*sick.whose).size(), 2u) << "late, but not for ever";
  EXPECT_TRUE(m.topic("book").behind.empty());
  EXPECT_EQ(m.notices(other).size(), 2u);
}

/// What the journal is to blame for does not count against the inbox.
TEST(Follows, of_one_whose_inbox_fails_now_and_then_bring_the_notice_all_the_same) {
  const sick_inbox sick;
  following m{sick.options()};
  *sick.whose = m.follower_of("book");
  *sick.broken = true;
  m.advertise();
  *sick.broken = false;
  m.world.journal().on_append([](std::uint64_t) { return append_fault::unavailable; });
  m.pass(6s);
  m.world.journal().on_append({});
  *sick.broken = true;
  m.pass(1s);
  *sick.broken = false;
  EXPECT_EQ(m.notices(*sick.whose).size(), 0u);
  EXPECT_EQ(m.topic("book").pending.size(), 1u);
  m.pass(5s);
  EXPECT_EQ(m.notices(*sick.whose).size(), 1u);
}

/// Of one audience: it is broken when it is told to be, until it is mended.
struct sick_audience {
  int shard = audience::shards / 2;
  entity_ref name = audience::ref("book", shard);
  std::shared_ptr<bool> broken = std::make_shared<bool>(false);

  node_options options() const {
    auto made = market::small();
    made.machines = [*this](const entity_ref& entity) -> std::unique_ptr<machine> {
      if (entity != name) return make_machine(entity);
      return std::make_unique<failing_machine>(
          make_machine(entity), [broken = broken](const any_command&) { return *broken; });
    };
    return made;
  }
  void quarantine(following& m) const {
    *broken = true;
    for (int i = 0; i < 40 && m.world.report(name)->quarantine.empty(); ++i) {
      m.world.send(name, audience::command{audience::join{m.somebody()}}, m.world.fresh_id());
      m.pass(1s);
    }
    ASSERT_EQ(m.world.report(name)->quarantine.size(), 1u);
  }
  void mend(following& m) const {
    *broken = false;
    ASSERT_TRUE(m.world.release(name));
  }
};

TEST(Follows, in_a_broken_audience_keep_those_in_others_waiting_for_a_few_tries_only) {
  const sick_audience sick;
  following m{sick.options()};
  const auto before = m.follower_in([&](int shard) { return shard < sick.shard; }, "book");
  const auto within = m.follower_in([&](int shard) { return shard == sick.shard; }, "book");
  const auto behind = m.follower_in([&](int shard) { return shard > sick.shard; }, "book");
  sick.quarantine(m);
  m.advertise();
  m.pass(1min);
  EXPECT_EQ(m.notices(before).size(), 1u);
  EXPECT_EQ(m.notices(behind).size(), 1u);
  EXPECT_EQ(m.notices(within).size(), 0u);
  EXPECT_TRUE(m.topic("book").pending.empty());

  sick.mend(m);
  m.advertise();
  m.pass(1s);
  for (const auto& who : {before, within, behind}) EXPECT_FALSE(m.notices(who).empty());
  m.pass(1h);
  for (const auto& who : {before, within, behind}) EXPECT_EQ(m.notices(who).size(), 2u);
  EXPECT_TRUE(m.topic("book").behind.empty());
}

/// How many notices were written from when the last advert was announced until this person had one.
std::ptrdiff_t told_before(following& m, account_id who) {
  const auto log = m.world.journal().all_events();
  const auto announced =
      std::ranges::find(log.rbegin(), log.rend(), topic::announced::type, &stored_event::type);
  const auto told = std::ranges::find(log, inbox_ref(who), &stored_event::entity);
  return std::count_if(announced.base(), told,
                       [](const auto& event) { return event.type == inbox::delivered::type; });
}

// The 60 later rounds all at once would have 60 turns before what is new. Four have one; and so do
// some more while the log, the topic and the audience bring the news to the crier.
TEST(Follows, that_are_made_up_for_keep_no_news_waiting) {
  const sick_audience sick;
  following m{sick.options()};
  for (int i = 0; i < 30; ++i)
    m.follower_in([&](int shard) { return shard == sick.shard; }, "book");
  const auto other = m.follower_of("room");
  sick.quarantine(m);
  constexpr int adverts = 60;
  for (int i = 0; i < adverts; ++i) m.advertise();
  m.pass(3min);
  ASSERT_EQ(std::ssize(m.topic("book").behind), adverts);
  ASSERT_TRUE(m.deliveries().empty());

  sick.mend(m);
  auto room = sample_book();
  room.item = room_details{2, 1, 1, {}};
  m.world.advance(200s);  // more than any want pauses
  while (m.deliveries().empty() && m.world.step()) continue;
  const auto id = m.fresh<listing_id>();
  m.world.send(listing_ref(id), listing::command{listing::post{id, m.owner, room}},
               m.world.fresh_id(), m.owner);
  m.pass(5min);
  ASSERT_EQ(m.notices(other).size(), 1u);
  EXPECT_LT(told_before(m, other), 20);
  EXPECT_TRUE(m.topic("book").behind.empty());
}

// The log of the first round has not told of this inbox, so it is given as many tries.
TEST(Follows, that_are_made_up_for_are_tried_as_often_as_others) {
  const sick_audience sick;
  auto options = sick.options();
  auto failures = std::make_shared<int>(3);
  options.machines = [before = options.machines, failures](const entity_ref& entity) {
    auto real = before(entity);
    if (entity.kind != entity_kind::inbox) return real;
    return std::unique_ptr<machine>{std::make_unique<failing_machine>(
        std::move(real), [failures](const any_command&) { return (*failures)-- > 0; })};
  };
  following m{options};
  const auto who = m.follower_in([&](int shard) { return shard == sick.shard; }, "book");
  sick.quarantine(m);
  m.advertise();
  m.pass(1min);
  const auto steps = m.events_of("topic.step");
  ASSERT_EQ(*failures, 3);
  sick.mend(m);
  m.pass(5min);
  EXPECT_EQ(m.notices(who).size(), 1u);
  EXPECT_LE(*failures, 0);
  EXPECT_EQ(m.events_of("topic.step"), steps + 1);
}

TEST(Follows, wait_in_the_log_while_their_topic_has_no_room) {
  const sick_inbox sick;
  auto options = sick.options();
  options.restarts.failures = 1'000;
  options.restarts.longest_backoff = 100ms;
  following m{options};
  *sick.whose = m.follower_of("book");
  *sick.broken = true;
  const int adverts = static_cast<int>(topic::max_pending) + 20;
  for (int i = 0; i < adverts; ++i) m.advertise();
  m.pass(3s);
  EXPECT_EQ(m.topic("book").pending.size(), topic::max_pending);
  *sick.broken = false;
  m.pass(5min);
  EXPECT_EQ(std::ssize(m.notices(*sick.whose)), adverts);
  EXPECT_TRUE(m.topic("book").pending.empty());
}

// All at once these would be 80 appends; besides the deliveries some topics and adverts write.
TEST(Follows, are_told_by_few_deliveries_at_a_time) {
  auto options = market::small();
  options.deliveries = 4;
  following m{options};
  for (int i = 0; i < 40; ++i) m.follower_of("book");
  for (int i = 0; i < 40; ++i) m.follower_of("room");
  auto room = sample_book();
  room.item = room_details{2, 1, 1, {}};
  for (const auto& content : {sample_book(), room}) {
    const auto id = m.fresh<listing_id>();
    m.world.send(listing_ref(id), listing::command{listing::post{id, m.owner, content}},
                 m.world.fresh_id(), m.owner);
  }
  std::size_t most = 0;
  while (m.world.step()) most = std::max(most, m.world.running().figures()->appends.load());
  EXPECT_EQ(std::ssize(m.deliveries()), 80);
  EXPECT_GE(most, 4u);
  EXPECT_LE(most, 4u + 6u);
}

TEST(Follows, are_told_again_by_few_deliveries_at_a_time) {
  auto is_broken = std::make_shared<bool>(false);
  auto options = market::small();
  options.deliveries = 4;
  options.machines = [is_broken](const entity_ref& entity) -> std::unique_ptr<machine> {
    if (entity.kind != entity_kind::inbox) return make_machine(entity);
    return std::make_unique<failing_machine>(
        make_machine(entity), [is_broken](const any_command&) { return *is_broken; });
  };
  following m{options};
  for (int i = 0; i < 40; ++i) m.follower_of("book");
  *is_broken = true;
  m.advertise();
  *is_broken = false;
  EXPECT_TRUE(m.deliveries().empty());
  // What waits for the writer at the same time is written in one step.
  std::size_t most = 0;
  for (int i = 0; i < 40; ++i) {
    m.world.advance(100ms);
    for (std::size_t before = m.deliveries().size(); m.world.step();) {
      const auto now = m.deliveries().size();
      most = std::max(most, now - std::exchange(before, now));
    }
  }
  EXPECT_EQ(std::ssize(m.deliveries()), 40);
  EXPECT_LE(most, 4u);
}

}  // namespace
}  // namespace rentwave::testing
