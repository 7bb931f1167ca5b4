#include <sys/socket.h>
#include <unistd.h>

#include "persistence/postgres/connection.hpp"
#include "persistence/postgres/schema.hpp"
#include "persistence/postgres/watchdog.hpp"
#include "tests/persistence/adverts.hpp"
#include "tests/persistence/older_journal.hpp"
#include "tests/persistence/overheard_server.hpp"
#include "tests/persistence/postgres_scene.hpp"

namespace rentwave::testing_journal {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// Makes a database as the release before schema 5 would have left it.
constexpr const char* without_places_and_traits = R"(
DROP TRIGGER terms_are_kept ON rentwave.listings;
DROP FUNCTION rentwave.keep_terms, rentwave.terms_of;
DROP TABLE rentwave.listing_terms;
ALTER TABLE rentwave.listings DROP COLUMN latitude, DROP COLUMN longitude, DROP COLUMN seats,
  DROP COLUMN boot_litres, DROP COLUMN year, DROP COLUMN guests, DROP COLUMN beds,
  DROP COLUMN bathrooms;
UPDATE rentwave.listings SET words = '';
ALTER TABLE rentwave.reservations DROP COLUMN out;
CREATE INDEX reservations_by_listing ON rentwave.reservations (listing, starts_at);
ALTER TABLE rentwave.notices DROP COLUMN alternatives;
DROP TABLE rentwave.listing_photos, rentwave.photos;
DROP FUNCTION rentwave.write_photo;
DROP TABLE rentwave.nodes, rentwave.placements, rentwave.placements_revision;
DROP SEQUENCE rentwave.incarnations;
DROP FUNCTION rentwave.publish_placements;
DROP TABLE rentwave.event_types;
DROP FUNCTION rentwave.can_read, rentwave.unreadable_to, rentwave.begin_event_types;
ALTER TABLE rentwave.schema_version DROP COLUMN readable_from;
DELETE FROM rentwave.schema_version WHERE version >= 5;
)";

/// What is special about a journal in PostgreSQL.
class PostgresServer : public PostgresScene {
 protected:
  /// As if a release had been here that knows more schemas, of which programs can work with the
  /// last that know at least `readable_from`.
  void pretend_later_schemas(int more, const std::string& readable_from) {
    close();
    for (int i = 0; i < more; ++i)
      run("INSERT INTO rentwave.schema_version SELECT max(version) + 1, " + readable_from +
          " FROM rentwave.schema_version");
  }
};

TEST_F(PostgresServer, lets_nobody_change_events) {
  auto lease = value(journal_->take_over(1, "node-a"));
  value(append_one(*journal_, 1, lease, 1));
  for (const auto* as : {"origin", "replica"}) {
    const auto session = std::string{"SET session_replication_role = "} + as + "; ";
    EXPECT_THAT(refusal(session + "UPDATE rentwave.events SET data = '{}'"),
                HasSubstr("never updated"));
    EXPECT_THAT(refusal(session + "DELETE FROM rentwave.events"), HasSubstr("never deleted"));
    EXPECT_THAT(refusal(session + "TRUNCATE rentwave.events"), HasSubstr("never truncated"));
    EXPECT_THAT(refusal(session + "TRUNCATE rentwave.events, rentwave.alarms CASCADE"),
                HasSubstr("never truncated"));
  }
  EXPECT_THAT(value(journal_->read_log(1, 0, 10)), SizeIs(1));
}

TEST_F(PostgresServer, finds_what_happened_to_an_entity_without_going_through_the_log) {
  const auto lease = value(journal_->take_over(1, "node-a"));
  std::vector<new_event> many;
  for (int i = 0; i < 500; ++i) many.push_back(event(100 + i));
  const auto part = to_partition(
      1, lease, {to_entity(rental_n(1), 0, many), to_entity(rental_n(2), 0, {event(2), event(3)})});
  ASSERT_FALSE(value(journal_->append({part})).at(0).entities.at(1).failed);
  // The server counts what a session has read when that ends, if not before.
  const auto entries_read = [this] {
    close();
    const auto count =
        run("SELECT sum(idx_tup_read) FROM pg_stat_user_indexes"
            " WHERE relname = 'events'");
    open();
    return std::stoll(count);
  };
  const auto before = entries_read();
  event_filter filter;
  filter.kind = rental_n(2).kind;
  filter.id = rental_n(2).id;
  EXPECT_THAT(value(journal_->scan(0, filter, 100)).events, SizeIs(2));
  EXPECT_LT(entries_read() - before, 100);
}

