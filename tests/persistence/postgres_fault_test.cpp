#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <pqxx/pqxx>
#include <random>
#include <thread>

#include "tests/persistence/postgres_scene.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PostgresFaults : public PostgresScene {
 protected:
  /// Whatever needs the table waits until `release`.
  void freeze(const std::string& table) {
    third_ = std::make_unique<pqxx::connection>(url_);
    lock_ = std::make_unique<pqxx::work>(*third_);
    lock_->exec("LOCK TABLE rentwave." + table + " IN ACCESS EXCLUSIVE MODE");
  }
  void release() {
    lock_.reset();
    third_.reset();
  }

  /// Gap-free, in order, each command once; gives the commands.
  std::vector<std::uint32_t> commands_of(journal& from, partition_id partition) {
    std::vector<std::uint32_t> found;
    std::int64_t position = 0;
    for (const auto& event : value(from.read_log(partition, 0, 100'000))) {
      EXPECT_EQ(event.position, ++position);
      EXPECT_EQ(event.version, position);
      const auto& id = event.command.value.data;
      found.push_back(static_cast<std::uint32_t>(id[13] << 16 | id[14] << 8 | id[15]));
    }
    return found;
  }

  /// As often as it takes.
  void take_back(partition_lease& lease) {
    const auto old = lease.epoch;
    EXPECT_TRUE(eventually([&] {
      const auto again = journal_->take_back(1, "node-a");
      if (again) lease = *again;
      return again.has_value();
    }));
    EXPECT_GT(lease.epoch, old);
  }

  static std::mt19937::result_type wanted_seed() {
    const auto* given = std::getenv("RENTWAVE_SEED");
    return given ? static_cast<std::mt19937::result_type>(std::strtoul(given, nullptr, 10))
                 : std::random_device{}();
  }

  const std::mt19937::result_type seed_ = wanted_seed();  ///< of a test that ends things by chance
  const bool soak_ = std::getenv("RENTWAVE_SOAK") != nullptr;
  std::unique_ptr<pqxx::connection> third_;
  std::unique_ptr<pqxx::work> lock_;
};

// --- migrations ---------------------------------------------------------------------------------

/// As a backup would: whoever wants to write the table stands behind the migration, if that waits.
TEST_F(PostgresFaults, a_migration_does_not_wait_in_front_of_others_for_who_reads_for_long) {
  const auto url = server_.make_database();
  server_.run(url,
              "CREATE SCHEMA rentwave;"
              " CREATE TABLE rentwave.schema_version (version integer PRIMARY KEY)");
  pqxx::connection backup(url);
  auto reading = std::make_unique<pqxx::work>(backup);
  reading->exec("SELECT FROM rentwave.schema_version");
  std::jthread migrating([&] { EXPECT_TRUE(open_journal(url)); });
  const auto is_waiting = [&] {
    return server_.run(url,
                       "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation ="
                       " 'rentwave.schema_version'::regclass") != "0";
  };
  EXPECT_TRUE(eventually(is_waiting));
  EXPECT_TRUE(eventually([&] { return !is_waiting(); }));
  EXPECT_EQ(server_.run(url, "SELECT count(*) FROM rentwave.schema_version"), "0") << "not yet";
  reading.reset();
  migrating.join();
  EXPECT_EQ(server_.run(url, "SELECT count(*) > 0 FROM rentwave.schema_version"), "t");
  server_.drop(url);
}

// --- take-over ----------------------------------------------------------------------------------

TEST_F(PostgresFaults, a_taker_ends_an_append_of_the_old_owner_that_is_under_way) {
  auto old_lease = value(journal_->take_over(1, "node-a"));
  value(append_one(*journal_, 1, old_lease, 1));
  freeze("events");
  journal_result<std::vector<partition_result>> late = std::vector<partition_result>{};
  std::thread old_owner([&] {
    auto lease = old_lease;
    late = append_one(*journal_, 1, lease, 2);
  });
  ASSERT_TRUE(eventually([&] { return is_blocked("node-a"); }));
  const auto taker = value(store_->connect());
  auto lease = value(taker->take_over(1, "node-b"));
  old_owner.join();
  EXPECT_EQ(failure(late), journal_errc::unknown_outcome);
  release();
  EXPECT_EQ(lease.position, 1);
  value(append_one(*taker, 1, lease, 3));
  EXPECT_THAT(commands_of(*taker, 1), ElementsAre(1, 3));
  const auto again = value(
      journal_->append({to_partition(1, old_lease, {to_entity(rental_n(1), 1, {event(2)})})}));
  EXPECT_TRUE(again.at(0).fenced);
  EXPECT_EQ(failure(journal_->take_back(1, "node-a")), journal_errc::fenced);
  value(append_one(*taker, 1, lease, 4));  // its session was left alone
}

TEST_F(PostgresFaults, a_taker_leaves_the_sessions_of_others_alone) {
  value(journal_->take_over(1, "node-a"));
  const auto other = value(store_->connect());
  auto second = value(other->take_over(2, "node-c"));
  const auto pids = run("SELECT string_agg(pid::text, ' ')" + sessions_of("node-c"));
  const auto taker = value(store_->connect());
  value(taker->take_over(1, "node-b"));
  EXPECT_EQ(run("SELECT count(*)" + sessions_of("node-a")), "0");
  EXPECT_EQ(run("SELECT string_agg(pid::text, ' ')" + sessions_of("node-c")), pids);
  value(append_one(*other, 2, second, 1));
}

/// Of a node that hands some of its partitions over and goes on with the rest.
TEST_F(PostgresFaults, a_taker_of_what_was_released_ends_no_session) {
  const auto first = value(journal_->take_over(1, "node-a"));
  auto second = value(journal_->take_over(2, "node-a"));
  const auto pids = run("SELECT string_agg(pid::text, ' ')" + sessions_of("node-a"));
  value(journal_->release(1, "node-a", first.epoch));
  const auto taker = value(store_->connect());
  value(taker->take_over(1, "node-b"));
  EXPECT_EQ(run("SELECT string_agg(pid::text, ' ')" + sessions_of("node-a")), pids);
  value(append_one(*journal_, 2, second, 1));
}

TEST_F(PostgresFaults, only_those_whom_the_table_of_places_names_take_over) {
  run("INSERT INTO rentwave.placements (partition, owner, owner_incarnation)"
      " VALUES (1, 'n1', 17), (2, NULL, NULL)");
  EXPECT_EQ(failure(journal_->take_over(1, "n1.16")), journal_errc::fenced);
  EXPECT_EQ(failure(journal_->take_over(1, "n2.17")), journal_errc::fenced);
  value(journal_->take_over(1, "n1.17"));
  run("UPDATE rentwave.placements SET owner = 'n2', owner_incarnation = 18 WHERE partition = 1");
  EXPECT_EQ(failure(journal_->take_back(1, "n1.17")), journal_errc::fenced);
  // Some of many: each for itself.
  const auto leases = journal_->take_over_many({1, 2, 3}, "n1.17");
  EXPECT_EQ(failure(leases.at(0)), journal_errc::fenced);
  EXPECT_EQ(value(leases.at(1)).epoch, 1);
  EXPECT_EQ(value(leases.at(2)).epoch, 1);
}

TEST_F(PostgresFaults, an_owners_odd_name_does_no_harm) {
  const std::string odd = "n/'%_\\ \xC3\xA9 and far longer than a name of PostgreSQL's can ever be";
  value(journal_->take_over(1, odd));
  const auto taker = value(store_->connect());
  value(taker->take_over(1, odd));
  EXPECT_EQ(run("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name LIKE 'rentwave/n%'"),
            "1")
      << "the taker's";
}

TEST_F(PostgresFaults, takers_at_once_have_one_winner_a_time) {
  std::vector<std::unique_ptr<journal>> takers;
  for (int i = 0; i < 4; ++i) takers.push_back(value(store_->connect()));
  std::mutex mutex;
  std::vector<std::int64_t> epochs;
  {
    std::vector<std::jthread> running;
    for (std::size_t i = 0; i < takers.size(); ++i)
      running.emplace_back([&, i] {
        for (int n = 0; n < 5; ++n) {
          // Who is ended by another taker meanwhile has lost.
          const auto lease = takers[i]->take_over(1, "node-" + std::to_string(i));
          const std::lock_guard held(mutex);
          if (lease) epochs.push_back(lease->epoch);
        }
      });
  }
  std::ranges::sort(epochs);
  EXPECT_TRUE(std::ranges::adjacent_find(epochs) == epochs.end()) << "an epoch was given twice";
  EXPECT_THAT(epochs, testing::Not(IsEmpty()));
}

// --- outcomes -----------------------------------------------------------------------------------

TEST_F(PostgresFaults, a_wait_for_a_lock_ends_without_a_trace) {
  auto lease = value(journal_->take_over(1, "node-a"));
  freeze("events");
  EXPECT_EQ(failure(append_one(*journal_, 1, lease, 1)), journal_errc::unavailable);
  release();
  value(append_one(*journal_, 1, lease, 1));
  EXPECT_THAT(commands_of(*journal_, 1), ElementsAre(1));
}

TEST_F(PostgresFaults, a_session_that_ended_in_between_is_replaced_unnoticed) {
  auto lease = value(journal_->take_over(1, "node-a"));
  for (std::uint32_t command = 1; command <= 3; ++command) {
    run("SELECT pg_terminate_backend(pid, 5000)" + sessions_of("node-a"));
    value(append_one(*journal_, 1, lease, command));
  }
  EXPECT_THAT(commands_of(*journal_, 1), ElementsAre(1, 2, 3));
}

/// Ends the writer's session at any moment of its appends; afterwards it takes the partition back.
TEST_F(PostgresFaults, a_session_that_ends_at_any_moment_loses_and_doubles_nothing) {
  SCOPED_TRACE("RENTWAVE_SEED=" + std::to_string(seed_));
  std::mt19937 dice(seed_);
  // A commit takes 2 ms, so that many an end comes during one: the server puts it off until then.
  close();
  run("ALTER DATABASE " + url_.substr(url_.rfind('/') + 1) + " SET commit_delay = 2000");
  run("ALTER DATABASE " + url_.substr(url_.rfind('/') + 1) + " SET commit_siblings = 0");
  open();
  auto lease = value(journal_->take_over(1, "node-a"));
  std::vector<std::uint32_t> acknowledged;
  std::map<journal_errc, int> failures;
  pqxx::connection killer(url_);
  for (std::uint32_t command = 1; command <= (soak_ ? 3000 : 150); ++command) {
    const std::chrono::microseconds moment{dice() % 5000};
    ASSERT_TRUE(eventually([&] { return journal_->anchor().has_value(); }));  // there is a session
    std::thread kill([&] {
      std::this_thread::sleep_for(moment);
      pqxx::nontransaction{killer}.exec("SELECT pg_terminate_backend(pid)" + sessions_of("node-a"));
    });
    const auto result = append_one(*journal_, 1, lease, command);
    kill.join();
    const auto before = static_cast<std::int64_t>(acknowledged.size());
    if (result) {
      acknowledged.push_back(command);
      continue;
    }
    ++failures[result.error().code];
    take_back(lease);
    if (result.error().code == journal_errc::unavailable) {
      EXPECT_EQ(lease.position, before) << "not written, for sure";
    } else {
      EXPECT_EQ(result.error().code, journal_errc::unknown_outcome);
      ASSERT_THAT(lease.position, testing::AnyOf(before, before + 1));
      if (lease.position > before) acknowledged.push_back(command);
    }
  }
  EXPECT_EQ(commands_of(*value(store_->connect()), 1), acknowledged);
  EXPECT_GT(failures[journal_errc::unknown_outcome], 0);
  RecordProperty("unknown", failures[journal_errc::unknown_outcome]);
}

/// Whether commits wait for a standby that never comes. One that waits is written, and an end of
/// its session is answered at once; without that the server puts the end off until the commit is
/// answered.
class PostgresCommits : public PostgresFaults {
 protected:
  ~PostgresCommits() override { hold_up(false); }
  void hold_up(bool yes) {
    run(yes ? "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
            : "ALTER SYSTEM RESET synchronous_standby_names");
    run("SELECT pg_reload_conf()");
  }
  bool is_committing(const std::string& owner) {
    return run("SELECT count(*)" + sessions_of(owner) + " AND wait_event = 'SyncRep'") == "1";
  }
};

TEST_F(PostgresCommits, whose_session_ends_in_their_middle_lose_and_double_nothing) {
  SCOPED_TRACE("RENTWAVE_SEED=" + std::to_string(seed_));
  std::mt19937 dice(seed_);
  auto lease = value(journal_->take_over(1, "node-a"));
  std::vector<std::uint32_t> acknowledged;
  int written = 0;  // though the answer was lost
  for (std::uint32_t command = 1; command <= (soak_ ? 500 : 30); ++command) {
    const bool ends = dice() % 2 == 0;
    if (ends) hold_up(true);
    std::atomic<bool> done{false};
    std::optional<journal_result<std::vector<partition_result>>> result;
    std::thread writer([&] {
      result = append_one(*journal_, 1, lease, command);
      done = true;
    });
    if (ends && eventually([&] { return done || is_committing("node-a"); }) && !done)
      run("SELECT pg_terminate_backend(pid)" + sessions_of("node-a"));
    writer.join();
    if (*result) {
      acknowledged.push_back(command);
      if (ends) hold_up(false);  // it was done before it would have had to wait
      continue;
    }
    ASSERT_TRUE(ends);
    hold_up(false);
    EXPECT_EQ(result->error().code, journal_errc::unknown_outcome);
    const auto before = static_cast<std::int64_t>(acknowledged.size());
    take_back(lease);
    // Before the first event of a type there is another commit, that of the type.
    ASSERT_THAT(lease.position, testing::AnyOf(before, before + 1));
    if (lease.position == before) continue;
    ++written;
    acknowledged.push_back(command);
  }
  EXPECT_EQ(commands_of(*journal_, 1), acknowledged);
  EXPECT_GT(written, 0);
  RecordProperty("written", written);
}

TEST_F(PostgresFaults, a_server_that_goes_and_comes_again_loses_and_doubles_nothing) {
  auto lease = value(journal_->take_over(1, "node-a"));
  std::atomic<int> rounds{0};
  std::atomic<bool> enough{false};
  std::set<std::uint32_t> acknowledged;
  std::set<std::uint32_t> refused;
  std::set<journal_errc> failures;
  std::uint32_t last = 0;
  std::thread writer([&] {
    for (std::uint32_t command = 1; !enough; ++command) {
      last = command;
      const auto result = append_one(*journal_, 1, lease, command);
      if (result) {
        acknowledged.insert(command);
        ++rounds;
        continue;
      }
      failures.insert(result.error().code);
      if (result.error().code == journal_errc::unavailable) refused.insert(command);
      take_back(lease);
    }
  });
  for (int i = 0; i < 3; ++i) {
    const int before = rounds;
    EXPECT_TRUE(eventually([&] { return rounds > before + 20; }));
    server_.stop_at_once();
    server_.start();
  }
  const int before = rounds;
  EXPECT_TRUE(eventually([&] { return rounds > before + 20; }));
  enough = true;
  writer.join();
  failures.erase(journal_errc::unavailable);
  failures.erase(journal_errc::unknown_outcome);
  EXPECT_THAT(failures, IsEmpty());
  const auto found = commands_of(*journal_, 1);
  const std::set<std::uint32_t> written(found.begin(), found.end());
  EXPECT_EQ(written.size(), found.size()) << "a command was written twice";
  EXPECT_TRUE(std::ranges::includes(written, acknowledged));
  for (const auto command : refused) EXPECT_FALSE(written.contains(command)) << command;
}

TEST_F(PostgresFaults, a_server_that_is_away_makes_everything_unavailable) {
  auto lease = value(journal_->take_over(1, "node-a"));
  server_.stop_at_once();
  EXPECT_EQ(failure(journal_->load(rental_n(1))), journal_errc::unavailable);
  EXPECT_EQ(failure(append_one(*journal_, 1, lease, 1)), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->take_over(1, "node-a")), journal_errc::unavailable);
  EXPECT_EQ(failure(journal_->search({})), journal_errc::unavailable);
  EXPECT_EQ(failure(store_->connect()), journal_errc::unavailable);
  EXPECT_EQ(failure(open_journal(url_)), journal_errc::unavailable);
  server_.start();
  ASSERT_TRUE(eventually([&] { return journal_->load(rental_n(1)).has_value(); }));
  value(append_one(*journal_, 1, lease, 1));
}

