#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/persistence/older_journal.hpp"

namespace rentwave::testing_journal {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Makes a file as the release before schema 5 would have left it.
constexpr const char* without_places_and_traits = R"(
DROP INDEX listings_by_place; DROP INDEX listings_by_seats; DROP INDEX listings_by_boot_litres;
DROP INDEX listings_by_year; DROP INDEX listings_by_guests; DROP INDEX listings_by_beds;
DROP INDEX listings_by_bathrooms;
ALTER TABLE listings DROP COLUMN latitude; ALTER TABLE listings DROP COLUMN longitude;
ALTER TABLE listings DROP COLUMN seats; ALTER TABLE listings DROP COLUMN boot_litres;
ALTER TABLE listings DROP COLUMN year; ALTER TABLE listings DROP COLUMN guests;
ALTER TABLE listings DROP COLUMN beds; ALTER TABLE listings DROP COLUMN bathrooms;
DROP TABLE listing_words;
CREATE VIRTUAL TABLE listing_words USING fts5 (title, details, description);
DROP INDEX reservations_by_listing;
ALTER TABLE reservations DROP COLUMN out;
CREATE INDEX reservations_by_listing ON reservations (listing, starts_at);
ALTER TABLE notices DROP COLUMN alternatives;
DROP TABLE listing_photos; DROP TABLE photos; DROP TABLE photo_bytes;
DELETE FROM schema_version WHERE version >= 5;
)";

/// What is special about a journal in a file.
class SqliteFile : public testing::Test {
 protected:
  std::string url() const { return "sqlite:" + file_.string(); }
  void open() {
    store_ = value(open_journal(url()));
    journal_ = value(store_->connect());
  }
  void close() {
    journal_.reset();
    store_.reset();
  }
  /// Appends to a partition 1 that is new.
  void append(std::vector<entity_append> entities) {
    const auto lease = value(journal_->take_over(1, "node-a"));
    auto wanted = to_partition(1, lease, std::move(entities));
    wanted.offsets = {{"notifier", 1}};
    const auto result = value(journal_->append({wanted})).at(0);
    for (const auto& entity : result.entities) EXPECT_FALSE(entity.failed);
  }
  /// Runs a statement as anybody with the file could; the error, or "".
  std::string run(const std::string& sql) {
    sqlite3* raw = nullptr;
    EXPECT_EQ(sqlite3_open(file_.c_str(), &raw), SQLITE_OK);
    sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr);
    const std::string error = sqlite3_errcode(raw) == SQLITE_OK ? "" : sqlite3_errmsg(raw);
    sqlite3_close(raw);
    return error;
  }

  static std::string bytes_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static unsigned mode_of(const fs::path& path) {
    struct stat about {};
    EXPECT_EQ(::stat(path.c_str(), &about), 0) << path;
    return about.st_mode & 0777;
  }
  static listing_row advert(std::uint32_t n, std::string title) {
    listing_row row;
    row.id = nth<listing_id>(n);
    row.added_at = at(n);
    row.content.title = std::move(title);
    return row;
  }

  temporary_folder folder_;
  fs::path file_ = folder_.path() / "deep" / "er" / "journal.db";
  std::unique_ptr<journal_store> store_;
  std::unique_ptr<journal> journal_;
};

TEST_F(SqliteFile, keeps_everything_over_reopening) {
  open();
  auto wanted = to_entity(rental_n(1), 0, {event(1), event(2)});
  wanted.alarm = {false, at(9)};
  wanted.state = snapshot{1, 1, "{}", {}};
  listing_row advert;
  advert.id = nth<listing_id>(1);
  advert.content.title = "Thing";
  wanted.rows = {advert, session_row{nth<session_id>(1), nth<account_id>(1)}};
  append({wanted});
  value(journal_->set_anchor({at(0), at(5), 2}));
  value(journal_->pin("currency", "EUR"));
  value(journal_->ensure_key(nth<account_id>(1), std::string(32, 'a')));
  value(journal_->destroy_key(nth<account_id>(2)));
  close();
  open();
  EXPECT_THAT(value(journal_->load(rental_n(1))).events, SizeIs(1));
  EXPECT_TRUE(value(journal_->load(rental_n(1))).state);
  EXPECT_THAT(value(journal_->read_log(1, 0, 10)), SizeIs(2));
  EXPECT_THAT(value(journal_->alarms(1, at(9), {}, 10)), SizeIs(1));
  EXPECT_EQ(value(journal_->offset(1, "notifier")), 1);
  EXPECT_EQ(value(journal_->anchor())->domain, at(5));
  EXPECT_EQ(value(journal_->pin("currency", "USD")), "EUR");
  EXPECT_EQ(value(journal_->find_key(nth<account_id>(1))), std::string(32, 'a'));
  EXPECT_EQ(failure(journal_->ensure_key(nth<account_id>(2), "b")), journal_errc::not_found);
  EXPECT_THAT(value(journal_->search({.words = "thing"})).items, SizeIs(1));
  EXPECT_THAT(value(journal_->sessions(nth<account_id>(1))), SizeIs(1));
  const auto lease = value(journal_->take_over(1, "node-a"));
  EXPECT_EQ(lease.epoch, 2);
  EXPECT_EQ(lease.position, 2);
}