TEST_F(PostgresServer, fails_only_the_entity_whose_row_it_refuses) {
  run("CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS"
      " $$BEGIN IF new.type = 'bad' THEN RAISE 'no'; END IF; RETURN new; END$$;"
      "CREATE TRIGGER no BEFORE INSERT ON rentwave.events FOR EACH ROW EXECUTE FUNCTION "
      "public.no()");
  const auto lease = value(journal_->take_over(1, "node-a"));
  auto bad = to_entity(rental_n(2), 0, {event(2), event(3, 0, "bad")});
  bad.rows = {session_row{nth<session_id>(1), nth<account_id>(1)}};
  bad.alarm = {false, at(1)};
  auto good = to_entity(rental_n(4), 0, {event(5), event(6)});
  good.rows = {session_row{nth<session_id>(2), nth<account_id>(1)}};
  good.alarm = {false, at(2)};
  good.state = snapshot{1, 1, "{}", {}};
  // A number beyond 64 bits is only found by the server.
  auto huge = to_entity(rental_n(5), 0, {event(7)});
  rental_row full;
  full.id = nth<rental_id>(1);
  full.late_fees = {INT64_MAX};
  rental_changed more;
  more.id = full.id;
  more.further_late_fee = {1};
  huge.rows = {full, more};
  auto part = to_partition(1, lease,
                           {to_entity(rental_n(1), 0, {event(1)}), bad,
                            to_entity(rental_n(3), 0, {event(4, 0, "bad")}), huge, good});
  part.offsets = {{"notifier", 1}, {"notifier", 2}};
  const auto result = value(journal_->append({part}));
  const auto& entities = result.at(0).entities;
  EXPECT_FALSE(entities.at(0).failed);
  for (const std::size_t refused : {1, 2, 3}) {
    EXPECT_EQ(entities.at(refused).failed.value().code, journal_errc::refused);
    EXPECT_EQ(entities.at(refused).first_position, 0);
  }
  EXPECT_EQ(entities.at(4).first_position, 2);
  EXPECT_EQ(result.at(0).position, 3);
  EXPECT_THAT(value(journal_->sessions(nth<account_id>(1))), SizeIs(1));
  EXPECT_THAT(value(journal_->alarms(1, at(9), {}, 9)), SizeIs(1));
  EXPECT_TRUE(value(journal_->load(rental_n(4))).state);
  EXPECT_EQ(value(journal_->offset(1, "notifier")), 2);
  EXPECT_EQ(value(journal_->take_over(1, "node-a")).position, 3);
}

TEST_F(PostgresServer, makes_no_rows_anew_while_a_node_runs) {
  auto lease = value(journal_->take_over(1, "node-a"));
  value(append_one(*journal_, 1, lease, 1));
  const auto nothing = [](const stored_event&) { return std::vector<row_change>{}; };
  const auto unheard = [](std::int64_t, std::int64_t) {};
  const auto second = value(store_->connect());
  EXPECT_EQ(failure(second->rebuild_rows(nothing, unheard)), journal_errc::in_use);
  journal_.reset();
  value(second->rebuild_rows(nothing, unheard));
}

/// What takes time in proportion to them, or is bounded as a request is, fails when they are many.
TEST_F(PostgresServer, makes_rows_anew_however_many_there_are) {
  run("CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS"
      " $$BEGIN RAISE 'one by one'; END$$;"
      "CREATE FUNCTION public.look() RETURNS trigger LANGUAGE plpgsql AS"
      " $$BEGIN INSERT INTO public.seen VALUES (current_setting('statement_timeout'));"
      " RETURN new; END$$;"
      "CREATE TABLE public.seen (timeout text);"
      "CREATE TRIGGER look BEFORE INSERT ON rentwave.listings FOR EACH ROW"
      " EXECUTE FUNCTION public.look()");
  for (const std::string table : {"listings", "listing_terms", "listing_photos", "reservations",
                                  "rentals", "reviews", "wallet_entries", "notices", "sessions"})
    run("CREATE TRIGGER no BEFORE DELETE ON rentwave." + table +
        " FOR EACH STATEMENT EXECUTE FUNCTION public.no()");
  auto lease = value(journal_->take_over(1, "node-a"));
  value(append_one(*journal_, 1, lease, 1));
  journal_.reset();
  const auto second = value(store_->connect());
  const auto as_advert = [](const stored_event&) -> journal_result<std::vector<row_change>> {
    return std::vector<row_change>{a_book(1, "Dune")};
  };
  value(second->rebuild_rows(as_advert, [](std::int64_t, std::int64_t) {}));
  EXPECT_EQ(run("SELECT string_agg(timeout, ' ') FROM public.seen"), "1h");
  EXPECT_THAT(value(second->search({.words = "dune"})).items, SizeIs(1));
}