// Each asks in an order of its own: written in those, they would wait for each other in a circle.
TEST_F(PostgresFaults, keys_that_many_make_at_once_are_one_a_person) {
  constexpr std::size_t makers = 4;
  constexpr std::uint32_t people = 200;
  std::vector<std::unique_ptr<journal>> journals;
  for (std::size_t i = 0; i < makers; ++i) journals.push_back(value(store_->connect()));
  std::vector<std::map<account_id, std::string>> found(makers);
  {
    std::vector<std::jthread> running;
    for (std::size_t i = 0; i < makers; ++i)
      running.emplace_back([&, i] {
        for (std::uint32_t first = 1; first <= people; first += 10) {
          std::vector<fresh_key> wanted;
          for (std::uint32_t n = first; n < first + 10; ++n)
            wanted.push_back({nth<account_id>(n), std::string(32, static_cast<char>('a' + i))});
          std::ranges::rotate(wanted, wanted.begin() + static_cast<std::ptrdiff_t>(i));
          const auto kept = value(journals[i]->ensure_keys(wanted));
          for (std::size_t n = 0; n < wanted.size(); ++n) found[i][wanted[n].person] = kept.at(n);
        }
      });
  }
  EXPECT_EQ(found[0].size(), people);
  for (const auto& each : found) EXPECT_EQ(each, found[0]);
}

