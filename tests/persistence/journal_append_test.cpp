#include <gmock/gmock.h>

#include "tests/persistence/journal_contract.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::int64_t> positions(const std::vector<stored_event>& events) {
  std::vector<std::int64_t> found;
  for (const auto& event : events) found.push_back(event.position);
  return found;
}

journal_errc error_of(const entity_result& result) {
  if (!result.failed) throw std::runtime_error("this was to fail");
  return result.failed->code;
}

TEST_P(Journal, gives_back_what_was_appended) {
  auto sealed = event(2, 1, "account.create");
  sealed.subject = nth<account_id>(5);
  append({to_entity(rental_n(1), 0, {event(1), sealed})});
  const auto found = value(journal_->load(rental_n(1)));
  EXPECT_FALSE(found.state);
  ASSERT_THAT(found.events, SizeIs(2));
  const auto& first = found.events[0];
  EXPECT_EQ(first.type, "rent.late");
  EXPECT_EQ(first.schema, 3);
  EXPECT_EQ(first.data, R"({"n":1,"fee":250})");
  EXPECT_EQ(first.time, at(1));
  EXPECT_EQ(first.command, nth<command_id>(1));
  EXPECT_EQ(first.n, 0);
  EXPECT_EQ(first.actor, "account/7");
  EXPECT_EQ(first.trace, nth<trace_id>(1001));
  EXPECT_EQ(first.subject, std::nullopt);
  EXPECT_EQ(first.partition, 1);
  EXPECT_EQ(first.position, 1);
  EXPECT_EQ(first.entity, rental_n(1));
  EXPECT_EQ(first.version, 1);
  const auto& second = found.events[1];
  EXPECT_EQ(second.n, 1);
  EXPECT_EQ(second.subject, nth<account_id>(5));
  EXPECT_EQ(second.position, 2);
  EXPECT_EQ(second.version, 2);
  EXPECT_GT(second.sequence, first.sequence);
}

TEST_P(Journal, keeps_any_text_as_it_is) {
  auto odd = event(1);
  odd.data = "{\"text\":\"\xF0\x9F\x9A\xB2 \\u0000 'quoted' \xC3\xA9\"}";
  odd.actor = "";
  append({to_entity(login_ref("o'hara"), 0, {odd})});
  const auto found = value(journal_->load(login_ref("o'hara")));
  EXPECT_EQ(found.events.at(0).data, odd.data);
  EXPECT_EQ(found.events.at(0).actor, "");
}

TEST_P(Journal, of_an_entity_never_written_is_empty) {
  const auto found = value(journal_->load(rental_n(1)));
  EXPECT_FALSE(found.state);
  EXPECT_THAT(found.events, IsEmpty());
}

TEST_P(Journal, tells_where_the_events_went) {
  const auto result = append({to_entity(rental_n(1), 0, {event(1), event(1, 1)}),
                              to_entity(rental_n(2), 0), to_entity(rental_n(3), 0, {event(2)})});
  EXPECT_EQ(result.position, 3);
  ASSERT_THAT(result.entities, SizeIs(3));
  EXPECT_EQ(result.entities[0].first_position, 1);
  EXPECT_EQ(result.entities[1].first_position, 0);
  EXPECT_EQ(result.entities[2].first_position, 3);
}

TEST_P(Journal, appends_to_one_entity_twice_in_a_batch) {
  const auto result = append(
      {to_entity(rental_n(1), 0, {event(1)}), to_entity(rental_n(1), 1, {event(2), event(2, 1)})});
  EXPECT_FALSE(result.entities[1].failed);
  EXPECT_THAT(value(journal_->load(rental_n(1))).events, SizeIs(3));
}

TEST_P(Journal, refuses_a_version_that_is_there_and_writes_the_others) {
  append({to_entity(rental_n(1), 0, {event(1)})});
  const auto result = append({to_entity(rental_n(2), 0, {event(2)}),
                              to_entity(rental_n(1), 0, {event(3), event(3, 1)}),
                              to_entity(rental_n(3), 0, {event(4)})});
  EXPECT_FALSE(result.entities[0].failed);
  EXPECT_EQ(error_of(result.entities[1]), journal_errc::conflict);
  EXPECT_EQ(result.entities[1].first_position, 0);
  EXPECT_FALSE(result.entities[2].failed);
  EXPECT_EQ(result.entities[2].first_position, 3) << "positions close up";
  EXPECT_EQ(result.position, 3);
  EXPECT_THAT(value(journal_->load(rental_n(1))).events, SizeIs(1));
  EXPECT_THAT(positions(value(journal_->read_log(1, 0, 10))), ElementsAre(1, 2, 3));
  // The next append fits the closed-up position.
  EXPECT_EQ(append({to_entity(rental_n(1), 1, {event(5)})}).position, 4);
}