TEST_F(PostgresServer, gives_a_long_transaction_the_time_that_it_asks_for) {
  const auto dog = std::make_shared<postgres::watchdog>();
  postgres::connection::options how;
  how.url = url_;
  how.longest_call = std::chrono::seconds{1};
  postgres::connection on(how, dog);
  postgres::transaction whole(on, std::chrono::seconds{60});
  EXPECT_NO_THROW(on.query("SELECT pg_sleep(1.5)"));  // longer than other calls may take
  auto shown = on.query("SELECT current_setting('idle_in_transaction_session_timeout')");
  std::string pause;
  ASSERT_TRUE(shown.next());
  shown.read(pause);
  EXPECT_EQ(pause, "1min");
  EXPECT_NO_THROW(whole.commit());
}

TEST_F(PostgresServer, refuses_what_is_no_utf8_before_it_is_sent) {
  auto lease = value(journal_->take_over(1, "node-a"));
  auto odd = event(1);
  odd.data = "{\"a\":\"\xC3\"}";
  const auto result = value(journal_->append(
      {to_partition(1, lease,
                    {to_entity(rental_n(1), 0, {odd}), to_entity(login_ref("\xFF"), 0, {event(1)}),
                     to_entity(rental_n(2), 0, {event(1)})})}));
  EXPECT_EQ(result.at(0).entities.at(0).failed.value().code, journal_errc::refused);
  EXPECT_EQ(result.at(0).entities.at(1).failed.value().code, journal_errc::refused);
  EXPECT_EQ(result.at(0).entities.at(2).first_position, 1);
}

TEST_F(PostgresServer, commits_synchronously_whatever_the_servers_default_is) {
  ASSERT_EQ(run("SHOW synchronous_commit"), "off") << "the default, else this tests nothing";
  run("CREATE TABLE public.seen (setting text); CREATE FUNCTION public.spy() RETURNS trigger"
      " LANGUAGE plpgsql AS $$BEGIN"
      " INSERT INTO public.seen VALUES (current_setting('synchronous_commit'));"
      " RETURN new; END$$; CREATE TRIGGER spy BEFORE INSERT OR UPDATE ON rentwave.partitions"
      " FOR EACH ROW EXECUTE FUNCTION public.spy()");
  auto lease = value(journal_->take_over(1, "node-a"));
  value(append_one(*journal_, 1, lease, 1));
  run("SELECT pg_terminate_backend(pid, 5000)" + sessions_of("node-a"));
  value(append_one(*journal_, 1, lease, 2));
  EXPECT_EQ(run("SELECT string_agg(setting, ' ') FROM public.seen"), "on on on");
}

TEST_F(PostgresServer, says_what_it_promises) {
  EXPECT_EQ(store_->promise(),
            "survives the death of the process and loss of power; the loss of the database's "
            "machine only with a synchronous standby");
  EXPECT_EQ(value(open_journal_read_only(url_))->promise(), "is only read");
}

TEST_F(PostgresServer, shares_its_database_with_others) {
  const auto url = server_.make_database();
  server_.run(url, "CREATE TABLE public.events (a int); INSERT INTO public.events VALUES (1)");
  const auto store = value(open_journal(url));
  EXPECT_THAT(value(value(store->connect())->scan(0, {}, 10)).events, IsEmpty());
  EXPECT_EQ(server_.run(url, "SELECT a FROM public.events"), "1");
}

// --- schema -------------------------------------------------------------------------------------

TEST_F(PostgresServer, is_migrated_once_by_many_at_once) {
  const auto url = server_.make_database();
  std::vector<std::jthread> nodes;
  for (int i = 0; i < 6; ++i)
    nodes.emplace_back([&] {
      const auto store = open_journal(url);
      EXPECT_TRUE(store) << store.error().detail;
    });
  nodes.clear();
  EXPECT_EQ(server_.run(url, "SELECT count(*) - max(version) FROM rentwave.schema_version"), "0");
}

