#include <gmock/gmock.h>

#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::vector<std::int64_t> versions(const std::vector<stored_event>& events) {
  std::vector<std::int64_t> found;
  for (const auto& event : events) found.push_back(event.version);
  return found;
}

std::vector<std::uint8_t> commands(const std::vector<stored_event>& events) {
  std::vector<std::uint8_t> found;
  for (const auto& event : events) found.push_back(event.command.value.data[15]);
  return found;
}

// --- snapshots ---

TEST_P(Journal, loads_the_snapshot_and_the_events_after_it) {
  auto first = to_entity(rental_n(1), 0, {event(1), event(2), event(3)});
  first.state = snapshot{2, 7, R"({"now":"late"})", nth<account_id>(4)};
  append({first});
  const auto found = value(journal_->load(rental_n(1)));
  ASSERT_TRUE(found.state);
  EXPECT_EQ(found.state->version, 2);
  EXPECT_EQ(found.state->schema, 7);
  EXPECT_EQ(found.state->data, R"({"now":"late"})");
  EXPECT_EQ(found.state->subject, nth<account_id>(4));
  EXPECT_THAT(versions(found.events), ElementsAre(3));
  const auto all = value(journal_->load_from_start(rental_n(1)));
  EXPECT_FALSE(all.state);
  EXPECT_THAT(versions(all.events), ElementsAre(1, 2, 3));
}

TEST_P(Journal, loads_many_entities_in_the_order_asked) {
  auto first = to_entity(rental_n(1), 0, {event(1), event(2), event(3)});
  first.state = snapshot{2, 1, R"({"of":1})", nth<account_id>(4)};
  auto second = to_entity(rental_n(2), 0, {event(4)});
  second.state = snapshot{1, 1, R"({"of":2})", {}};
  append({first, second, to_entity(rental_n(3), 0, {event(5), event(6)})});
  // One was never written, and one is asked for twice.
  auto found =
      journal_->load_many({rental_n(3), rental_n(9), rental_n(1), rental_n(2), rental_n(3)});
  ASSERT_EQ(found.size(), 5u);
  for (const auto i : {0, 4}) {
    EXPECT_FALSE(value(found[i]).state);
    EXPECT_THAT(versions(value(found[i]).events), ElementsAre(1, 2));
    EXPECT_THAT(commands(value(found[i]).events), ElementsAre(5, 6));
  }
  EXPECT_FALSE(value(found[1]).state);
  EXPECT_THAT(value(found[1]).events, IsEmpty());
  EXPECT_EQ(value(found[2]).state->data, R"({"of":1})");
  EXPECT_EQ(value(found[2]).state->subject, nth<account_id>(4));
  EXPECT_THAT(versions(value(found[2]).events), ElementsAre(3));
  EXPECT_EQ(value(found[3]).state->data, R"({"of":2})");
  EXPECT_EQ(value(found[3]).state->subject, std::nullopt);
  EXPECT_THAT(value(found[3]).events, IsEmpty());
  EXPECT_TRUE(journal_->load_many({}).empty());
}

TEST_P(Journal, keeps_the_latest_snapshot) {
  auto first = to_entity(rental_n(1), 0, {event(1), event(2)});
  first.state = snapshot{2, 1, "{}", nth<account_id>(4)};
  append({first});
  auto later = to_entity(rental_n(1), 2, {event(3)});
  later.state = snapshot{3, 2, "[]", {}};
  append({later});
  const auto found = value(journal_->load(rental_n(1)));
  ASSERT_TRUE(found.state);
  EXPECT_EQ(found.state->version, 3);
  EXPECT_EQ(found.state->data, "[]");
  EXPECT_EQ(found.state->subject, std::nullopt);
  EXPECT_THAT(found.events, IsEmpty());
  auto older = to_entity(rental_n(1), 3);
  older.state = snapshot{1, 1, "{}", {}};
  append({older});
  EXPECT_EQ(value(journal_->load(rental_n(1))).state->version, 3);
}

// --- events ---

