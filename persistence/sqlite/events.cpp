#include <algorithm>

#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/journal.hpp"
#include "persistence/sqlite/row_writer.hpp"

namespace rentwave::sqlite {
namespace {

/// The columns as `read_events` reads them.
std::string select_events(std::string_view rest) {
  std::string sql =
      "SELECT partition, position, sequence, kind, id, version, type, schema, data, time, command,"
      " n, actor, trace, subject FROM events ";
  return sql += rest;
}

constexpr int rebuild_page = 1000;

std::vector<stored_event> read_events(rows&& from) {
  std::vector<stored_event> events;
  while (from.next()) {
    auto& e = events.emplace_back();
    from.read(e.partition, e.position, e.sequence, e.entity.kind, e.entity.id, e.version, e.type,
              e.schema, e.data, e.time, e.command, e.n, e.actor, e.trace, e.subject);
  }
  return events;
}

}  // namespace

std::vector<journal_result<history>> sqlite_journal::load_many(
    const std::vector<entity_ref>& entities) {
  std::vector<journal_result<history>> all;
  for (const auto& entity : entities) all.push_back(load_one(entity));
  return all;
}

journal_result<history> sqlite_journal::load_one(const entity_ref& entity) {
  return guarded([&]() -> journal_result<history> {
    transaction moment(db_, transaction::kind::read);
    history found;
    {
      auto stored = db_.prepared(
                           "SELECT version, schema, data, subject FROM snapshots"
                           " WHERE kind = ?1 AND id = ?2")
                        .query(entity.kind, entity.id);
      if (stored.next()) {
        auto& state = found.state.emplace();
        stored.read(state.version, state.schema, state.data, state.subject);
      }
    }
    found.events = read_events(
        db_.prepared(select_events("WHERE kind = ?1 AND id = ?2 AND version > ?3 ORDER BY version"))
            .query(entity.kind, entity.id, found.state ? found.state->version : 0));
    return found;
  });
}

journal_result<history> sqlite_journal::load_from_start(const entity_ref& entity) {
  return guarded([&]() -> journal_result<history> {
    history found;
    found.events =
        read_events(db_.prepared(select_events("WHERE kind = ?1 AND id = ?2 ORDER BY version"))
                        .query(entity.kind, entity.id));
    return found;
  });
}

journal_result<std::vector<stored_event>> sqlite_journal::find_command(const entity_ref& entity,
                                                                       command_id command) {
  return guarded([&]() -> journal_result<std::vector<stored_event>> {
    return read_events(
        db_.prepared(select_events("WHERE kind = ?1 AND id = ?2 AND command = ?3 ORDER BY n"))
            .query(entity.kind, entity.id, command));
  });
}

journal_result<std::vector<stored_event>> sqlite_journal::read_entity(const entity_ref& entity,
                                                                      std::int64_t after_version,
                                                                      int limit) {
  return guarded([&]() -> journal_result<std::vector<stored_event>> {
    return read_events(
        db_.prepared(select_events(
                         "WHERE kind = ?1 AND id = ?2 AND version > ?3 ORDER BY version LIMIT ?4"))
            .query(entity.kind, entity.id, after_version, std::max(limit, 0)));
  });
}

journal_result<std::vector<stored_event>> sqlite_journal::read_log(partition_id partition,
                                                                   std::int64_t after_position,
                                                                   int limit) {
  return guarded([&]() -> journal_result<std::vector<stored_event>> {
    return read_events(
        db_.prepared(
               select_events("WHERE partition = ?1 AND position > ?2 ORDER BY position LIMIT ?3"))
            .query(partition, after_position, std::max(limit, 0)));
  });
}

journal_result<scanned> sqlite_journal::scan(std::int64_t after_sequence,
                                             const event_filter& filter, int limit) {
  return guarded([&]() -> journal_result<scanned> {
    limit = std::max(limit, 0);
    // One entity's events are found by their index, everything else by going through the log.
    const bool one_entity = filter.kind && filter.id;
    const std::string sql =
        select_events(one_entity ? "WHERE kind = ?3 AND id = ?4 AND sequence > ?1"
                                 : "NOT INDEXED WHERE sequence > ?1 AND (?3 IS NULL OR kind = ?3)"
                                   " AND (?4 IS NULL OR id = ?4)") +
        " AND (?5 IS NULL OR CASE WHEN ?6 THEN substr(type, 1, length(?5)) ELSE type END = ?5)"
        " AND (?7 IS NULL OR trace = ?7) AND (?8 IS NULL OR time >= ?8)"
        " AND (?9 IS NULL OR time < ?9) ORDER BY sequence LIMIT ?2";
    // "rent.*" is every type that starts with "rent."; without the star it is one type.
    std::optional<std::string_view> type = filter.type;
    const bool is_prefix = type && type->ends_with('*');
    if (is_prefix) type->remove_suffix(1);
    transaction moment(db_, transaction::kind::read);
    scanned found;
    found.events =
        read_events(db_.prepared(sql).query(after_sequence, limit, filter.kind, filter.id, type,
                                            is_prefix, filter.trace, filter.from, filter.to));
    found.looked_to = after_sequence;
    if (std::ssize(found.events) == limit) {
      if (limit > 0) found.looked_to = found.events.back().sequence;
    } else {
      auto latest = db_.prepared("SELECT max(sequence) FROM events WHERE sequence > ?1")
                        .query(after_sequence);
      std::optional<std::int64_t> sequence;
      if (latest.next()) latest.read(sequence);
      found.looked_to = sequence.value_or(after_sequence);
    }
    return found;
  });
}

journal_result<void> sqlite_journal::rebuild_rows(const row_projection& project,
                                                  const progress_report& report) {
  return guarded([&]() -> journal_result<void> {
    transaction whole(db_, transaction::kind::write);
    row_writer writer(db_);
    writer.drop_all();
    std::int64_t latest = 0;
    {
      auto found = db_.prepared("SELECT coalesce(max(sequence), 0) FROM events").query();
      if (found.next()) found.read(latest);
    }
    auto& page =
        db_.prepared(select_events("NOT INDEXED WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"));
    for (std::int64_t at = 0; at < latest; report(at, latest)) {
      const auto events = read_events(page.query(at, rebuild_page));
      for (const auto& event : events) {
        const auto rows = project(event);
        if (!rows) return rows.error();
        for (const auto& row : *rows) writer.write(row);
      }
      writer.flush_words();
      at = events.empty() ? latest : events.back().sequence;
    }
    whole.commit();
    return {};
  });
}

journal_result<std::vector<alarm_row>> sqlite_journal::alarms(partition_id partition,
                                                              instant horizon, int limit) {
  return guarded([&]() -> journal_result<std::vector<alarm_row>> {
    auto found = db_.prepared(
                        "SELECT kind, id, due, version FROM alarms"
                        " WHERE partition = ?1 AND due <= ?2 ORDER BY due, kind, id LIMIT ?3")
                     .query(partition, horizon, std::max(limit, 0));
    std::vector<alarm_row> alarms;
    while (found.next()) {
      auto& alarm = alarms.emplace_back();
      found.read(alarm.entity.kind, alarm.entity.id, alarm.due, alarm.version);
    }
    return alarms;
  });
}

journal_result<std::int64_t> sqlite_journal::offset(partition_id partition,
                                                    std::string_view subscription) {
  return guarded([&]() -> journal_result<std::int64_t> {
    std::int64_t position = 0;
    auto found =
        db_.prepared("SELECT position FROM offsets WHERE partition = ?1 AND subscription = ?2")
            .query(partition, subscription);
    if (found.next()) found.read(position);
    return position;
  });
}

}  // namespace rentwave::sqlite
