#include <gtest/gtest.h>

#include <map>
#include <set>

#include "actors/domain/topic_name.hpp"
#include "tests/unit/dice.hpp"
#include "tests/unit/stage.hpp"

namespace rentwave {
namespace {

// --- names of topics ---

TEST(TopicName, has_one_form) {
  const std::string id = "0192a3b4-c5d6-7e8f-9011-223344556677";
  EXPECT_EQ(normalise_topic("book"), "book");
  EXPECT_EQ(normalise_topic("vehicle"), topic_of(item_kind::vehicle));
  EXPECT_EQ(normalise_topic("room"), topic_of(item_kind::room));
  EXPECT_EQ(normalise_topic("isbn:0-306-40615-2"), "isbn:9780306406157");
  EXPECT_EQ(normalise_topic("isbn:978-0-306-40615-7"), topic_of_isbn("9780306406157"));
  EXPECT_EQ(normalise_topic("listing:0192A3B4-C5D6-7E8F-9011-223344556677"), "listing:" + id);
  EXPECT_EQ(normalise_topic("user:" + id), topic_of(*parse_id<account_id>(id)));
}

TEST(TopicName, is_nothing_else) {
  for (const char* text : {"", "books", "Book", "book ", "isbn:", "isbn:9780306406158", "isbn",
                           "listing:", "listing:1", "user:ada", "topic:book", "listing:book"})
    EXPECT_FALSE(normalise_topic(text)) << text;
}

TEST(TopicName, says_what_it_is_about) {
  const auto listing = numbered<listing_id>(3);
  EXPECT_EQ(listing_in(topic_of(listing)), listing);
  EXPECT_EQ(owner_in(topic_of(ada)), ada);
  EXPECT_FALSE(owner_in(topic_of(listing)));
  EXPECT_FALSE(listing_in("book"));
}

// --- audience ---

TEST(Audience, has_everybody_once_and_in_order) {
  stage<audience::state> stage;
  EXPECT_EQ(stage.play(audience::join{bob}), names{"audience.join"});
  EXPECT_EQ(stage.play(audience::join{ada}), names{"audience.join"});
  EXPECT_EQ(stage.s.followers, (std::vector{ada, bob}));
  EXPECT_EQ(stage.play(audience::leave{bob}), names{"audience.leave"});
  EXPECT_EQ(stage.s.followers, std::vector{ada});
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Audience, has_room_for_so_many) {
  stage<audience::state> stage;
  for (int n = 0; n < static_cast<int>(audience::max_followers); ++n)
    stage.s.followers.push_back(numbered<account_id>(n));
  const auto one_more = numbered<account_id>(static_cast<int>(audience::max_followers));
  EXPECT_EQ(stage.code(audience::join{one_more}), "too_many_followers");
  EXPECT_EQ(stage.play(audience::join{ada}), names{});
  stage.play(audience::leave{ada});
  EXPECT_EQ(stage.play(audience::join{one_more}), names{"audience.join"});
}

// Derived by counting: 50,000 spread over 64 are 781 each, and 4 standard deviations are 111.
TEST(Audience, is_a_small_part_of_all_followers) {
  std::map<int, int> sizes;
  for (int i = 0; i < 50'000; ++i)
    ++sizes[audience::shard_of(derive_id<account_id>(account_id{}, std::to_string(i)))];
  EXPECT_EQ(std::ssize(sizes), audience::shards);
  for (const auto& [shard, size] : sizes) {
    EXPECT_GE(shard, 0);
    EXPECT_LT(shard, audience::shards);
    EXPECT_LT(size, 781 + 111) << shard;
  }
}

TEST(Audience, is_found_for_good_where_it_was) {
  EXPECT_EQ(audience::shard_of(*parse_id<account_id>("0192a3b4-c5d6-7e8f-9011-223344556677")),
            0x77 % 64);
  EXPECT_EQ(to_string(audience::ref("isbn:9780306406157", 7)), "audience/isbn:9780306406157.7");
}

// --- topic ---

const auto cem = numbered<account_id>(3);

topic::announce news(int n) {
  return {"book", numbered<command_id>(n), ada, {"book.add", instant{one_day}, "New", {}, {}, {}}};
}

struct topic_scene : stage<topic::state> {
  topic_scene() { play(topic::enlist{"book", 5}); }

  const crier::tell& told(std::size_t at) {
    owing = wants(s);
    return std::get<crier::tell>(std::get<crier::command>(owing.at(at).body));
  }

 private:
  std::vector<want> owing;
};

TEST(Topic, that_nobody_follows_announces_nothing) {
  stage<topic::state> stage;
  EXPECT_EQ(stage.play(news(1)), names{});
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Topic, knows_the_shards_that_somebody_is_in) {
  topic_scene stage;
  EXPECT_EQ(stage.play(topic::enlist{"book", 2}), names{"topic.enlist"});
  EXPECT_EQ(stage.s.shards, (std::vector{2, 5}));
  EXPECT_EQ(stage.s.name, "book");
}

TEST(Topic, has_its_followers_told_in_steps) {
  topic_scene stage;
  EXPECT_EQ(stage.play(news(1)), names{"topic.announce"});
  EXPECT_EQ(stage.owed(), names{"tell-1-0"});
  EXPECT_EQ(stage.told(0).from, follower_place{});
  EXPECT_EQ(stage.told(0).shards, std::vector{5});
  EXPECT_EQ(stage.told(0).except, ada);
  EXPECT_EQ(wants(stage.s)[0].to, crier_ref("book"));

  const follower_place half{5, bob};
  EXPECT_EQ(stage.acknowledge("tell-1-0", told_so_far{500, half}), names{"topic.step"});
  EXPECT_EQ(stage.owed(), names{"tell-1-1"});
  EXPECT_EQ(stage.told(0).from, half);

  EXPECT_EQ(stage.acknowledge("tell-1-1", told_so_far{7, {}}), names{"topic.step"});
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_TRUE(stage.s.pending.empty());
}

TEST(Topic, has_another_round_for_whoever_was_missed) {
  topic_scene stage;
  stage.play(topic::enlist{"book", 7});
  stage.play(news(1));
  stage.acknowledge("tell-1-0", told_so_far{499, follower_place{5, bob}, unreached{{ada}, {}}});
  stage.acknowledge("tell-1-1", told_so_far{3, {}, unreached{{bob}, {7}}});
  EXPECT_TRUE(stage.s.pending.empty());
  ASSERT_EQ(stage.owed(), names{"tell-1-2"});
  EXPECT_EQ(stage.told(0).people, (std::vector{ada, bob}));
  EXPECT_EQ(stage.told(0).shards, std::vector{7});
  EXPECT_EQ(stage.told(0).from, follower_place{});
  EXPECT_EQ(stage.told(0).except, ada);

  // The people are not told again when a later step of the round goes on in their shard.
  stage.acknowledge("tell-1-2", told_so_far{501, follower_place{7, cem}, unreached{{bob}, {}}});
  ASSERT_EQ(stage.owed(), names{"tell-1-3"});
  EXPECT_TRUE(stage.told(0).people.empty());
  stage.acknowledge("tell-1-3", told_so_far{1, {}});
  ASSERT_EQ(stage.owed(), names{"tell-1-4"});
  EXPECT_EQ(stage.told(0).people, std::vector{bob});
  EXPECT_TRUE(stage.told(0).shards.empty());
  stage.acknowledge("tell-1-4", told_so_far{1, {}});
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_TRUE(stage.s.behind.empty());
}

// An event for each try would fill the log for as long as nobody mends what is broken.
TEST(Topic, writes_nothing_of_a_later_round_in_vain) {
  topic_scene stage;
  stage.play(news(1));
  const unreached all{{bob, cem}, {5, 7}};
  EXPECT_EQ(stage.acknowledge("tell-1-0", told_so_far{0, {}, all}), names{"topic.step"});
  EXPECT_TRUE(stage.told(0).late);
  EXPECT_EQ(stage.acknowledge("tell-1-1", told_so_far{0, {}, all}), names{});
  // One of two audiences is mended, and its followers need not wait for the other.
  EXPECT_EQ(
      stage.acknowledge("tell-1-1", told_so_far{0, follower_place{7, cem}, unreached{{bob}, {5}}}),
      names{"topic.step"});
  EXPECT_EQ(stage.acknowledge("tell-1-2", told_so_far{0, {}, unreached{{cem}, {}}}),
            names{"topic.step"});
  EXPECT_EQ(stage.told(0).people, (std::vector{bob, cem}));
  EXPECT_EQ(stage.told(0).shards, std::vector{5});
  EXPECT_EQ(stage.acknowledge("tell-1-3", told_so_far{0, {}, unreached{{bob, cem}, {5}}}), names{});
  EXPECT_EQ(stage.acknowledge("tell-1-3", told_so_far{1, {}, unreached{{bob}, {5}}}),
            names{"topic.step"});
  EXPECT_EQ(stage.owed(), names{"tell-1-4"});
}

// Else one who is missed in a round's first step waits until the audience of a later one is mended.
TEST(Topic, goes_on_for_whom_it_missed_before_an_audience_failed) {
  topic_scene stage;
  stage.play(news(1));
  stage.acknowledge("tell-1-0", told_so_far{0, {}, unreached{{}, {5}}});
  stage.acknowledge("tell-1-1", told_so_far{499, follower_place{5, cem}, unreached{{bob}, {}}});
  const told_so_far broken_again{0, {}, unreached{{}, {5}}};
  EXPECT_EQ(stage.acknowledge("tell-1-2", broken_again), names{"topic.step"});
  ASSERT_EQ(stage.owed(), names{"tell-1-3"});
  EXPECT_EQ(stage.told(0).people, std::vector{bob});
  EXPECT_EQ(stage.told(0).shards, std::vector{5});
  EXPECT_EQ(stage.acknowledge("tell-1-3", told_so_far{0, {}, unreached{{bob}, {5}}}), names{});
}

TEST(Topic, keeps_each_whom_it_has_missed_once) {
  topic_scene stage;
  stage.play(news(1));
  stage.acknowledge("tell-1-0", told_so_far{9, follower_place{5, bob}, unreached{{ada}, {}}});
  stage.acknowledge("tell-1-1", told_so_far{0, {}, unreached{{ada, bob}, {}}});
  EXPECT_EQ(stage.told(0).people, (std::vector{ada, bob}));
}

TEST(Topic, keeps_only_so_many_whom_it_has_missed) {
  topic_scene stage;
  const auto many = static_cast<int>(topic::max_missed);
  unreached all;
  for (int n = 1; n <= many + 1; ++n) all.people.push_back(numbered<account_id>(n));
  stage.play(news(1));
  stage.acknowledge("tell-1-0", told_so_far{0, follower_place{5, bob}, all});
  stage.acknowledge("tell-1-1", told_so_far{0, {}, all});
  EXPECT_EQ(stage.told(0).people.size(), topic::max_missed);

  const auto most = static_cast<int>(topic::max_behind);
  for (int n = 2; n <= most + 1; ++n) {
    stage.play(news(n));
    stage.acknowledge("tell-" + std::to_string(n) + "-0", told_so_far{0, {}, unreached{{bob}, {}}});
  }
  ASSERT_EQ(stage.s.behind.size(), topic::max_behind);
  EXPECT_EQ(stage.s.behind.front().n, 2) << "the first is given up";
}

// Else one broken inbox would hold up everything.
TEST(Topic, has_later_rounds_beside_those_that_are_under_way) {
  topic_scene stage;
  for (int n = 1; n <= 5; ++n) stage.play(news(n));
  stage.acknowledge("tell-1-0", told_so_far{0, {}, unreached{{bob}, {}}});
  EXPECT_EQ(stage.owed(), (names{"tell-2-0", "tell-3-0", "tell-4-0", "tell-5-0", "tell-1-1"}));
}

TEST(Topic, takes_no_answer_to_a_step_that_is_done) {
  topic_scene stage;
  stage.play(news(1));
  stage.acknowledge("tell-1-0", told_so_far{500, follower_place{5, bob}});
  EXPECT_EQ(stage.acknowledge("tell-1-0", told_so_far{500, follower_place{5, ada}}), names{});
  EXPECT_EQ(stage.acknowledge("tell-1-1", refusal{}), names{});
  EXPECT_EQ(stage.owed(), names{"tell-1-1"});
}

TEST(Topic, tells_some_at_the_same_time_and_the_others_in_their_turn) {
  topic_scene stage;
  for (int n = 1; n <= 6; ++n) stage.play(news(n));
  EXPECT_EQ(stage.owed(), (names{"tell-1-0", "tell-2-0", "tell-3-0", "tell-4-0"}));
  stage.acknowledge("tell-2-0", told_so_far{1, {}});
  EXPECT_EQ(stage.owed(), (names{"tell-1-0", "tell-3-0", "tell-4-0", "tell-5-0"}));
}

TEST(Topic, takes_no_more_than_it_can_keep) {
  topic_scene stage;
  const int most = static_cast<int>(topic::max_pending);
  for (int n = 1; n <= most; ++n) stage.play(news(n));
  EXPECT_EQ(stage.code(news(most + 1)), "not_now");
  EXPECT_EQ(stage.play(news(1)), names{});
  stage.acknowledge("tell-1-0", told_so_far{1, {}});
  EXPECT_EQ(stage.play(news(most + 1)), names{"topic.announce"});
}

// --- follower ---

follower::follow follow(std::string topic) {
  return {ada, std::move(topic)};
}
follower::unfollow unfollow(std::string topic) {
  return {std::move(topic)};
}

TEST(Follower, joins_the_audience_and_tells_the_topic) {
  stage<follower::state> stage;
  stage.now = instant{one_day};
  EXPECT_EQ(stage.play(follow("book"), ada), names{"follow.begin"});
  ASSERT_EQ(stage.s.topics.size(), 1u);
  EXPECT_EQ(stage.s.topics[0].since, instant{one_day});
  EXPECT_EQ(stage.owed(), (names{"enlist-2", "join-3"}));
  const auto owed = wants(stage.s);
  EXPECT_EQ(owed[0].to, topic_ref("book"));
  EXPECT_EQ(owed[1].to, audience::ref("book", audience::shard_of(ada)));
  EXPECT_EQ(stage.acknowledge("join-3"), names{"follow.settle"});
  EXPECT_EQ(stage.acknowledge("enlist-2"), names{"follow.settle"});
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Follower, leaves_once_its_joining_is_known) {
  stage<follower::state> stage;
  stage.play(follow("book"), ada);
  stage.acknowledge("enlist-2");
  EXPECT_EQ(stage.play(unfollow("book"), ada), names{"follow.end"});
  EXPECT_TRUE(stage.s.topics.empty());
  EXPECT_EQ(stage.owed(), names{"join-3"});
  stage.acknowledge("join-3");
  EXPECT_EQ(stage.owed(), names{"leave-4"});
  stage.acknowledge("leave-4");
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.play(unfollow("book"), ada), names{});
}

TEST(Follower, that_changes_its_mind_again_owes_no_more_than_the_last) {
  stage<follower::state> stage;
  stage.play(follow("book"), ada);
  for (int i = 0; i < 10; ++i) {
    stage.play(unfollow("book"), ada);
    stage.play(follow("book"), ada);
  }
  stage.acknowledge("enlist-2");
  EXPECT_EQ(stage.owed(), names{"join-3"});
  stage.acknowledge("join-3");
  EXPECT_EQ(stage.owed(), names{});
  EXPECT_EQ(stage.s.topics.size(), 1u);
}

TEST(Follower, that_is_not_let_in_follows_nothing_and_need_not_leave) {
  stage<follower::state> stage;
  stage.play(follow("book"), ada);
  const refusal full{refusal_code::too_many_followers, "Full.", {}};
  EXPECT_EQ(stage.acknowledge("join-3", full), names{"follow.reject"});
  EXPECT_EQ(follower::topic_of(stage.s, "book")->rejected, full);
  EXPECT_EQ(stage.play(unfollow("book"), ada), names{"follow.end"});
  EXPECT_EQ(stage.owed(), names{"enlist-2"});

  stage.play(follow("book"), ada);
  stage.play(unfollow("book"), ada);
  stage.acknowledge("enlist-2");
  stage.acknowledge("enlist-5");
  EXPECT_EQ(stage.owed(), names{"join-6"});
  stage.acknowledge("join-6", full);
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Follower, may_try_again_after_it_was_not_let_in) {
  stage<follower::state> stage;
  stage.play(follow("book"), ada);
  stage.acknowledge("join-3", refusal{refusal_code::too_many_followers, "Full.", {}});
  EXPECT_EQ(stage.play(follow("book"), ada), names{"follow.begin"});
  stage.acknowledge("join-6");
  ASSERT_EQ(stage.s.topics.size(), 1u);
  EXPECT_FALSE(stage.s.topics[0].rejected);
}

TEST(Follower, follows_so_many_topics) {
  stage<follower::state> stage;
  for (std::size_t n = 0; n < follower::max_topics; ++n) {
    stage.play_once(follow("user:" + std::to_string(n)), ada);
    while (!stage.s.owed.empty()) stage.acknowledge(stage.s.owed.front().key());
  }
  EXPECT_EQ(stage.code(follow("book"), ada), "too_many_follows");
  EXPECT_EQ(stage.play(follow("user:0"), ada), names{});
  stage.play(unfollow("user:0"), ada);
  EXPECT_EQ(stage.play(follow("book"), ada), names{"follow.begin"});
}

TEST(Follower, waits_while_topics_do_not_answer) {
  stage<follower::state> stage;
  for (int n = 0; stage.s.owed.size() < follower::max_owed; ++n) {
    const auto topic = "user:" + std::to_string(n);
    stage.play_once(follow(topic), ada);
    if (stage.s.owed.size() < follower::max_owed) stage.play_once(unfollow(topic), ada);
  }
  EXPECT_EQ(stage.code(follow("book"), ada), "not_now");
}

TEST(Follower, leaves_every_audience_with_its_account) {
  stage<follower::state> stage;
  for (const auto* topic : {"book", "room", "vehicle"}) stage.play(follow(topic), ada);
  stage.acknowledge("join-3");
  stage.acknowledge("join-6", refusal{refusal_code::too_many_followers, "Full.", {}});
  for (const auto* enlisted : {"enlist-2", "enlist-5", "enlist-8"}) stage.acknowledge(enlisted);
  EXPECT_EQ(stage.play(follower::close{ada}), names{"follow.close"});
  EXPECT_TRUE(stage.s.topics.empty());
  EXPECT_EQ(stage.owed(), (names{"join-9", "leave-10"})) << "one thing at a time";
  EXPECT_EQ(wants(stage.s)[1].to, audience::ref("book", audience::shard_of(ada)));
  stage.acknowledge("leave-10");
  stage.acknowledge("join-9");
  EXPECT_EQ(stage.owed(), names{"leave-11"}) << "the room it was never let into is left alone";
  stage.acknowledge("leave-11");
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Follower, follows_nothing_once_its_account_is_gone) {
  stage<follower::state> stage;
  EXPECT_EQ(stage.code(follower::close{ada}, ada), "not_owner");
  EXPECT_EQ(stage.play(follower::close{ada}), names{"follow.close"}) << "who never followed, too";
  EXPECT_EQ(stage.code(follow("book"), ada), "account_closed");
  EXPECT_EQ(stage.play(unfollow("book"), ada), names{});
  EXPECT_EQ(stage.owed(), names{});
}

TEST(Follower, is_nobody_elses) {
  stage<follower::state> stage;
  EXPECT_EQ(stage.code(follow("book"), bob), "not_owner");
  EXPECT_EQ(stage.code(follow("book")), "not_owner");
  stage.play(follow("book"), ada);
  EXPECT_EQ(stage.code(unfollow("book"), bob), "not_owner");
  EXPECT_EQ(stage.code(follower::follow{bob, "room"}, bob), "not_owner");
}

// --- all of them, over a network that repeats and crashes ---

/// A follower, its audiences and what is on its way between them. Each command has its effect under
/// one id, as the runtime sees to it; copies of what was sent before arrive whenever they like.
class saga {
 public:
  explicit saga(std::uint64_t seed) : dice_{seed} {}