TEST_F(SqliteFile, is_made_with_its_folder_and_only_for_us) {
  open();
  append({to_entity(rental_n(1), 0, {event(1)})});
  for (const auto* suffix : {"", "-wal", "-shm", ".lock"})
    EXPECT_EQ(mode_of(file_.string() + suffix), 0600u) << suffix;
}

TEST_F(SqliteFile, becomes_ours_alone_when_it_was_not) {
  fs::create_directories(file_.parent_path());
  std::ofstream(file_) << "";
  fs::permissions(file_, fs::perms{0644});
  open();
  EXPECT_EQ(mode_of(file_), 0600u);
  close();
  // As a release before may have left it, with a log after a crash.
  fs::permissions(file_, fs::perms{0644});
  std::ofstream(file_.string() + "-wal") << "";
  fs::permissions(file_.string() + "-wal", fs::perms{0644});
  open();
  append({to_entity(rental_n(1), 0, {event(1)})});
  for (const auto* suffix : {"", "-wal", "-shm"})
    EXPECT_EQ(mode_of(file_.string() + suffix), 0600u) << suffix;
}

TEST_F(SqliteFile, is_seen_alike_by_all_connections) {
  open();
  const auto reader = value(store_->connect());
  append({to_entity(rental_n(1), 0, {event(1)})});
  EXPECT_THAT(value(reader->load(rental_n(1))).events, SizeIs(1));
}

TEST_F(SqliteFile, refuses_a_second_program) {
  open();
  const auto second = open_journal(url());
  EXPECT_EQ(failure(second), journal_errc::in_use);
  EXPECT_THAT(second.error().detail, HasSubstr(file_.string()));
  fs::create_symlink(file_, folder_.path() / "alias.db");
  EXPECT_EQ(failure(open_journal("sqlite:" + (folder_.path() / "alias.db").string())),
            journal_errc::in_use)
      << "under another name";
  close();
  open();
}

TEST_F(SqliteFile, refuses_a_second_program_behind_a_link_to_what_is_not_there_yet) {
  fs::create_directories(file_.parent_path());
  const auto alias = folder_.path() / "alias.db";
  fs::create_symlink(file_, alias);
  const auto first = value(open_journal("sqlite:" + alias.string()));
  EXPECT_EQ(failure(open_journal(url())), journal_errc::in_use);
}

TEST_F(SqliteFile, lets_nobody_change_events) {
  open();
  append({to_entity(rental_n(1), 0, {event(1)})});
  EXPECT_THAT(run("UPDATE events SET data = '{}'"), HasSubstr("never updated"));
  EXPECT_THAT(run("UPDATE events SET position = position + 1"), HasSubstr("never updated"));
  EXPECT_THAT(run("DELETE FROM events"), HasSubstr("never deleted"));
  EXPECT_THAT(value(journal_->read_log(1, 0, 10)), SizeIs(1));
}

TEST_F(SqliteFile, fails_only_the_entity_whose_row_the_database_refuses) {
  open();
  ASSERT_EQ(run("CREATE TRIGGER no BEFORE INSERT ON events WHEN new.type = 'bad'"
                " BEGIN SELECT RAISE(ABORT, 'no'); END"),
            "");
  const auto lease = value(journal_->take_over(1, "node-a"));
  auto bad = to_entity(rental_n(2), 0, {event(2), event(3, 0, "bad")});
  bad.rows = {session_row{nth<session_id>(1), nth<account_id>(1)}};
  const auto result = value(journal_->append({to_partition(
      1, lease,
      {to_entity(rental_n(1), 0, {event(1)}), bad, to_entity(rental_n(3), 0, {event(4, 0, "bad")}),
       to_entity(rental_n(4), 0, {event(5), event(6)})})}));
  const auto& entities = result.at(0).entities;
  EXPECT_FALSE(entities.at(0).failed);
  EXPECT_EQ(entities.at(1).failed.value().code, journal_errc::refused);
  EXPECT_EQ(entities.at(2).failed.value().code, journal_errc::refused);
  EXPECT_EQ(entities.at(3).first_position, 2);
  EXPECT_EQ(result.at(0).position, 3);
  EXPECT_THAT(value(journal_->sessions(nth<account_id>(1))), IsEmpty());
  EXPECT_EQ(value(journal_->take_over(1, "node-a")).position, 3);
}

