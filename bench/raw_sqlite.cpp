#include "bench/raw_sqlite.hpp"

#include <sqlite3.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace rentwave::bench {
namespace {

void demand(sqlite3* db, bool fine) {
  if (fine) return;
  std::cerr << "raw SQLite: " << sqlite3_errmsg(db) << '\n';
  std::exit(1);
}

/// Binds its arguments in order; texts stay with the caller until the statement has run.
struct binder {
  sqlite3_stmt* to;
  int column = 0;

  void operator()(std::int64_t value) { sqlite3_bind_int64(to, ++column, value); }
  void operator()(std::string_view text) {
    sqlite3_bind_text(to, ++column, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void operator()(const boost::uuids::uuid& id) {
    sqlite3_bind_blob(to, ++column, id.data, sizeof id.data, SQLITE_STATIC);
  }
  void operator()(instant at) { (*this)(std::int64_t{at.time_since_epoch().count()}); }
};

}  // namespace

struct raw_sqlite::statements {
  sqlite3* db = nullptr;
  sqlite3_stmt* begin = nullptr;
  sqlite3_stmt* commit = nullptr;
  sqlite3_stmt* partition = nullptr;
  sqlite3_stmt* event = nullptr;
  sqlite3_stmt* alarm = nullptr;

  sqlite3_stmt* prepare(const char* sql) const {
    sqlite3_stmt* made = nullptr;
    demand(db,
           sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) == SQLITE_OK);
    return made;
  }

  template <class... Values>
  void run(sqlite3_stmt* what, const Values&... values) const {
    [[maybe_unused]] binder bind{what};
    (bind(values), ...);
    demand(db, sqlite3_step(what) == SQLITE_DONE);
    sqlite3_reset(what);
  }
};

raw_sqlite::raw_sqlite(const std::string& file) : on_{std::make_unique<statements>()} {
  auto& db = on_->db;
  demand(db, sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                             nullptr) == SQLITE_OK);
  demand(db, sqlite3_exec(db,
                          "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                          "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;"
                          "PRAGMA secure_delete = ON; PRAGMA cache_size = -32768;"
                          "PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;"
                          "PRAGMA wal_autocheckpoint = 4096",
                          nullptr, nullptr, nullptr) == SQLITE_OK);
  on_->begin = on_->prepare("BEGIN IMMEDIATE");
  on_->commit = on_->prepare("COMMIT");
  on_->partition =
      on_->prepare("UPDATE partitions SET next_position = next_position + ?2 WHERE id = ?1");
  on_->event = on_->prepare(
      "INSERT INTO events (partition, position, kind, id, version, type, schema, data, time,"
      " command, n, actor, trace) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
  on_->alarm = on_->prepare(
      "INSERT INTO alarms (kind, id, partition, due, version) VALUES (?1, ?2, ?3, ?4, ?5)"
      " ON CONFLICT (kind, id) DO UPDATE SET partition = ?3, due = ?4, version = ?5");
}

raw_sqlite::~raw_sqlite() {
  for (auto* each : {on_->begin, on_->commit, on_->partition, on_->event, on_->alarm})
    sqlite3_finalize(each);
  sqlite3_close(on_->db);
}

void raw_sqlite::write(const std::vector<partition_append>& batch) {
  on_->run(on_->begin);
  for (const auto& part : batch) {
    on_->run(on_->partition, part.partition, std::ssize(part.entities));
    auto position = part.position;
    for (const auto& one : part.entities) {
      const auto& event = one.events.front();
      const std::string_view kind = to_string(one.entity.kind);
      on_->run(on_->event, part.partition, ++position, kind, one.entity.id, one.version + 1,
               event.type, event.schema, event.data, event.time, event.command.value, event.n,
               event.actor, event.trace.value);
      on_->run(on_->alarm, kind, one.entity.id, part.partition, *one.alarm.due, one.version + 1);
    }
  }
  on_->run(on_->commit);
}

}  // namespace rentwave::bench