TEST_P(Journal, refuses_a_gap_between_versions) {
  EXPECT_EQ(error_of(append({to_entity(rental_n(1), 1, {event(1)})}).entities[0]),
            journal_errc::conflict);
  EXPECT_THAT(value(journal_->load(rental_n(1))).events, IsEmpty());
}

TEST_P(Journal, refuses_a_command_that_is_there_and_writes_the_others) {
  append({to_entity(rental_n(1), 0, {event(1)})});
  auto repeated = to_entity(rental_n(1), 1, {event(2), event(1)});
  repeated.alarm = {false, at(5)};
  repeated.rows = {session_row{nth<session_id>(1), nth<account_id>(1)}};
  const auto result = append(
      {to_entity(rental_n(2), 0, {event(1)}), repeated, to_entity(rental_n(3), 0, {event(1)})});
  EXPECT_FALSE(result.entities[0].failed) << "a command may touch several entities";
  EXPECT_EQ(error_of(result.entities[1]), journal_errc::conflict);
  EXPECT_FALSE(result.entities[2].failed);
  EXPECT_EQ(result.entities[2].first_position, 3);
  EXPECT_THAT(positions(value(journal_->read_log(1, 0, 10))), ElementsAre(1, 2, 3));
  EXPECT_THAT(value(journal_->load(rental_n(1))).events, SizeIs(1));
  EXPECT_THAT(value(journal_->alarms(1, at(100), {}, 10)), IsEmpty());
  EXPECT_THAT(value(journal_->sessions(nth<account_id>(1))), IsEmpty());
}

TEST_P(Journal, refuses_a_command_twice_in_one_append) {
  const auto result = append(
      {to_entity(rental_n(1), 0, {event(1), event(1)}), to_entity(rental_n(2), 0, {event(1)})});
  EXPECT_EQ(error_of(result.entities[0]), journal_errc::conflict);
  EXPECT_FALSE(result.entities[1].failed);
  EXPECT_EQ(result.position, 1);
}

TEST_P(Journal, fails_only_the_entity_whose_row_is_refused) {
  auto no_type = event(1, 0, "");
  auto with_nul = event(2);
  with_nul.data = std::string("{}\0", 3);
  auto future = to_entity(rental_n(4), 0, {event(4)});
  future.state = snapshot{2, 1, "{}", {}};
  const auto result = append(
      {to_entity(rental_n(1), 0, {event(9), no_type}), to_entity(rental_n(2), 0, {with_nul}),
       to_entity(rental_n(3), 0, {event(3, -1)}), future, to_entity(rental_n(5), 0, {event(5)})});
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(error_of(result.entities[i]), journal_errc::refused) << i;
  EXPECT_FALSE(result.entities[4].failed);
  EXPECT_EQ(result.entities[4].first_position, 1);
  EXPECT_EQ(result.position, 1);
}

TEST_P(Journal, takes_an_append_without_anything) {
  EXPECT_THAT(value(journal_->append({})), IsEmpty());
  const auto result = append({});
  EXPECT_EQ(result.position, 0);
  EXPECT_THAT(result.entities, IsEmpty());
}

TEST_P(Journal, checks_the_fence_of_an_append_without_anything) {
  const auto old = value(journal_->take_over(1, "node-a"));
  value(journal_->take_over(1, "node-b"));
  EXPECT_TRUE(value(journal_->append({to_partition(1, old, {})})).at(0).fenced);
}

TEST_P(Journal, is_taken_back_by_its_owner_only) {
  const auto old = value(journal_->take_over(3, "node-a"));
  const auto back = value(journal_->take_back(3, "node-a"));
  EXPECT_GT(back.epoch, old.epoch);
  EXPECT_EQ(back.position, old.position);
  const auto others = value(journal_->take_over(3, "node-b"));
  EXPECT_EQ(failure(journal_->take_back(3, "node-a")), journal_errc::fenced);
  EXPECT_EQ(value(journal_->take_over(3, "node-b")).epoch, others.epoch + 1);
}