TEST_P(Journal, finds_what_a_command_caused) {
  append({to_entity(rental_n(1), 0, {event(1), event(2, 0), event(2, 1), event(3)}),
          to_entity(rental_n(2), 0, {event(2)})});
  EXPECT_THAT(versions(value(journal_->find_command(rental_n(1), nth<command_id>(2)))),
              ElementsAre(2, 3));
  EXPECT_THAT(value(journal_->find_command(rental_n(1), nth<command_id>(4))), IsEmpty());
  EXPECT_THAT(value(journal_->find_command(rental_n(3), nth<command_id>(2))), IsEmpty());
}

TEST_P(Journal, reads_an_entity_from_a_version_on) {
  append({to_entity(rental_n(1), 0, {event(1), event(2), event(3), event(4)})});
  EXPECT_THAT(versions(value(journal_->read_entity(rental_n(1), 1, 2))), ElementsAre(2, 3));
  EXPECT_THAT(versions(value(journal_->read_entity(rental_n(1), 3, 9))), ElementsAre(4));
  EXPECT_THAT(value(journal_->read_entity(rental_n(1), 4, 9)), IsEmpty());
  EXPECT_THAT(value(journal_->read_entity(rental_n(1), 0, 0)), IsEmpty());
}

TEST_P(Journal, tells_kinds_with_the_same_id_apart) {
  const auto person = nth<account_id>(1);
  append(
      {to_entity(wallet_ref(person), 0, {event(1)}), to_entity(inbox_ref(person), 0, {event(1)})});
  EXPECT_THAT(value(journal_->load(wallet_ref(person))).events, SizeIs(1));
  EXPECT_THAT(value(journal_->load(account_ref(person))).events, IsEmpty());
}

TEST_P(Journal, reads_a_partitions_log_in_order_and_in_pieces) {
  append({to_entity(rental_n(1), 0, {event(1), event(2)}), to_entity(rental_n(2), 0, {event(3)})});
  append({to_entity(rental_n(1), 2, {event(4)})});
  const auto other = value(journal_->take_over(2, "node-a"));
  value(journal_->append({to_partition(2, other, {to_entity(rental_n(9), 0, {event(9)})})}));
  EXPECT_THAT(commands(value(journal_->read_log(1, 0, 3))), ElementsAre(1, 2, 3));
  EXPECT_THAT(commands(value(journal_->read_log(1, 3, 3))), ElementsAre(4));
  EXPECT_THAT(value(journal_->read_log(1, 4, 3)), IsEmpty());
  EXPECT_THAT(commands(value(journal_->read_log(2, 0, 3))), ElementsAre(9));
}

// --- scan ---

class Scan : public Journal {
 protected:
  Scan() {
    append({to_entity(rental_n(1), 0, {event(1, 0, "rent.request"), event(2, 0, "rent.late")}),
            to_entity(wallet_ref(nth<account_id>(1)), 0, {event(3, 0, "wallet.hold")})});
    const auto other = value(journal_->take_over(2, "node-a"));
    value(journal_->append({to_partition(
        2, other,
        {to_entity(rental_n(2), 0, {event(4, 0, "rent.request"), event(5, 0, "rents")})})}));
  }
  std::vector<std::uint8_t> found(const event_filter& filter) {
    return commands(value(journal_->scan(0, filter, 100)).events);
  }
};
INSTANTIATE_TEST_SUITE_P(Every, Scan, testing::ValuesIn(journal_kinds()), kind_name);

TEST_P(Scan, gives_all_partitions_in_order_of_writing_and_in_pieces) {
  const auto first = value(journal_->scan(0, {}, 3)).events;
  EXPECT_THAT(commands(first), ElementsAre(1, 2, 3));
  EXPECT_THAT(commands(value(journal_->scan(first.back().sequence, {}, 9)).events),
              ElementsAre(4, 5));
}