TEST_F(SqliteFile, keeps_the_word_index_of_those_beside_a_refused_entity) {
  open();
  ASSERT_EQ(run("CREATE TRIGGER no BEFORE INSERT ON sessions"
                " BEGIN SELECT RAISE(ABORT, 'no'); END"),
            "");
  const auto lease = value(journal_->take_over(1, "node-a"));
  std::vector<entity_append> entities;
  for (std::uint32_t n = 1; n <= 3; ++n) {
    auto& one = entities.emplace_back(to_entity(rental_n(n), 0, {event(n)}));
    one.rows = {advert(n, "Thing number" + std::to_string(n))};
  }
  entities[1].rows.emplace_back(session_row{nth<session_id>(1), nth<account_id>(1)});
  const auto result = value(journal_->append({to_partition(1, lease, entities)})).at(0);
  EXPECT_FALSE(result.entities.at(0).failed);
  EXPECT_EQ(result.entities.at(1).failed.value().code, journal_errc::refused);
  EXPECT_FALSE(result.entities.at(2).failed);
  const auto found = value(journal_->search({.words = "thing"}));
  ASSERT_THAT(found.items, SizeIs(2));
  EXPECT_EQ(found.items[0].id, nth<listing_id>(3));
  EXPECT_EQ(found.items[1].id, nth<listing_id>(1));
  EXPECT_THAT(value(journal_->search({.words = "number2"})).items, IsEmpty());
  EXPECT_THAT(value(journal_->search({.words = "number3"})).items, SizeIs(1));
  EXPECT_EQ(run("INSERT INTO listing_words (listing_words) VALUES ('integrity-check')"), "");
}

TEST_F(SqliteFile, knows_that_nothing_was_written_when_the_word_index_is_damaged) {
  open();
  const auto lease = value(journal_->take_over(1, "node-a"));
  // The record of FTS5 that says which segments there are, read when words are written.
  ASSERT_EQ(run("UPDATE listing_words_data SET block = x'00000000FFFFFFFFFFFFFFFF' WHERE id = 10"),
            "");
  auto worded = to_entity(rental_n(1), 0, {event(1)});
  worded.rows = {advert(1, "Thing")};
  EXPECT_EQ(failure(journal_->append({to_partition(1, lease, {worded})})), journal_errc::corrupt);
  const auto next =
      value(journal_->append({to_partition(1, lease, {to_entity(rental_n(2), 0, {event(2)})})}));
  EXPECT_FALSE(next.at(0).fenced);
  EXPECT_EQ(next.at(0).position, 1);
}

TEST_F(SqliteFile, takes_the_next_schema_and_refuses_later_ones) {
  open();
  close();
  // As if the next release had been here: schemas only grow.
  ASSERT_EQ(run("INSERT INTO schema_version SELECT max(version) + 1 FROM schema_version;"
                "ALTER TABLE events ADD COLUMN later TEXT"),
            "");
  open();
  append({to_entity(rental_n(1), 0, {event(1)})});
  close();
  EXPECT_TRUE(open_journal_read_only(url()));
  ASSERT_EQ(run("INSERT INTO schema_version SELECT max(version) + 1 FROM schema_version"), "");
  EXPECT_EQ(failure(open_journal(url())), journal_errc::too_new);
  EXPECT_EQ(failure(open_journal_read_only(url())), journal_errc::too_new);
}

