// The parts of the runtime that are plain classes.
#include <gtest/gtest.h>

#include "actors/runtime/alarm_index.hpp"
#include "actors/runtime/answer_memory.hpp"
#include "actors/runtime/notifier.hpp"
#include "actors/runtime/routing.hpp"
#include "actors/runtime/sent_wants.hpp"
#include "persistence/codec.hpp"
#include "persistence/memory/store.hpp"

namespace rentwave {
namespace {

using namespace std::chrono_literals;

constexpr instant noon{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1} + 12h};
const entity_ref first{entity_kind::rental, "a"};
const entity_ref second{entity_kind::rental, "b"};

TEST(Alarm_index, gives_what_is_due_in_order_and_once) {
  alarm_index alarms;
  alarms.begin_read(noon + 1h);
  alarms.finish_read({{first, noon + 2min, 1}, {second, noon + 1min, 1}});
  EXPECT_EQ(alarms.earliest(), noon + 1min);
  EXPECT_EQ(alarms.take_due(noon + 2min), second);
  EXPECT_EQ(alarms.take_due(noon + 90s), std::nullopt);
  EXPECT_EQ(alarms.take_due(noon + 2min), first);
  EXPECT_EQ(alarms.take_due(noon + 2min), std::nullopt);
}

TEST(Alarm_index, lets_the_higher_version_win_whatever_arrives_first) {
  alarm_index alarms;
  alarms.begin_read(noon + 1h);
  alarms.changed(first, noon + 10min, 5);
  alarms.finish_read({{first, noon + 2min, 4}});
  EXPECT_EQ(alarms.earliest(), noon + 10min);
}

TEST(Alarm_index, does_not_bring_back_what_was_cleared_while_it_read) {
  alarm_index alarms;
  alarms.begin_read(noon + 1h);
  alarms.changed(first, std::nullopt, 5);
  alarms.finish_read({{first, noon + 2min, 4}});
  EXPECT_FALSE(alarms.earliest());
}

TEST(Alarm_index, keeps_nothing_beyond_its_horizon) {
  alarm_index alarms;
  alarms.begin_read(noon + 1h);
  alarms.finish_read({});
  alarms.changed(first, noon + 2h, 1);
  EXPECT_EQ(alarms.size(), 0u);
  alarms.changed(first, noon + 30min, 2);
  alarms.changed(first, noon + 3h, 3);  // moved out of sight
  EXPECT_EQ(alarms.size(), 0u);
}

TEST(Alarm_index, looks_after_an_entity_again_whatever_its_alarm_is) {
  alarm_index alarms;
  alarms.begin_read(noon + 1h);
  alarms.changed(first, noon, 5);
  EXPECT_EQ(alarms.take_due(noon), first);
  alarms.again(first, noon + 1s);
  alarms.finish_read({{first, noon, 5}});
  EXPECT_EQ(alarms.earliest(), noon + 1s);
  alarms.again(first, noon + 5s);
  EXPECT_EQ(alarms.earliest(), noon + 1s);
}

TEST(Alarm_index, lowers_its_horizon_when_the_table_had_more_and_goes_on_there) {
  alarm_index alarms;
  alarms.begin_read(noon + 1h);
  alarms.finish_read({{first, noon + 2min, 1}}, false);
  EXPECT_EQ(alarms.horizon(), noon + 2min);
  ASSERT_TRUE(alarms.place());
  EXPECT_EQ(alarms.place()->entity, first);
  EXPECT_TRUE(alarms.wants_read(noon));
  alarms.begin_read(noon + 1h);
  alarms.changed(second, noon + 30min, 1);  // while it reads
  alarms.finish_read({});
  EXPECT_FALSE(alarms.place());
  EXPECT_EQ(alarms.horizon(), noon + 1h);
  EXPECT_FALSE(alarms.wants_read(noon + 1h));
  EXPECT_TRUE(alarms.wants_read(noon + 2h));
  EXPECT_EQ(alarms.size(), 2u);
}

TEST(Alarm_index, does_not_lower_its_horizon_below_what_was_complete) {
  alarm_index alarms;
  alarms.begin_read(noon + 1h);
  alarms.finish_read({});
  alarms.begin_read(noon + 2h);
  alarms.finish_read({{first, noon, 1}}, false);
  EXPECT_EQ(alarms.horizon(), noon + 1h);
  alarms.changed(second, noon + 50min, 1);
  EXPECT_EQ(alarms.size(), 2u);
}

TEST(Alarm_index, begins_at_the_first_row_again_when_it_is_told_to) {
  alarm_index alarms;
  EXPECT_TRUE(alarms.wants_read(instant::min()));  // nothing was read
  alarms.begin_read(noon + 1h);
  alarms.read_anew();
  alarms.finish_read({{first, noon + 2min, 1}}, false);  // of before that
  alarms.begin_read(noon + 1h);
  EXPECT_FALSE(alarms.place());
  alarms.finish_read({{second, noon + 1min, 1}}, false);
  EXPECT_EQ(alarms.horizon(), noon + 1min);
  EXPECT_TRUE(alarms.place());
}

TEST(Alarm_index, begins_at_the_first_row_again_when_a_reading_failed) {
  alarm_index alarms;
  alarms.begin_read(noon + 1h);
  alarms.finish_read({{first, noon + 2min, 1}}, false);
  alarms.begin_read(noon + 1h);
  alarms.abandon_read();
  EXPECT_FALSE(alarms.is_reading());
  EXPECT_TRUE(alarms.wants_read(instant::min()));
  alarms.begin_read(noon + 1h);
  EXPECT_FALSE(alarms.place());
  EXPECT_EQ(alarms.take_due(noon + 2min), first);  // what is known stays
}

TEST(Answer_memory, knows_how_far_back_it_reaches) {
  answer_memory memory;
  const command_id early{uuid_v8({}, "early")};
  const command_id late{uuid_v8({}, "late")};
  memory.remember(early, noon, accepted{});
  memory.remember(late, noon + 5min, hand_over_result{true});
  EXPECT_TRUE(memory.would_know(noon - 1h));
  EXPECT_EQ(memory.find(late), outcome{hand_over_result{true}});
  memory.forget_before(noon + 1min);
  EXPECT_FALSE(memory.find(early));
  EXPECT_FALSE(memory.would_know(noon));
  EXPECT_TRUE(memory.would_know(noon + 2min));
}

TEST(Answer_memory, holds_so_many_and_knows_what_it_forgot) {
  answer_memory memory;
  const auto number = [](std::size_t n) { return command_id{uuid_v8({}, std::to_string(n))}; };
  const auto instant_of = [](std::size_t n) { return noon + std::chrono::seconds{n}; };
  for (std::size_t n = 0; n < answer_memory::most; ++n)
    memory.remember(number(n), instant_of(n), accepted{});
  EXPECT_TRUE(memory.find(number(0)));
  EXPECT_TRUE(memory.would_know(noon - 1h));
  for (std::size_t n = answer_memory::most; n < answer_memory::most + 2; ++n)
    memory.remember(number(n), instant_of(n), accepted{});
  EXPECT_EQ(memory.size(), answer_memory::most);
  EXPECT_FALSE(memory.find(number(1)));
  EXPECT_TRUE(memory.find(number(2)));
  EXPECT_FALSE(memory.would_know(instant_of(1)));
  EXPECT_TRUE(memory.would_know(instant_of(2)));
}

stored_event stored(const char* command, instant at) {
  stored_event event;
  event.command = command_id{uuid_v8({}, command)};
  event.time = at;
  return event;
}

TEST(Answer_memory, recalls_what_a_history_shows_and_no_more) {
  history loaded;
  loaded.events = {stored("early", noon), stored("late", noon + 5min), stored("late", noon + 5min)};
  std::size_t answered = 0;
  const auto reply = [&](const auto& events) {
    answered = events.size();
    return outcome{hand_over_result{true}};
  };
  answer_memory all;
  all.recall(loaded, noon + 1min, noon + 1h, 10s, reply);
  EXPECT_EQ(answered, 2u);
  EXPECT_EQ(all.size(), 1u);
  EXPECT_TRUE(all.find(command_id{uuid_v8({}, "late")}));
  EXPECT_FALSE(all.would_know(noon));
  EXPECT_TRUE(all.would_know(noon + 1min));

  // Events of the snapshot's last instant may be on both sides of it, and whoever sent the command
  // of one before may have a clock that is ahead.
  loaded.state.emplace();
  answer_memory tail;
  tail.recall(loaded, noon - 1h, noon + 1h, 10s, reply);
  EXPECT_FALSE(tail.would_know(noon));
  EXPECT_FALSE(tail.would_know(noon + 10s));
  EXPECT_TRUE(tail.would_know(noon + 11s));
}

std::vector<want> wanting(const char* key) {
  std::vector<want> owed(1);
  owed[0].key = key;
  owed[0].to = second;
  return owed;
}

trace_id trace_of(std::uint8_t n) {
  trace_id made;
  made.value.data[0] = n;
  return made;
}

TEST(Sent_wants, go_out_once_and_again_when_there_is_no_answer) {
  sent_wants wants;
  const auto sent = wants.update(first, wanting("hold"), {noon, trace_of(1)}, noon, 5s);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].what.to, second);
  EXPECT_EQ(sent[0].from.cause, noon);
  EXPECT_TRUE(wants.owes("hold"));
  EXPECT_TRUE(wants.update(first, wanting("hold"), {noon + 2s, {}}, noon + 2s, 5s).empty());

  const auto again = wants.update(first, wanting("hold"), {noon + 5s, {}}, noon + 5s, 5s);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].id, sent[0].id);
  EXPECT_EQ(again[0].from.cause, noon);
  EXPECT_EQ(wants.next_try(), noon + 15s);

  EXPECT_TRUE(wants.update(first, {}, {noon + 6s, {}}, noon + 6s, 5s).empty());
  EXPECT_TRUE(wants.empty());
  EXPECT_FALSE(wants.owes("hold"));
  EXPECT_EQ(wants.next_try(), std::nullopt);
}