TEST_P(Scan, says_how_far_it_looked) {
  const auto all = value(journal_->scan(0, {}, 100));
  const auto last = all.events.back().sequence;
  EXPECT_EQ(all.looked_to, last);
  const event_filter none{.type = "none"}, wallets{.kind = entity_kind::wallet};
  EXPECT_EQ(value(journal_->scan(0, none, 100)).looked_to, last);
  EXPECT_EQ(value(journal_->scan(0, wallets, 100)).looked_to, last);
  EXPECT_EQ(value(journal_->scan(0, wallets, 1)).looked_to, all.events.at(2).sequence);
  EXPECT_EQ(
      value(journal_->scan(0, {.kind = entity_kind::rental, .id = rental_n(1).id}, 9)).looked_to,
      last);
  EXPECT_EQ(value(journal_->scan(last, none, 9)).looked_to, last);
  EXPECT_EQ(value(journal_->scan(last + 7, none, 9)).looked_to, last + 7);
  append({to_entity(rental_n(1), 2, {event(6, 0, "none")})});
  const auto next = value(journal_->scan(last, none, 9));
  EXPECT_THAT(commands(next.events), ElementsAre(6));
  EXPECT_EQ(next.looked_to, next.events.back().sequence);
}

TEST_P(Scan, finds_a_kind) {
  EXPECT_THAT(found({.kind = entity_kind::wallet}), ElementsAre(3));
  EXPECT_THAT(found({.kind = entity_kind::book}), IsEmpty());
}

TEST_P(Scan, finds_an_entity) {
  EXPECT_THAT(found({.kind = entity_kind::rental, .id = rental_n(2).id}), ElementsAre(4, 5));
  const auto first =
      value(journal_->scan(0, {.kind = entity_kind::rental, .id = rental_n(2).id}, 1)).events;
  EXPECT_THAT(found({.kind = entity_kind::wallet, .id = rental_n(2).id}), IsEmpty());
  EXPECT_THAT(commands(value(journal_->scan(first.at(0).sequence,
                                            {.kind = entity_kind::rental, .id = rental_n(2).id}, 9))
                           .events),
              ElementsAre(5));
}

