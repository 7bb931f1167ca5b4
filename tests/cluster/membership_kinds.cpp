// The kinds of tables, and what is special about each.
#include <gmock/gmock.h>

#include <optional>
#include <thread>

#include "persistence/memory/membership.hpp"
#include "tests/cluster/membership_contract.hpp"
#include "tests/postgres/private_server.hpp"

namespace rentwave::testing_cluster {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing_postgres::private_server;

class tables_in_memory final : public shared_tables {
 public:
  std::unique_ptr<membership> connect() override { return tables_.connect(); }

 private:
  memory_membership tables_;
};

/// In a database of its own, which is gone with it.
class tables_on_a_server final : public shared_tables {
 public:
  ~tables_on_a_server() override { private_server::get().drop(url_); }
  std::unique_ptr<membership> connect() override { return value(open_membership(url_)); }

 private:
  std::string url_ = private_server::get().make_journal();
};

template <class Tables>
std::unique_ptr<shared_tables> make() {
  return std::make_unique<Tables>();
}

}  // namespace

std::vector<membership_kind> membership_kinds() {
  return {{"memory", make<tables_in_memory>}, {"postgres", make<tables_on_a_server>}};
}

namespace {

TEST(MembershipUrl, is_that_of_a_server) {
  EXPECT_EQ(failure(open_membership("sqlite:data/x.db")), journal_errc::not_found);
  EXPECT_EQ(failure(open_membership("memory:")), journal_errc::not_found);
}

TEST(NodeId, is_an_owner_for_the_journal) {
  EXPECT_EQ(to_string(life('a', 17)), "a.17");
}

// --- in memory ----------------------------------------------------------------------------------

class MemoryMembership : public testing::Test {
 protected:
  void fail(membership_fault fault) {
    tables_.on_call([fault](membership_call) { return fault; });
  }

  memory_membership tables_;
  std::unique_ptr<membership> one_ = tables_.connect();
  const node_id id_ = value(one_->join("n1", {}, {}));
};

TEST_F(MemoryMembership, fails_as_a_test_says) {
  fail(membership_fault::unavailable);
  EXPECT_EQ(failure(one_->join("n2", {}, {})), journal_errc::unavailable);
  EXPECT_EQ(failure(one_->renew(id_)), journal_errc::unavailable);
  EXPECT_EQ(failure(one_->set_draining(id_, true)), journal_errc::unavailable);
  EXPECT_EQ(failure(one_->leave(id_)), journal_errc::unavailable);
  EXPECT_EQ(failure(one_->publish({}, {})), journal_errc::unavailable);
  EXPECT_EQ(failure(one_->read()), journal_errc::unavailable);
  tables_.on_call({});
  const auto all = value(one_->read());
  ASSERT_THAT(all.nodes, SizeIs(1));
  EXPECT_EQ(all.nodes[0].counter, 0);
  EXPECT_FALSE(all.nodes[0].draining);
  EXPECT_EQ(all.partitions.revision, 0);
}

TEST_F(MemoryMembership, can_leave_an_outcome_unknown) {
  fail(membership_fault::unknown_not_done);
  EXPECT_EQ(failure(one_->renew(id_)), journal_errc::unknown_outcome);
  EXPECT_EQ(failure(one_->publish({}, {})), journal_errc::unknown_outcome);
  EXPECT_EQ(failure(one_->read()), journal_errc::unavailable) << "which leaves nothing in doubt";
  fail(membership_fault::unknown_done);
  EXPECT_EQ(failure(one_->renew(id_)), journal_errc::unknown_outcome);
  EXPECT_EQ(failure(one_->publish({}, {})), journal_errc::unknown_outcome);
  tables_.on_call({});
  const auto all = value(one_->read());
  EXPECT_EQ(all.nodes.at(0).counter, 1);
  EXPECT_EQ(all.partitions.revision, 1);
}

TEST_F(MemoryMembership, fails_by_the_call) {
  tables_.on_call([](membership_call call) {
    return call == membership_call::renew ? membership_fault::unavailable : membership_fault::none;
  });
  EXPECT_FALSE(one_->renew(id_));
  EXPECT_TRUE(one_->read());
}

// --- in PostgreSQL ------------------------------------------------------------------------------

class PostgresMembership : public testing::Test {
 protected:
  ~PostgresMembership() override {
    one_.reset();
    server_.drop(url_);
  }
  std::string run(const std::string& sql) { return server_.run(url_, sql); }

  private_server& server_ = private_server::get();
  const std::string url_ = server_.make_journal();
  std::unique_ptr<membership> one_ = value(open_membership(url_));
};

TEST_F(PostgresMembership, finds_no_tables_where_no_journal_is) {
  const auto url = server_.make_database();
  EXPECT_EQ(failure(open_membership(url)), journal_errc::not_found);
  server_.drop(url);
}

/// The journal beside the tables, and what is written there.
class PostgresVocabulary : public PostgresMembership {
 protected:
  journal_result<node_id> join(const char* name, std::vector<std::string> event_types) {
    return one_->join(name, {"h:1", {}, "1", std::move(event_types)}, {});
  }
  /// Each event is of an entity of its own; what failed is told.
  std::vector<std::optional<journal_error>> write(std::vector<new_event> events) {
    std::vector<entity_append> entities;
    for (auto& one : events)
      entities.push_back(
          testing_journal::to_entity(testing_journal::rental_n(++entities_), 0, {std::move(one)}));
    const auto written =
        value(journal_->append({testing_journal::to_partition(1, lease_, std::move(entities))}));
    lease_.position = written.at(0).position;
    std::vector<std::optional<journal_error>> failures;
    for (const auto& one : written.at(0).entities) failures.push_back(one.failed);
    return failures;
  }
  new_event of_type(const char* type, int schema = 1) {
    auto made = testing_journal::event(++commands_, 0, type);
    made.schema = schema;
    return made;
  }