/// A standby, without which nothing commits, comes first among the hosts.
class PostgresStandby : public PostgresFaults {
 protected:
  PostgresStandby() {
    run("ALTER SYSTEM SET synchronous_standby_names = '*'");
    run("SELECT pg_reload_conf()");
    EXPECT_TRUE(
        eventually([&] { return run("SELECT sync_state FROM pg_stat_replication") == "sync"; }));
    close();
    url_.insert(url_.find('@') + 1, standby_->host() + ',');
    open();
  }
  ~PostgresStandby() override {
    close();
    url_ = alone_;
    standby_.reset();
    if (is_stopped_) server_.start();
    run("ALTER SYSTEM RESET synchronous_standby_names");
    run("SELECT pg_reload_conf()");
  }
  void fail_over() {
    is_stopped_ = true;
    server_.stop_at_once();
    standby_->promote();
  }

  const std::string alone_ = url_;
  std::unique_ptr<testing_postgres::private_server> standby_ = server_.make_standby();
  bool is_stopped_ = false;
};

TEST_F(PostgresStandby, is_passed_over_while_it_takes_no_writes_and_followed_when_it_does) {
  auto lease = value(journal_->take_over(1, "node-a"));
  std::vector<std::uint32_t> acknowledged;
  for (std::uint32_t command = 1; command <= 20; ++command) {
    value(append_one(*journal_, 1, lease, command));
    acknowledged.push_back(command);
  }
  fail_over();
  // Its session is gone, and this is how that is noticed; or it is replaced at once.
  if (append_one(*journal_, 1, lease, 21))
    acknowledged.push_back(21);
  else
    take_back(lease);
  value(append_one(*journal_, 1, lease, 22));
  acknowledged.push_back(22);
  EXPECT_EQ(commands_of(*journal_, 1), acknowledged);
}