  void play() {
    for (int round = 0; round < 60; ++round) {
      if (dice_.percent(50)) change_mind();
      if (dice_.percent(60)) deliver();
      if (dice_.percent(20)) repeat();
      if (dice_.percent(10)) restart();
    }
    while (!wants(self_).empty()) {
      deliver();
      if (dice_.percent(20)) repeat();
    }
    for (const auto& name : topics_) {
      const bool follows = follower::topic_of(self_, name) != nullptr;
      EXPECT_EQ(audiences_[name].followers.size(), follows ? 1u : 0u) << name;
      if (follows) {
        EXPECT_FALSE(topic_states_[name].shards.empty()) << name;
      }
    }
  }

 private:
  template <class State>
  void give(State& to, const typename State::command_type& what) {
    const auto decided = decide(to, what, {instant{}, ada});
    ASSERT_TRUE(decided);
    for (const auto& each : *decided) to = evolve(std::move(to), each);
  }

  void change_mind() {
    const auto& name = dice_.pick(topics_);
    const auto command =
        dice_.percent(50) ? follower::command{follow(name)} : follower::command{unfollow(name)};
    const auto decided = decide(self_, command, {instant{}, ada});
    ASSERT_TRUE(decided);
    for (const auto& each : *decided) {
      self_ = evolve(std::move(self_), each);
      history_.push_back(each);
    }
  }