TEST_F(SqliteFile, of_an_older_release_is_brought_up_to_this_one) {
  open();
  append({to_entity(rental_n(1), 0, {event(1)}), to_entity(rental_n(2), 0, {event(2)})});
  close();
  ASSERT_EQ(run(std::string{without_places_and_traits} +
                "DROP INDEX events_by_trace; DROP INDEX events_by_time;"
                "DROP TABLE reviews; DROP INDEX listings_by_rating;"
                "ALTER TABLE listings DROP COLUMN rating_stars;"
                "ALTER TABLE listings DROP COLUMN rating_count;"
                "ALTER TABLE listings DROP COLUMN rating_rank;"
                "DELETE FROM schema_version WHERE version >= 3"),
            "");
  EXPECT_EQ(failure(open_journal_read_only(url())), journal_errc::unavailable);
  open();
  EXPECT_THAT(value(journal_->scan(0, {.trace = event(2).trace}, 10)).events, SizeIs(1));
  EXPECT_THAT(value(journal_->scan(0, {.to = event(2).time}, 10)).events, SizeIs(1));
}

TEST_F(SqliteFile, of_a_release_without_places_and_traits_is_filled) {
  open();
  append(before_places_and_traits());
  close();
  ASSERT_EQ(run(without_places_and_traits), "");
  open();
  expect_found_by_places_and_traits(*journal_);
}

TEST_F(SqliteFile, refuses_files_that_are_no_journal) {
  fs::create_directories(file_.parent_path());
  std::ofstream(file_) << std::string(5000, 'x');
  EXPECT_EQ(failure(open_journal(url())), journal_errc::corrupt);
  fs::remove(file_);
  ASSERT_EQ(run("CREATE TABLE other (a)"), "");
  fs::permissions(file_, fs::perms{0644});
  const auto before = bytes_of(file_);
  EXPECT_EQ(failure(open_journal(url())), journal_errc::corrupt);
  EXPECT_EQ(bytes_of(file_), before) << "and leaves them alone";
  EXPECT_EQ(mode_of(file_), 0644u);
}

TEST_F(SqliteFile, that_cannot_be_made_is_unavailable) {
  std::ofstream(folder_.path() / "deep") << "a file where a folder has to be";
  const auto refused = open_journal(url());
  EXPECT_EQ(failure(refused), journal_errc::unavailable);
  EXPECT_THAT(refused.error().detail, HasSubstr("journal.db"));
}

TEST_F(SqliteFile, is_read_beside_a_running_node) {
  open();
  append({to_entity(rental_n(1), 0, {event(1)})});
  const auto beside = value(open_journal_read_only(url()));
  const auto reader = value(beside->connect());
  EXPECT_THAT(value(reader->scan(0, {}, 10)).events, SizeIs(1));
  append({to_entity(rental_n(2), 0, {event(2)})});
  EXPECT_THAT(value(reader->scan(0, {}, 10)).events, SizeIs(2));
}

TEST_F(SqliteFile, is_read_after_its_node_is_gone) {
  open();
  append({to_entity(rental_n(1), 0, {event(1)})});
  close();
  const auto store = value(open_journal_read_only(url()));
  EXPECT_THAT(value(value(store->connect())->scan(0, {}, 10)).events, SizeIs(1));
}

TEST_F(SqliteFile, opened_for_reading_is_not_written) {
  open();
  append({to_entity(rental_n(1), 0, {event(1)})});
  const auto beside = value(open_journal_read_only(url()));
  const auto reader = value(beside->connect());
  EXPECT_FALSE(reader->take_over(1, "thief"));
  EXPECT_FALSE(reader->pin("name", "value"));
  EXPECT_FALSE(reader->append({to_partition(1, {1, 1}, {})}));
  EXPECT_EQ(value(journal_->take_over(1, "node-a")).epoch, 2);
}

TEST_F(SqliteFile, opened_for_reading_is_not_made) {
  EXPECT_EQ(failure(open_journal_read_only(url())), journal_errc::not_found);
  EXPECT_FALSE(fs::exists(file_));
}

TEST_F(SqliteFile, forgets_a_destroyed_key) {
  open();
  const std::string key = "a key of thirty-two bytes length";
  value(journal_->ensure_key(nth<account_id>(1), key));
  value(journal_->destroy_key(nth<account_id>(1)));
  for (const auto* suffix : {"", "-wal"}) {
    EXPECT_EQ(bytes_of(file_.string() + suffix).find(key), std::string::npos)
        << "still in journal.db" << suffix;
  }
}

TEST(OpenJournal, knows_its_schemes) {
  for (const auto* url : {"", "sqlite:", "sqlite", "/tmp/x.db", "mysql:x", "memory:x"}) {
    EXPECT_EQ(failure(open_journal(url)), journal_errc::not_found) << url;
    EXPECT_EQ(failure(open_journal_read_only(url)), journal_errc::not_found) << url;
  }
  EXPECT_TRUE(open_journal("memory:"));
}

}  // namespace
}  // namespace rentwave::testing_journal