TEST_P(Journal, is_nobodys_once_it_was_released) {
  append({to_entity(rental_n(1), 0, {event(1)})});
  value(journal_->release(1, "node-a", lease_.epoch));
  const auto rows = value(journal_->partitions());
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].owner, "");
  EXPECT_EQ(rows[0].position, 1);
  const auto late = to_partition(1, lease_, {to_entity(rental_n(1), 1, {event(2)})});
  EXPECT_TRUE(value(journal_->append({late})).at(0).fenced);
  EXPECT_EQ(failure(journal_->take_back(1, "node-a")), journal_errc::fenced);
  const auto next = value(journal_->take_over(1, "node-b"));
  EXPECT_GT(next.epoch, lease_.epoch);
  EXPECT_EQ(next.position, 1);
  const auto goes_on = to_partition(1, next, {to_entity(rental_n(1), 1, {event(2)})});
  EXPECT_FALSE(value(journal_->append({goes_on})).at(0).fenced);
}

TEST_P(Journal, is_released_by_its_owner_only) {
  const auto old = value(journal_->take_over(3, "node-a"));
  const auto again = value(journal_->take_over(3, "node-a"));
  EXPECT_EQ(failure(journal_->release(3, "node-a", old.epoch)), journal_errc::fenced);
  EXPECT_EQ(failure(journal_->release(3, "node-b", again.epoch)), journal_errc::fenced);
  EXPECT_EQ(failure(journal_->release(4, "node-a", 1)), journal_errc::fenced);
  value(journal_->release(3, "node-a", again.epoch));
  EXPECT_EQ(failure(journal_->release(3, "node-a", again.epoch)), journal_errc::fenced);
}

TEST_P(Journal, is_taken_over_in_many_partitions_at_once) {
  append({to_entity(rental_n(1), 0, {event(1), event(1, 1)})});
  value(journal_->take_over(7, "node-b"));
  const auto leases = journal_->take_over_many({7, 1, 4}, "node-c");
  ASSERT_EQ(leases.size(), 3U);
  EXPECT_EQ(value(leases[0]).epoch, 2);
  EXPECT_EQ(value(leases[1]).epoch, lease_.epoch + 1);
  EXPECT_EQ(value(leases[1]).position, 2);
  EXPECT_EQ(value(leases[2]).epoch, 1);
  for (const auto& row : value(journal_->partitions())) EXPECT_EQ(row.owner, "node-c");
  EXPECT_TRUE(journal_->take_over_many({}, "node-c").empty());
}

TEST_P(Journal, raises_the_epoch_with_every_take_over) {
  const auto first = value(journal_->take_over(3, "node-a"));
  const auto again = value(journal_->take_over(3, "node-a"));
  const auto other = value(journal_->take_over(3, "node-b"));
  EXPECT_LT(first.epoch, again.epoch);
  EXPECT_LT(again.epoch, other.epoch);
  EXPECT_EQ(first.position, 0);
}

TEST_P(Journal, tells_the_taker_the_last_position) {
  append({to_entity(rental_n(1), 0, {event(1), event(1, 1)})});
  EXPECT_EQ(value(journal_->take_over(1, "node-b")).position, 2);
  EXPECT_EQ(value(journal_->take_over(2, "node-b")).position, 0);
}

TEST_P(Journal, fences_a_partition_that_nobody_took) {
  const auto result = value(journal_->append({to_partition(4, {1, 0}, {})}));
  EXPECT_TRUE(result.at(0).fenced);
}

/// A writer whose partition was taken over writes nothing of it, whatever it is.
class Stale : public Journal {
 protected:
  Stale() {
    append({to_entity(rental_n(1), 0, {event(1)})}, {{"notifier", 1}});
    stale_ = lease_;
    lease_ = value(journal_->take_over(1, "node-b"));
    other_ = value(store_->connect());
  }
  void write_stale(entity_append entity, std::vector<offset_change> offsets = {}) {
    auto wanted = to_partition(1, stale_, {std::move(entity)});
    wanted.offsets = std::move(offsets);
    const auto result = value(other_->append({wanted})).at(0);
    EXPECT_TRUE(result.fenced);
    ASSERT_THAT(result.entities, SizeIs(1));
    EXPECT_EQ(error_of(result.entities[0]), journal_errc::fenced);
  }
  partition_lease stale_;
  std::unique_ptr<journal> other_;
};