  void deliver() {
    auto owed = wants(self_);
    if (owed.empty()) return;
    const auto one = dice_.pick(owed);
    sent_.push_back(one);
    arrive(one);
    if (dice_.percent(30)) return;  // the answer is lost
    const auto decided = decide(self_, follower::command{answered{one.key, accepted{}}}, {});
    ASSERT_TRUE(decided);
    for (const auto& each : *decided) {
      self_ = evolve(std::move(self_), each);
      history_.push_back(each);
    }
  }

  void repeat() {
    if (!sent_.empty()) arrive(dice_.pick(sent_));
  }

  void arrive(const want& one) {
    if (const auto* asked = std::get_if<topic::command>(&one.body)) {
      give(topic_states_[one.to.id], *asked);
      return;
    }
    const auto name = one.to.id.substr(0, one.to.id.rfind('.'));
    auto& here = audiences_[name];
    if (had_effect_.contains(one.key)) return;
    const auto before = here.followers;
    give(here, std::get<audience::command>(one.body));
    if (here.followers != before) had_effect_.insert(one.key);
  }

  void restart() {
    self_ = {};
    for (const auto& each : history_) self_ = evolve(std::move(self_), each);
  }

  dice dice_;
  std::vector<std::string> topics_{"book", "room", "user:1"};
  follower::state self_;
  std::vector<follower::event> history_;
  std::map<std::string, topic::state> topic_states_;
  std::map<std::string, audience::state> audiences_;
  std::vector<want> sent_;
  std::set<std::string> had_effect_;
};

TEST(Follower, ends_where_its_person_wanted_over_repeats_and_crashes) {
  with_seeds(300, [](std::uint64_t seed) { saga{seed}.play(); });
}

}  // namespace
}  // namespace rentwave