TEST(Sent_wants, keep_the_trace_of_what_began_them) {
  sent_wants wants;
  auto owed = wanting("hold");
  wants.update(first, owed, {noon, trace_of(1)}, noon, 5s);
  owed.push_back(wanting("charge-1").front());
  const auto next = wants.update(first, owed, {noon + 1s, trace_of(2)}, noon + 1s, 5s);
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].what.key, "charge-1");
  EXPECT_EQ(next[0].from.trace, trace_of(2));
  const auto again = wants.update(first, owed, {noon + 5s, trace_of(3)}, noon + 5s, 5s);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].what.key, "hold");
  EXPECT_EQ(again[0].from.trace, trace_of(1));
}

TEST(Notifier, tells_the_other_side_of_a_review) {
  const auto owner = derive_id<account_id>(account_id{}, "owner");
  const auto renter = derive_id<account_id>(account_id{}, "renter");
  for (const auto by : {rental::party::renter, rental::party::owner}) {
    const rental::subject_matter about{{}, owner, renter, item_kind::book, "Dune", "9780441172719"};
    const auto coded = encode(rental::event{rental::reviewed{about, by, 4, "Read it.", noon}});
    stored_event event;
    event.entity = rental_ref(rental_id{});
    event.type = coded.type;
    event.data = coded.data;
    const auto told = notify(event, "EUR");
    ASSERT_EQ(told.size(), 1u);
    const bool by_renter = by == rental::party::renter;
    EXPECT_EQ(told[0].to, inbox_ref(by_renter ? owner : renter));
    const auto& notice = std::get<inbox::deliver>(std::get<inbox::command>(told[0].body)).what;
    EXPECT_EQ(notice.type, "rent.review");
    EXPECT_EQ(notice.isbn, "9780441172719");
    EXPECT_EQ(notice.text, by_renter ? "The renter of \u201cDune\u201d gave 4 of 5 stars."
                                     : "The owner of \u201cDune\u201d gave you 4 of 5 stars.");
  }
}

TEST(Partition, of_an_entity_never_changes) {
  // Fixed for ever: journals are partitioned by it.
  EXPECT_EQ(partition_of(first, 64), partition_of(first, 64));
  std::vector<int> sizes(64);
  for (int i = 0; i < 6400; ++i)
    ++sizes[static_cast<std::size_t>(partition_of({entity_kind::rental, std::to_string(i)}, 64))];
  for (const int size : sizes) EXPECT_GT(size, 50);  // 100 expected, standard deviation 10
}

}  // namespace
}  // namespace rentwave