TEST_F(PostgresServer, takes_a_later_schema_that_says_that_this_release_can_use_it) {
  pretend_later_schemas(3, std::to_string(postgres::newest_schema()));
  open();
  auto lease = value(journal_->take_over(1, "node-a"));
  value(append_one(*journal_, 1, lease, 1));
  EXPECT_TRUE(open_journal_read_only(url_));
}

TEST_F(PostgresServer, refuses_a_later_schema_that_says_that_this_release_cannot_use_it) {
  const auto ours = postgres::newest_schema();
  pretend_later_schemas(2, std::to_string(ours + 1));
  const auto refused = open_journal(url_);
  EXPECT_EQ(failure(refused), journal_errc::too_new);
  EXPECT_THAT(refused.error().detail,
              HasSubstr("the database has schema " + std::to_string(ours + 2) +
                        ", for releases that know " + std::to_string(ours + 1) +
                        " or later; this one knows " + std::to_string(ours)));
  EXPECT_EQ(failure(open_journal_read_only(url_)), journal_errc::too_new);
  run("DELETE FROM rentwave.schema_version WHERE version > " + std::to_string(ours));
  pretend_later_schemas(1, "NULL");
  EXPECT_EQ(failure(open_journal(url_)), journal_errc::too_new) << "it does not say";
}

TEST_F(PostgresServer, of_an_older_release_is_brought_up_to_this_one) {
  auto lease = value(journal_->take_over(1, "node-a"));
  value(append_one(*journal_, 1, lease, 1));
  value(append_one(*journal_, 1, lease, 2));
  close();
  run(std::string{without_places_and_traits} +
      "DROP INDEX rentwave.events_by_trace; DROP INDEX rentwave.events_by_time;"
      " DROP TABLE rentwave.reviews; DROP FUNCTION rentwave.write_review;"
      " DROP FUNCTION rentwave.write_leaving;"
      " ALTER TABLE rentwave.listings DROP COLUMN rating_stars, DROP COLUMN rating_count,"
      " DROP COLUMN rating_rank;"
      " DELETE FROM rentwave.schema_version WHERE version >= 2");
  EXPECT_EQ(failure(open_journal_read_only(url_)), journal_errc::unavailable);
  open();
  EXPECT_THAT(value(journal_->scan(0, {.trace = event(2).trace}, 10)).events, SizeIs(1));
  EXPECT_THAT(run("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'events_by_%'"), "2");
}

TEST_F(PostgresServer, of_a_release_without_places_and_traits_is_filled) {
  auto lease = value(journal_->take_over(1, "node-a"));
  const auto written =
      value(journal_->append({to_partition(1, lease, before_places_and_traits())}));
  ASSERT_FALSE(written.at(0).entities.at(0).failed);
  close();
  run(without_places_and_traits);
  open();
  expect_found_by_places_and_traits(*journal_);
}

TEST_F(PostgresServer, is_migrated_in_more_time_than_requests_have) {
  close();
  run(without_places_and_traits);
  run("CREATE TABLE public.seen (timeout text);"
      "CREATE FUNCTION public.look() RETURNS event_trigger LANGUAGE plpgsql AS"
      " $$BEGIN INSERT INTO public.seen VALUES (current_setting('statement_timeout')); END$$;"
      "CREATE EVENT TRIGGER look ON ddl_command_start EXECUTE FUNCTION public.look()");
  open();
  EXPECT_EQ(run("SELECT string_agg(DISTINCT timeout, ' ') FROM public.seen"), "1h");
}