TEST_P(Scan, finds_a_type_and_types_by_prefix) {
  EXPECT_THAT(found({.type = "rent.request"}), ElementsAre(1, 4));
  EXPECT_THAT(found({.type = "rent"}), IsEmpty());
  EXPECT_THAT(found({.type = "rent.*"}), ElementsAre(1, 2, 4));
  EXPECT_THAT(found({.type = "rent*"}), ElementsAre(1, 2, 4, 5));
  EXPECT_THAT(found({.type = "*"}), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(found({.type = "%*"}), IsEmpty()) << "no other character stands for any";
  EXPECT_THAT(found({.type = "RENT.*"}), IsEmpty());
}

TEST_P(Scan, finds_a_trace) {
  EXPECT_THAT(found({.trace = nth<trace_id>(1003)}), ElementsAre(3));
}

TEST_P(Scan, finds_a_time_from_inclusive_to_exclusive) {
  EXPECT_THAT(found({.from = at(2)}), ElementsAre(2, 3, 4, 5));
  EXPECT_THAT(found({.to = at(2)}), ElementsAre(1));
  EXPECT_THAT(found({.from = at(2), .to = at(4)}), ElementsAre(2, 3));
}

TEST_P(Scan, finds_a_trace_in_all_entities_and_partitions) {
  const auto trace = nth<trace_id>(77);
  const auto caused = [&](std::uint32_t command) {
    auto one = event(command);
    one.trace = trace;
    return one;
  };
  append({to_entity(rental_n(1), 2, {caused(11), event(12)}),
          to_entity(wallet_ref(nth<account_id>(1)), 1, {event(13), caused(14)})});
  const auto third = value(journal_->take_over(3, "node-a"));
  value(journal_->append(
      {to_partition(3, third, {to_entity(inbox_ref(nth<account_id>(1)), 0, {caused(15)})})}));
  EXPECT_THAT(found({.trace = trace}), ElementsAre(11, 14, 15));
  EXPECT_THAT(found({.kind = entity_kind::wallet, .trace = trace}), ElementsAre(14));
  EXPECT_THAT(found({.kind = entity_kind::rental, .id = rental_n(1).id, .trace = trace}),
              ElementsAre(11));
  const auto first = value(journal_->scan(0, {.trace = trace}, 2));
  EXPECT_THAT(commands(first.events), ElementsAre(11, 14));
  EXPECT_THAT(commands(value(journal_->scan(first.looked_to, {.trace = trace}, 2)).events),
              ElementsAre(15));
}

TEST_P(Scan, finds_a_time_among_events_that_are_not_in_its_order) {
  const auto timed = [](std::uint32_t command, std::int64_t seconds) {
    auto one = event(command);
    one.time = at(seconds);
    return one;
  };
  append({to_entity(rental_n(1), 2, {timed(11, 50), timed(12, 70), timed(13, 60), timed(14, 80)})});
  EXPECT_THAT(found({.from = at(50), .to = at(70)}), ElementsAre(11, 13));
  EXPECT_THAT(found({.from = at(60)}), ElementsAre(12, 13, 14));
  EXPECT_THAT(found({.from = at(60), .to = at(60)}), IsEmpty());
  const auto all = value(journal_->scan(0, {}, 100));
  const auto first = value(journal_->scan(0, {.from = at(60), .to = at(80)}, 1));
  EXPECT_THAT(commands(first.events), ElementsAre(12));
  const auto rest = value(journal_->scan(first.looked_to, {.from = at(60), .to = at(80)}, 9));
  EXPECT_THAT(commands(rest.events), ElementsAre(13));
  EXPECT_EQ(rest.looked_to, all.looked_to) << "also beyond the span";
  EXPECT_THAT(value(journal_->scan(0, {.from = at(90)}, 9)).looked_to, all.looked_to);
}

TEST_P(Scan, goes_no_further_than_the_filter_reaches) {
  const event_filter wanted{.type = "rent.none", .reach = 2};
  const auto last = value(journal_->scan(0, {}, 100)).looked_to;
  std::int64_t after = 0;
  for (auto page = value(journal_->scan(0, wanted, 9)); !page.is_end;
       page = value(journal_->scan(after, wanted, 9))) {
    ASSERT_LT(after, page.looked_to);
    ASSERT_LE(page.looked_to, after + 2);
    EXPECT_THAT(page.events, IsEmpty());
    after = page.looked_to;
  }
  EXPECT_GE(after + 2, last);
  EXPECT_GT(after, 0);
  EXPECT_EQ(value(journal_->scan(after, wanted, 9)).looked_to, last);
}

TEST_P(Scan, reaches_whatever_an_index_leads_to) {
  const auto last = value(journal_->scan(0, {}, 100)).looked_to;
  const auto page = value(
      journal_->scan(0, {.kind = entity_kind::rental, .id = rental_n(1).id, .reach = 1}, 100));
  EXPECT_TRUE(page.is_end);
  EXPECT_EQ(page.looked_to, last);
  EXPECT_FALSE(page.events.empty());
}

TEST_P(Scan, finds_the_same_in_steps) {
  const auto whole = value(journal_->scan(0, {.type = "rent.*"}, 100));
  EXPECT_TRUE(whole.is_end);
  std::vector<std::int64_t> expected, seen;
  for (const auto& one : whole.events) expected.push_back(one.sequence);
  bool is_end = false;
  for (std::int64_t after = 0; !is_end;) {
    const auto page = value(journal_->scan(after, {.type = "rent.*", .reach = 1}, 9));
    for (const auto& one : page.events) seen.push_back(one.sequence);
    after = page.looked_to;
    is_end = page.is_end;
  }
  EXPECT_EQ(seen, expected);
  EXPECT_FALSE(seen.empty());
}

TEST_P(Scan, goes_through_a_long_span_page_by_page) {
  // More than are looked through for each page, in no order of their times, and others around them.
  constexpr std::uint32_t first = 100, count = 2500;
  std::vector<new_event> events;
  for (std::uint32_t n = 0; n < count; ++n) {
    auto one = event(first + n);
    one.time = at(1000 + n * 7 % count);
    if (n % 100 == 0) one.time = at(90'000);
    events.push_back(std::move(one));
  }
  append({to_entity(rental_n(1), 2, std::move(events))});
  const event_filter span{.from = at(1000), .to = at(1000 + count)};
  std::vector<std::int64_t> seen;
  for (std::int64_t after = 0;;) {
    const auto page = value(journal_->scan(after, span, 700));
    for (const auto& one : page.events) seen.push_back(one.sequence);
    EXPECT_GE(page.looked_to, after);
    after = page.looked_to;
    if (std::ssize(page.events) < 700) break;
  }
  EXPECT_EQ(seen.size(), count - count / 100);
  EXPECT_TRUE(std::ranges::is_sorted(seen, std::less_equal{})) << "each once";
}

TEST_P(Scan, joins_filters) {
  EXPECT_THAT(found({.kind = entity_kind::rental, .type = "rent.*", .from = at(2), .to = at(5)}),
              ElementsAre(2, 4));
}

// --- alarms ---

class Alarms : public Journal {
 protected:
  void set(std::uint32_t entity, std::int64_t version, std::optional<instant> due,
           std::vector<new_event> events = {}) {
    auto wanted = to_entity(rental_n(entity), version, std::move(events));
    wanted.alarm = {false, due};
    append({wanted});
  }
  std::vector<alarm_row> due(std::int64_t seconds, int limit = 10) {
    return value(journal_->alarms(1, at(seconds), {}, limit));
  }
};
INSTANTIATE_TEST_SUITE_P(Every, Alarms, testing::ValuesIn(journal_kinds()), kind_name);

TEST_P(Alarms, are_read_up_to_the_horizon_earliest_first) {
  set(1, 0, at(30));
  set(2, 0, at(10));
  set(3, 0, at(20));
  const auto found = due(20);
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].entity, rental_n(2));
  EXPECT_EQ(found[0].due, at(10));
  EXPECT_EQ(found[1].entity, rental_n(3));
  EXPECT_THAT(due(9), IsEmpty());
  EXPECT_THAT(due(30, 2), SizeIs(2));
  EXPECT_THAT(value(journal_->alarms(2, at(100), {}, 10)), IsEmpty()) << "another partition";
}