/// In the server's place while that is away: hangs up on whoever comes, and counts them.
class closed_door {
 public:
  explicit closed_door(std::string path) : path_(std::move(path)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    ::unlink(path_.c_str());
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket_, 16) != 0)
      throw std::runtime_error("no door at " + path_);
    thread_ = std::jthread([this](const std::stop_token& enough) {
      pollfd waiting{socket_, POLLIN, 0};
      while (!enough.stop_requested())
        if (::poll(&waiting, 1, 20) == 1) {
          ::close(::accept(socket_, nullptr, nullptr));
          ++callers_;
        }
    });
  }
  ~closed_door() {
    thread_ = {};
    ::close(socket_);
    ::unlink(path_.c_str());
  }
  int callers() const { return callers_; }

 private:
  std::string path_;
  int socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::atomic<int> callers_ = 0;
  std::jthread thread_;
};

// With no pause there would be a thousand callers. How many there are depends on how long the calls
// take; but each pause is longer than the one before, and for 20 of them it would have to be half a
// minute.
TEST_F(PostgresFaults, a_server_that_is_away_is_not_tried_by_each_call) {
  value(journal_->anchor());
  const auto path = run("SHOW unix_socket_directories") + "/.s.PGSQL." + run("SHOW port");
  server_.stop_at_once();
  {
    const closed_door door(path);
    for (int i = 0; i < 1000; ++i)
      ASSERT_EQ(failure(journal_->anchor()), journal_errc::unavailable);
    EXPECT_GE(door.callers(), 1);
    EXPECT_LT(door.callers(), 20);
  }
  server_.start();
  EXPECT_TRUE(eventually([&] { return journal_->anchor().has_value(); }));
}