TEST_F(PostgresServer, keeps_the_terms_of_active_adverts_whoever_writes) {
  auto lease = value(journal_->take_over(1, "node-a"));
  auto changed = a_car(2, "Another van");
  changed.content.where.city = "Oslo";
  auto off = a_room(4, "Room");
  off.active = false;
  auto copy = to_entity(rental_n(1), 0, {event(1)});
  copy.rows = {a_book(1, "Book"),
               a_car(2, "Van"),
               a_room(3, "Room"),
               a_room(4, "Room"),
               a_book(5, "Book"),
               changed,
               listing_deactivated{nth<listing_id>(3), 2},
               off,
               listing_removed{nth<listing_id>(5)}};
  ASSERT_FALSE(
      value(journal_->append({to_partition(1, lease, {copy})})).at(0).entities.at(0).failed);
  // As a release would that knows of no terms.
  run("UPDATE rentwave.listings SET price = 77 WHERE kind = 'book'");
  const std::string kept = "SELECT * FROM rentwave.listing_terms";
  const std::string made = "SELECT t.* FROM rentwave.listings l, rentwave.terms_of(l) t";
  EXPECT_EQ(run("SELECT count(*) FROM (" + kept + " EXCEPT " + made + ") t"), "0");
  EXPECT_EQ(run("SELECT count(*) FROM (" + made + " EXCEPT " + kept + ") t"), "0");
  EXPECT_EQ(run("SELECT string_agg(DISTINCT kind, ' ' ORDER BY kind) FROM rentwave.listing_terms"),
            "book vehicle");
  EXPECT_EQ(run("SELECT count(*) FROM rentwave.listing_terms WHERE term = 'van' AND in_title"),
            "1");
  EXPECT_EQ(run("SELECT DISTINCT price FROM rentwave.listing_terms WHERE kind = 'book'"), "77");
}

TEST_F(PostgresServer, refuses_a_schema_that_is_no_journal) {
  const auto url = server_.make_database();
  server_.run(url, "CREATE SCHEMA rentwave; CREATE TABLE rentwave.other (a int)");
  EXPECT_EQ(failure(open_journal(url)), journal_errc::corrupt);
  EXPECT_EQ(server_.run(url, "SELECT count(*) FROM rentwave.other"), "0") << "and leaves it alone";
}

TEST_F(PostgresServer, fills_a_schema_that_somebody_made_for_it) {
  const auto url = server_.make_database();
  server_.run(url, "CREATE SCHEMA rentwave");
  EXPECT_TRUE(open_journal(url));
}

TEST_F(PostgresServer, opened_for_reading_is_neither_made_nor_written) {
  EXPECT_EQ(failure(open_journal_read_only(server_.make_database())), journal_errc::not_found);
  auto lease = value(journal_->take_over(1, "node-a"));
  value(append_one(*journal_, 1, lease, 1));
  const auto beside = value(open_journal_read_only(url_));
  const auto reader = value(beside->connect());
  EXPECT_THAT(value(reader->scan(0, {}, 10)).events, SizeIs(1));
  value(append_one(*journal_, 1, lease, 2));
  EXPECT_THAT(value(reader->scan(0, {}, 10)).events, SizeIs(2));
  EXPECT_FALSE(reader->take_over(1, "thief"));
  EXPECT_FALSE(reader->pin("name", "value"));
  EXPECT_FALSE(reader->append({to_partition(1, lease, {})}));
  EXPECT_EQ(value(journal_->take_over(1, "node-a")).epoch, 2);
}

TEST_F(PostgresServer, makes_the_keys_of_many_people_in_one_transaction) {
  std::vector<fresh_key> people;
  for (std::uint32_t n = 1; n <= 100; ++n)
    people.push_back({nth<account_id>(n), std::string(32, 'k')});
  const auto next = [this] { return std::stoll(run("SELECT pg_current_xact_id()")); };
  const auto before = next();
  EXPECT_THAT(value(journal_->ensure_keys(people)), testing::Each(std::string(32, 'k')));
  EXPECT_LT(next() - before, 20) << "the server's own work takes some numbers too";
}

// --- what is asked of it ------------------------------------------------------------------------

class PostgresOverheard : public PostgresScene {
 protected:
  PostgresOverheard() {
    auto through = url_;
    through.replace(through.find('@') + 1, server_.host().size(), overheard_.host());
    heard_store_ = value(open_journal(through));
    heard_ = value(heard_store_->connect());
  }

  overheard_server overheard_{server_.folder()};
  std::unique_ptr<journal_store> heard_store_;
  std::unique_ptr<journal> heard_;
};