TEST_P(Alarms, are_read_page_by_page_also_when_many_are_due_at_once) {
  for (std::uint32_t entity = 1; entity <= 5; ++entity) set(entity, 0, at(entity < 5 ? 10 : 20));
  std::vector<entity_ref> read;
  for (std::optional<alarm_row> after; read.size() <= 5;) {
    const auto page = value(journal_->alarms(1, at(20), after, 2));
    for (const auto& row : page) read.push_back(row.entity);
    if (page.size() < 2) break;
    after = page.back();
  }
  EXPECT_THAT(
      read, UnorderedElementsAre(rental_n(1), rental_n(2), rental_n(3), rental_n(4), rental_n(5)));
  EXPECT_EQ(read.back(), rental_n(5));
  const alarm_row gone{rental_n(9), at(15), 1};
  EXPECT_THAT(value(journal_->alarms(1, at(20), gone, 9)), SizeIs(1)) << "behind where it stood";
}

TEST_P(Alarms, are_one_an_entity_the_last_one_set) {
  set(1, 0, at(10), {event(1)});
  set(1, 1, at(40), {event(2)});
  const auto found = due(100);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].due, at(40));
  EXPECT_EQ(found[0].version, 2) << "of the entity with this append's events";
}

TEST_P(Alarms, can_be_cleared) {
  set(1, 0, at(10));
  set(1, 0, std::nullopt);
  EXPECT_THAT(due(100), IsEmpty());
  set(1, 0, std::nullopt);
}

TEST_P(Alarms, stay_when_they_are_kept) {
  set(1, 0, at(10));
  append({to_entity(rental_n(1), 0, {event(1)})});
  const auto found = due(100);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].version, 0) << "of the entity when the alarm was written";
}

TEST_P(Alarms, of_a_later_version_are_not_replaced_by_an_earlier_one) {
  set(1, 0, at(10), {event(1), event(2)});
  auto stale = to_entity(rental_n(1), 1);
  stale.alarm = {false, at(90)};
  EXPECT_TRUE(append({stale}).entities.at(0).failed);
  EXPECT_EQ(due(100).at(0).due, at(10));
}

// --- offsets, anchors, pinned values, keys ---

TEST_P(Journal, keeps_offsets_by_partition_and_subscription) {
  EXPECT_EQ(value(journal_->offset(1, "notifier")), 0);
  append({}, {{"notifier", 5}, {"topics", 3}});
  append({}, {{"notifier", 8}});
  EXPECT_EQ(value(journal_->offset(1, "notifier")), 8);
  EXPECT_EQ(value(journal_->offset(1, "topics")), 3);
  EXPECT_EQ(value(journal_->offset(2, "notifier")), 0);
}