TEST_P(Stale, owner_writes_no_events) {
  write_stale(to_entity(rental_n(1), 1, {event(2)}));
  EXPECT_THAT(value(journal_->load(rental_n(1))).events, SizeIs(1));
}

TEST_P(Stale, owner_writes_no_alarms) {
  auto wanted = to_entity(rental_n(1), 1);
  wanted.alarm = {false, at(1)};
  write_stale(wanted);
  EXPECT_THAT(value(journal_->alarms(1, at(1000), {}, 10)), IsEmpty());
}

TEST_P(Stale, owner_writes_no_snapshots) {
  auto wanted = to_entity(rental_n(1), 1);
  wanted.state = snapshot{1, 1, "{}", {}};
  write_stale(wanted);
  EXPECT_FALSE(value(journal_->load(rental_n(1))).state);
}

TEST_P(Stale, owner_writes_no_offsets) {
  write_stale(to_entity(rental_n(1), 1), {{"notifier", 9}});
  EXPECT_EQ(value(journal_->offset(1, "notifier")), 1);
}

TEST_P(Stale, owner_writes_no_dead_letters) {
  auto wanted = to_partition(1, stale_, {});
  wanted.given_up = {letter_at(1)};
  EXPECT_TRUE(value(other_->append({wanted})).at(0).fenced);
  EXPECT_THAT(value(journal_->dead_letters({}, {}, 10)), IsEmpty());
}

TEST_P(Stale, owner_writes_no_rows) {
  auto wanted = to_entity(rental_n(1), 1);
  wanted.rows = {session_row{nth<session_id>(1), nth<account_id>(1)}};
  write_stale(wanted);
  EXPECT_THAT(value(journal_->sessions(nth<account_id>(1))), IsEmpty());
}

TEST_P(Stale, owner_does_not_hinder_the_new_one) {
  write_stale(to_entity(rental_n(1), 1, {event(2)}));
  EXPECT_EQ(append({to_entity(rental_n(1), 1, {event(2)})}).position, 2);
}

TEST_P(Journal, fences_by_position) {
  append({to_entity(rental_n(1), 0, {event(1)})});
  for (const std::int64_t position : {0, 2}) {
    const partition_lease wrong{lease_.epoch, position};
    const auto result =
        value(journal_->append({to_partition(1, wrong, {to_entity(rental_n(1), 1, {event(2)})})}));
    EXPECT_TRUE(result.at(0).fenced) << position;
  }
  EXPECT_THAT(value(journal_->read_log(1, 0, 10)), SizeIs(1));
}

TEST_P(Journal, leaves_out_the_fenced_partition_and_writes_the_others) {
  const auto first = value(journal_->take_over(1, "node-a"));
  const auto second = value(journal_->take_over(2, "node-a"));
  const auto third = value(journal_->take_over(3, "node-a"));
  value(journal_->take_over(2, "node-b"));
  // Not in the order of their ids: the results are in the order of the batch.
  const auto results =
      value(journal_->append({to_partition(3, third, {to_entity(rental_n(3), 0, {event(1)})}),
                              to_partition(2, second, {to_entity(rental_n(2), 0, {event(1)})}),
                              to_partition(1, first, {to_entity(rental_n(1), 0, {event(1)})})}));
  ASSERT_THAT(results, SizeIs(3));
  EXPECT_FALSE(results[0].fenced);
  EXPECT_EQ(results[0].position, 1);
  EXPECT_TRUE(results[1].fenced);
  EXPECT_FALSE(results[2].fenced);
  EXPECT_THAT(value(journal_->read_log(3, 0, 10)), SizeIs(1));
  EXPECT_THAT(value(journal_->read_log(2, 0, 10)), IsEmpty());
  EXPECT_THAT(value(journal_->read_log(1, 0, 10)), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(Every, Stale, testing::ValuesIn(journal_kinds()), kind_name);

}  // namespace
}  // namespace rentwave::testing_journal