/// How many a node can write in a second follows from it.
TEST_F(PostgresOverheard, is_asked_once_an_append_by_a_statement_that_it_has_prepared) {
  auto lease = value(heard_->take_over(1, "node-a"));
  value(append_one(*heard_, 1, lease, 1));
  EXPECT_THAT(overheard_.round_trips(), HasSubstr("P")) << "the first one prepares it";
  for (std::uint32_t i = 2; i < 5; ++i)
    value(append_one(*heard_, 1, lease, i, {{"notifier", lease.position}}));
  EXPECT_EQ(overheard_.round_trips(), "BBB");
  std::vector<entity_append> many;
  for (std::uint32_t i = 100; i < 150; ++i)
    many.push_back(to_entity(rental_n(i), 0, {event(i), event(i + 1000)}));
  value(heard_->append({to_partition(1, lease, many)}));
  EXPECT_EQ(overheard_.round_trips(), "B") << "however many entities have it together";
}

TEST_F(PostgresOverheard, is_asked_once_for_what_somebody_reads) {
  auto lease = value(heard_->take_over(1, "node-a"));
  value(append_one(*heard_, 1, lease, 1));
  for (int i = 0; i < 2; ++i) {
    value(heard_->load(rental_n(1)));
    value(heard_->read_log(1, 0, 10));
  }
  const auto asked = overheard_.round_trips();
  EXPECT_THAT(asked, EndsWith("BB")) << "prepared when they were read before";
}

/// Where the lists of terms do not serve: they hold active adverts only.
TEST_F(PostgresServer, finds_words_by_their_index) {
  close();
  run("ALTER DATABASE " + url_.substr(url_.rfind('/') + 1) + " SET enable_seqscan = off");
  open();
  const auto lease = value(journal_->take_over(1, "node-a"));
  auto wanted = to_entity(rental_n(1), 0, {event(1)});
  wanted.rows = {a_book(1, "Dune"), a_book(2, "Meditations")};
  value(journal_->append({to_partition(1, lease, {wanted})}));
  EXPECT_EQ(value(journal_->search({.words = "meditations", .only_active = false})).total, 1);
  close();  // the server counts what a session has read when that has ended, if not before
  EXPECT_TRUE(eventually([&] {
    return run("SELECT idx_scan > 0 FROM pg_stat_user_indexes"
               " WHERE indexrelname = 'listings_by_words'") == "t";
  }));
}

// --- hosts --------------------------------------------------------------------------------------

TEST_F(PostgresServer, is_found_among_several_hosts) {
  auto url = url_;
  const auto host = url.find('@') + 1;
  url.insert(host, "%2Fnowhere,");
  EXPECT_TRUE(open_journal(url));
}

TEST_F(PostgresServer, that_takes_no_writes_is_passed_over) {
  close();
  run("ALTER DATABASE " + url_.substr(url_.rfind('/') + 1) +
      " SET default_transaction_read_only = on");
  const auto refused = open_journal(url_);
  EXPECT_EQ(failure(refused), journal_errc::unavailable);
  EXPECT_THAT(refused.error().detail, HasSubstr("read-only"));
}

TEST(PostgresBackoff, grows_with_each_failure_up_to_a_longest_and_begins_anew_after_success) {
  using std::chrono::milliseconds;
  postgres::backoff pause{milliseconds{100}, milliseconds{500}};
  postgres::backoff::clock::time_point now{};
  EXPECT_FALSE(pause.is_pausing(now));
  const auto fails_for = [&](milliseconds length) {
    pause.failed(now);
    EXPECT_TRUE(pause.is_pausing(now + length - milliseconds{1})) << length.count();
    now += length;
    EXPECT_FALSE(pause.is_pausing(now)) << length.count();
  };
  for (const int length : {100, 200, 400, 500, 500}) fails_for(milliseconds{length});
  pause.succeeded();
  EXPECT_FALSE(pause.is_pausing(now));
  fails_for(milliseconds{100});
}

TEST(PostgresWatchdog, cuts_a_socket_at_its_deadline_and_no_other) {
  int pairs[2][2];
  for (auto& ends : pairs) ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  {
    using clock = postgres::watchdog::clock;
    postgres::watchdog dog;
    const postgres::watchdog::guard later(dog, pairs[0][0], clock::now() + std::chrono::hours{1});
    const postgres::watchdog::guard due(dog, pairs[1][0], clock::now());
    char byte = 0;
    EXPECT_EQ(::read(pairs[1][1], &byte, 1), 0) << "wakes, and finds the end";
    EXPECT_EQ(::write(pairs[0][1], "x", 1), 1);
    EXPECT_EQ(::read(pairs[0][0], &byte, 1), 1);
  }
  for (auto& ends : pairs)
    for (const int end : ends) ::close(end);
}

}  // namespace
}  // namespace rentwave::testing_journal