TEST_P(Journal, knows_who_owns_its_partitions) {
  EXPECT_THAT(value(journal_->partitions()), IsEmpty());
  value(journal_->take_over(7, "node-b"));
  append({to_entity(rental_n(1), 0, {event(1), event(2)})});
  value(journal_->take_over(7, "node-c"));
  const auto found = value(journal_->partitions());
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].partition, 1);
  EXPECT_EQ(found[0].owner, "node-a");
  EXPECT_EQ(found[0].epoch, lease_.epoch);
  EXPECT_EQ(found[0].position, 2);
  EXPECT_EQ(found[1].partition, 7);
  EXPECT_EQ(found[1].owner, "node-c");
  EXPECT_EQ(found[1].epoch, 2);
  EXPECT_EQ(found[1].position, 0);
}

TEST_P(Journal, that_was_scanned_while_empty_skips_nothing) {
  const auto nothing = value(journal_->scan(0, {}, 10));
  EXPECT_TRUE(nothing.events.empty());
  append({to_entity(rental_n(1), 0, {event(1)})});
  EXPECT_EQ(value(journal_->scan(nothing.looked_to, {}, 10)).events.size(), 1u);
}

TEST_P(Journal, keeps_dead_letters_until_they_are_replayed) {
  append({to_entity(rental_n(1), 0, {event(1)})});
  auto wanted = to_partition(1, lease_, {});
  wanted.given_up = {letter_at(2, ""), letter_at(1)};
  value(journal_->append({wanted}));
  wanted.given_up = {letter_at(1, "another reason")};
  value(journal_->append({wanted}));

  const auto kept = value(journal_->dead_letters(1, {}, 10));
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].position, 1);
  EXPECT_EQ(kept[0].subscription, "notifier");
  EXPECT_EQ(kept[0].partition, 1);
  EXPECT_EQ(kept[0].entity, rental_n(1));
  EXPECT_EQ(kept[0].reason, "planted") << "the first reason stays";
  EXPECT_EQ(kept[0].since, at(50));
  EXPECT_EQ(kept[1].reason, "");
  EXPECT_EQ(value(journal_->dead_letters({}, {}, 1)).size(), 1u);
  EXPECT_THAT(value(journal_->dead_letters(2, {}, 10)), IsEmpty());

  wanted.given_up.clear();
  wanted.replayed = {{"notifier", 1}};
  value(journal_->append({wanted}));
  EXPECT_EQ(value(journal_->dead_letters(1, {}, 10)).at(0).position, 2);
}

TEST_P(Journal, gives_dead_letters_of_all_partitions_in_pages) {
  std::vector<letter_place> all;
  for (const partition_id partition : {1, 2, 10}) {
    const auto lease = value(journal_->take_over(partition, "node-a"));
    auto wanted = to_partition(partition, lease, {});
    for (const char* subscription : {"notifier", "topics"})
      for (const std::int64_t position : {2, 3, 11}) {
        all.push_back({{subscription, position}, partition});
        wanted.given_up.push_back({{subscription, position}, partition, rental_n(1), "", at(0)});
      }
    value(journal_->append({wanted}));
  }
  std::vector<letter_place> found;
  std::optional<letter_place> after;
  for (std::size_t seen = 0; seen < all.size(); seen = found.size()) {
    const auto page = value(journal_->dead_letters({}, after, 4));
    ASSERT_THAT(page, Not(IsEmpty()));
    for (const auto& one : page) found.push_back({one, one.partition});
    after = found.back();
  }
  EXPECT_THAT(value(journal_->dead_letters({}, after, 4)), IsEmpty());
  ASSERT_THAT(found, SizeIs(all.size()));
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(found[i].partition, all[i].partition);
    EXPECT_EQ(found[i].subscription, all[i].subscription);
    EXPECT_EQ(found[i].position, all[i].position);
  }
  // What it comes after need not be there any more.
  const auto behind = value(journal_->dead_letters(2, letter_place{{"topics", 4}, 2}, 10));
  ASSERT_THAT(behind, SizeIs(1));
  EXPECT_EQ(behind[0].position, 11);
}

