// The read models, made anew from what servers wrote, are those that the servers had made.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "persistence/reindex.hpp"
#include "tests/postgres/private_server.hpp"
#include "tests/story/story.hpp"

namespace rentwave::testing {
namespace {

/// By table: its rows as text, in an order of their own.
using all_rows = std::map<std::string, std::set<std::string>>;

/// Those of both kinds of journals that the story fills.
constexpr const char* tables[] = {"listings",       "reservations", "rentals", "reviews",
                                  "wallet_entries", "notices",      "sessions"};

std::set<std::string> rows_of(sqlite3* file, const std::string& table) {
  sqlite3_stmt* prepared = nullptr;
  const auto sql = "SELECT * FROM " + table;
  if (sqlite3_prepare_v2(file, sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(file));
  std::set<std::string> rows;
  while (sqlite3_step(prepared) == SQLITE_ROW) {
    std::string row;
    for (int i = 0; i < sqlite3_column_count(prepared); ++i) {
      const std::string_view column = sqlite3_column_name(prepared, i);
      if (column == "number") continue;  // which is given out anew
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(prepared, i));
      row += ' ' + std::string{column} + '=';
      if (bytes) row.append(bytes, static_cast<std::size_t>(sqlite3_column_bytes(prepared, i)));
    }
    rows.insert(std::move(row));
  }
  sqlite3_finalize(prepared);
  return rows;
}

constexpr std::string_view sqlite = "sqlite:";

bool is_file(const std::string& url) {
  return url.starts_with(sqlite);
}

using open_file = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
open_file opened(const std::string& url) {
  sqlite3* file = nullptr;
  const auto path = url.substr(sqlite.size());
  const int result = sqlite3_open_v2(path.c_str(), &file, SQLITE_OPEN_READWRITE, nullptr);
  open_file kept{file, sqlite3_close};
  if (result != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(file));
  return kept;
}

all_rows rows_in_file(const std::string& url) {
  const auto file = opened(url);
  all_rows found;
  for (const std::string table : tables) found[table] = rows_of(file.get(), table);
  return found;
}

all_rows rows_in_database(const std::string& url) {
  all_rows found;
  for (const std::string table : tables)
    found[table] = {testing_postgres::private_server::get().run(
        url, "SELECT string_agg(t::text, chr(10) ORDER BY t::text) FROM rentwave." + table + " t")};
  return found;
}

all_rows rows_in(const std::string& url) {
  return is_file(url) ? rows_in_file(url) : rows_in_database(url);
}

void delete_rows(const std::string& url, const std::string& table) {
  if (!is_file(url)) {
    testing_postgres::private_server::get().run(url, "DELETE FROM rentwave." + table);
    return;
  }
  const auto file = opened(url);
  const auto sql = "DELETE FROM " + table;
  if (sqlite3_exec(file.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(file.get()));
}

template <class T>
T value(journal_result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return std::move(*result);
}

std::int64_t events_made_anew(const std::string& url) {
  const auto store = value(open_journal(url));
  const auto done = value(reindex(*value(store->connect()), [](auto, auto) {}));
  EXPECT_TRUE(value(done.overlaps).empty());
  return done.events;
}

class Reindex : public ::testing::TestWithParam<keeping> {};
INSTANTIATE_TEST_SUITE_P(On, Reindex, ::testing::Values(keeping::sqlite, keeping::postgres),
                         ::testing::PrintToStringParamName());

TEST_P(Reindex, makes_the_rows_that_servers_made) {
  server_process server{{"--clock.rate=3600"}, GetParam()};
  server.start();
  ASSERT_NO_THROW(story{server}.play());
  server.stop();
  const auto before = rows_in(server.journal_url());
  for (const std::string table : {"listings", "rentals", "wallet_entries", "notices"}) {
    EXPECT_FALSE(before.at(table).empty()) << table;
    EXPECT_NE(before.at(table), std::set<std::string>{""}) << table;
  }
  for (const std::string table : {"rentals", "wallet_entries", "notices"})
    delete_rows(server.journal_url(), table);
  EXPECT_NE(rows_in(server.journal_url()), before);
  EXPECT_GT(events_made_anew(server.journal_url()), 20);
  EXPECT_EQ(rows_in(server.journal_url()), before);
  server.start();  // and it goes on with them
  server.stop();
}

}  // namespace
}  // namespace rentwave::testing