// --- scan ---------------------------------------------------------------------------------------

TEST_F(PostgresFaults, scan_waits_for_a_number_that_was_given_earlier) {
  const auto other = value(store_->connect());
  const auto reader = value(store_->connect());
  auto slow = value(journal_->take_over(1, "node-a"));
  auto quick = value(other->take_over(2, "node-b"));
  value(append_one(*other, 2, quick, 1));
  // It has its number, and is not committed.
  freeze("offsets");
  std::thread writer([&] { value(append_one(*journal_, 1, slow, 2, {{"notifier", 1}})); });
  ASSERT_TRUE(eventually([&] { return is_blocked("node-a"); }));
  value(append_one(*other, 2, quick, 3));
  const auto seen = value(reader->scan(0, {}, 10)).events;
  EXPECT_THAT(seen, SizeIs(1)) << "and nothing of what came later";
  release();
  writer.join();
  const auto rest = value(reader->scan(seen.back().sequence, {}, 10)).events;
  ASSERT_THAT(rest, SizeIs(2));
  EXPECT_EQ(rest[0].partition, 1);
  EXPECT_EQ(rest[1].partition, 2);
}

TEST_F(PostgresFaults, scan_follows_several_writers_without_skipping) {
  constexpr int writers = 3;
  constexpr std::uint32_t each = 150;
  std::vector<std::unique_ptr<journal>> journals;
  std::vector<partition_lease> leases;
  for (partition_id i = 0; i < writers; ++i) {
    journals.push_back(value(store_->connect()));
    leases.push_back(value(journals.back()->take_over(i, "node-" + std::to_string(i))));
  }
  std::vector<std::jthread> running;
  for (partition_id i = 0; i < writers; ++i)
    running.emplace_back([&, i] {
      const auto at = static_cast<std::size_t>(i);
      for (std::uint32_t n = 1; n <= each; ++n) value(append_one(*journals[at], i, leases[at], n));
    });
  std::int64_t cursor = 0;
  std::size_t seen = 0;
  std::map<partition_id, std::int64_t> positions;
  EXPECT_TRUE(eventually([&] {
    for (const auto& event : value(journal_->scan(cursor, {}, 7)).events) {
      EXPECT_GT(event.sequence, cursor);
      EXPECT_EQ(event.position, ++positions[event.partition]) << "skipped or out of order";
      cursor = event.sequence;
      ++seen;
    }
    return seen == writers * each;
  })) << seen;
}

}  // namespace
}  // namespace rentwave::testing_journal