TEST_P(Journal, knows_the_latest_time_of_an_event) {
  EXPECT_EQ(value(journal_->latest_event_time()), std::nullopt);
  auto later = event(1);
  later.time = at(300);
  auto earlier = event(2);
  earlier.time = at(200);
  append({to_entity(rental_n(1), 0, {later}), to_entity(rental_n(2), 0, {earlier})});
  EXPECT_EQ(value(journal_->latest_event_time()), at(300));
}

TEST_P(Journal, keeps_the_latest_anchor) {
  EXPECT_EQ(value(journal_->anchor()), std::nullopt);
  value(journal_->set_anchor({at(0), at(100), 1.5}));
  value(journal_->set_anchor({at(10), at(200), 10080}));
  const auto found = value(journal_->anchor());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->real, at(10));
  EXPECT_EQ(found->domain, at(200));
  EXPECT_EQ(found->rate, 10080);
}

TEST_P(Journal, lets_domain_time_never_go_back) {
  value(journal_->set_anchor({at(0), at(100), 1}));
  EXPECT_EQ(failure(journal_->set_anchor({at(50), at(99), 1})), journal_errc::mismatch);
  EXPECT_EQ(value(journal_->anchor())->domain, at(100));
  value(journal_->set_anchor({at(50), at(100), 2}));
}

TEST_P(Journal, pins_the_first_value_of_a_name) {
  const std::string secret{"\0\x01secret", 8};
  EXPECT_EQ(value(journal_->pin("secret", secret)), secret);
  EXPECT_EQ(value(journal_->pin("secret", "another")), secret);
  EXPECT_EQ(value(value(store_->connect())->pin("secret", "another")), secret);
  EXPECT_EQ(value(journal_->pin("currency", "EUR")), "EUR");
}

TEST_P(Journal, makes_a_persons_key_once) {
  const auto person = nth<account_id>(1);
  const std::string key(32, '\x7F');
  EXPECT_EQ(value(journal_->find_key(person)), std::nullopt);
  EXPECT_EQ(value(journal_->ensure_key(person, key)), key);
  EXPECT_EQ(value(journal_->ensure_key(person, std::string(32, 'b'))), key);
  EXPECT_EQ(value(journal_->find_key(person)), key);
  EXPECT_EQ(value(journal_->find_key(nth<account_id>(2))), std::nullopt);
}

TEST_P(Journal, makes_the_keys_of_many_people_in_their_order) {
  const auto old = nth<account_id>(2);
  const auto gone = nth<account_id>(3);
  const std::string backslashes(32, '\\');
  value(journal_->ensure_key(old, backslashes));
  value(journal_->destroy_key(gone));
  const std::string first(32, '\0');
  const std::string last(32, '"');
  const std::vector<fresh_key> people{{nth<account_id>(9), first},
                                      {old, std::string(32, 'o')},
                                      {gone, std::string(32, 'g')},
                                      {nth<account_id>(1), last}};
  const std::vector<std::string> kept{first, backslashes, "", last};
  EXPECT_EQ(value(journal_->ensure_keys(people)), kept);
  EXPECT_EQ(value(journal_->ensure_keys(people)), kept);
  EXPECT_EQ(value(journal_->find_key(nth<account_id>(1))), last);
  EXPECT_EQ(value(journal_->ensure_keys({})), std::vector<std::string>{});
}

TEST_P(Journal, leaves_a_destroyed_key_destroyed) {
  const auto person = nth<account_id>(1);
  value(journal_->ensure_key(person, std::string(32, 'a')));
  value(journal_->destroy_key(person));
  EXPECT_EQ(value(journal_->find_key(person)), std::nullopt);
  EXPECT_EQ(failure(journal_->ensure_key(person, std::string(32, 'b'))), journal_errc::not_found);
  value(journal_->destroy_key(person));
}

TEST_P(Journal, destroys_a_key_that_was_never_made) {
  const auto person = nth<account_id>(1);
  value(journal_->destroy_key(person));
  EXPECT_EQ(failure(journal_->ensure_key(person, std::string(32, 'b'))), journal_errc::not_found);
}

}  // namespace
}  // namespace rentwave::testing_journal