  std::unique_ptr<journal_store> store_ = value(open_journal(url_));
  std::unique_ptr<journal> journal_ = value(store_->connect());
  partition_lease lease_ = value(journal_->take_over(1, "node-a"));
  std::uint32_t entities_ = 0;
  std::uint32_t commands_ = 0;
};

TEST_F(PostgresVocabulary, keeps_out_who_cannot_read_what_is_written) {
  EXPECT_EQ(write({of_type("rent.late", 2), of_type("rent.new")}).size(), 2U);
  const auto refused = join("n1", {"rent.late/2", "rent.lost"});
  EXPECT_EQ(failure(refused), journal_errc::too_new);
  EXPECT_THAT(refused.error().detail, HasSubstr("events of the type rent.new"));
  EXPECT_EQ(failure(join("n1", {"rent.late", "rent.new"})), journal_errc::too_new);
  EXPECT_THAT(value(one_->read()).nodes, SizeIs(0));
  value(join("n1", {"rent.late/3", "rent.new"}));
  value(join("n2", {}));
}

TEST_F(PostgresVocabulary, holds_back_what_a_member_cannot_read_and_that_alone) {
  const auto older = value(join("n1", {"rent.late"}));
  const auto failed = write({of_type("rent.new"), of_type("rent.late")});
  ASSERT_TRUE(failed.at(0));
  EXPECT_EQ(failed.at(0)->code, journal_errc::unavailable);
  EXPECT_EQ(failed.at(0)->detail, "node n1 cannot read events of the type rent.new yet");
  EXPECT_FALSE(failed.at(1));
  EXPECT_TRUE(write({of_type("rent.late", 2)}).at(0)) << "a later schema of what it can read";
  value(one_->leave(older));
  EXPECT_FALSE(write({of_type("rent.new")}).at(0));
  EXPECT_EQ(failure(join("n1", {"rent.late"})), journal_errc::too_new);
}

/// Either it is written and the older node stays out, or the other way round: never both.
TEST_F(PostgresVocabulary, lets_an_older_node_in_or_a_new_type) {
  for (int round = 0; round < 20; ++round) {
    const auto type = "rent.new-" + std::to_string(round);
    journal_result<node_id> joined;
    std::jthread joining([&] { joined = join("n1", {"rent.late"}); });
    const bool is_written = !write({of_type(type.c_str())}).at(0);
    joining.join();
    EXPECT_NE(joined.has_value(), is_written) << round;
    run("DELETE FROM rentwave.nodes; DELETE FROM rentwave.event_types");
  }
}

TEST_F(PostgresMembership, says_where_it_failed_and_hides_the_password) {
  const auto failed = open_membership("postgresql://me:secret@localhost:1/nothing");
  EXPECT_EQ(failure(failed), journal_errc::unavailable);
  EXPECT_THAT(failed.error().detail, HasSubstr("postgresql://me:***@localhost:1/nothing"));
  EXPECT_THAT(failed.error().detail, Not(HasSubstr("secret")));
}

TEST_F(PostgresMembership, goes_on_with_a_new_connection_when_the_server_was_restarted) {
  const auto id = value(one_->join("n1", {}, {}));
  server_.stop_at_once();
  EXPECT_FALSE(one_->renew(id));
  EXPECT_EQ(failure(one_->read()), journal_errc::unavailable);
  server_.start();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!one_->renew(id) && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_EQ(value(one_->read()).nodes.at(0).counter, 1);
}

TEST_F(PostgresMembership, does_not_know_what_became_of_a_call_that_was_cut_off) {
  const auto id = value(one_->join("n1", {}, {}));
  run("CREATE FUNCTION public.end_it() RETURNS trigger LANGUAGE plpgsql AS"
      " $$BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN new; END$$;"
      " CREATE TRIGGER end_it BEFORE UPDATE ON rentwave.nodes"
      " FOR EACH ROW EXECUTE FUNCTION public.end_it()");
  EXPECT_EQ(failure(one_->renew(id)), journal_errc::unknown_outcome);
  run("DROP TRIGGER end_it ON rentwave.nodes");
  EXPECT_EQ(value(one_->read()).nodes.at(0).counter, 0);
}

TEST_F(PostgresMembership, changes_only_the_rows_of_places_that_differ) {
  auto next = table_of({"a", "b"});
  next.revision = 0;
  value(one_->publish(next, {}));
  const auto row = [&] { return run("SELECT xmin FROM rentwave.placements WHERE partition = 0"); };
  const auto before = row();
  next.revision = 1;
  next.places[1] = place_as("c");
  value(one_->publish(next, {}));
  EXPECT_EQ(row(), before);
  EXPECT_EQ(run("SELECT owner FROM rentwave.placements WHERE partition = 1"), "c");
}

TEST_F(PostgresMembership, cuts_a_call_that_the_server_does_not_answer_before_the_lease_is_over) {
  const auto id = value(one_->join("n1", {}, {}));
  run("CREATE FUNCTION public.hang() RETURNS trigger LANGUAGE plpgsql AS"
      " $$BEGIN PERFORM pg_sleep(9); RETURN new; END$$;"
      " CREATE TRIGGER hang BEFORE UPDATE ON rentwave.nodes"
      " FOR EACH ROW EXECUTE FUNCTION public.hang()");
  EXPECT_EQ(failure(one_->renew(id)), journal_errc::unknown_outcome) << "else it would succeed";
}

}  // namespace
}  // namespace rentwave::testing_cluster
