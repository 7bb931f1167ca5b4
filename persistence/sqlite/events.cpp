#include <algorithm>
#include <limits>

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

/// Where `scan` looks, from ?1 to ?2: an entity and a trace have their indexes, all else is found
/// by going through the log.
std::string_view way_to(const event_filter& wanted) {
  if (wanted.kind && wanted.id) return "WHERE kind = ?4 AND id = ?5";
  if (wanted.trace) return "INDEXED BY events_by_trace WHERE trace = ?8";
  return "NOT INDEXED WHERE true";
}

struct sequences {
  std::int64_t after = 0;
  std::int64_t to = std::numeric_limits<std::int64_t>::max();
};

/// A span of time with more events than these is not looked through for every page of them.
constexpr int many_events = 2000;

/// Whether the log is being read within a long span of time.
bool is_amid(connection& in, std::int64_t sequence, instant from, instant to) {
  auto found = in.prepared(
                     "SELECT (SELECT time >= ?2 AND time < ?3 FROM events WHERE sequence <= ?1"
                     " ORDER BY sequence DESC LIMIT 1) AND"
                     " (SELECT count(*) FROM (SELECT 1 FROM events INDEXED BY events_by_time"
                     " WHERE time >= ?2 AND time < ?3 LIMIT ?4)) = ?4")
                   .query(sequence, from, to, many_events);
  std::optional<bool> amid;
  if (found.next()) found.read(amid);
  return amid.value_or(false);
}

/// The part of the log that a span of time lies in, by one look through that part of an index:
/// events are nearly in the order of their times, but not quite.
sequences narrowed(connection& in, sequences log, const event_filter& wanted) {
  if (!wanted.from && !wanted.to) return log;
  const auto from = wanted.from.value_or(instant::min()), to = wanted.to.value_or(instant::max());
  if (is_amid(in, log.after, from, to)) return log;
  auto found = in.prepared(
                     "SELECT min(sequence), max(sequence) FROM events INDEXED BY events_by_time"
                     " WHERE time >= ?1 AND time < ?2 AND sequence > ?3")
                   .query(from, to, log.after);
  std::optional<std::int64_t> first, last;
  if (found.next()) found.read(first, last);
  if (!first) return {log.after, log.after};
  return {*first - 1, *last};
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
    std::string sql = select_events(way_to(filter));
    sql +=
        " AND sequence > ?1 AND sequence <= ?2"
        " AND (?4 IS NULL OR kind = ?4) AND (?5 IS NULL OR id = ?5)"
        " AND (?6 IS NULL OR CASE WHEN ?7 THEN substr(type, 1, length(?6)) ELSE type END = ?6)"
        " AND (?8 IS NULL OR trace = ?8) AND (?9 IS NULL OR time >= ?9)"
        " AND (?10 IS NULL OR time < ?10) ORDER BY sequence LIMIT ?3";
    // "rent.*" is every type that starts with "rent."; without the star it is one type.
    std::optional<std::string_view> type = filter.type;
    const bool is_prefix = type && type->ends_with('*');
    if (is_prefix) type->remove_suffix(1);
    transaction moment(db_, transaction::kind::read);
    auto part = narrowed(db_, {after_sequence}, filter);
    const bool is_cut = !filter.has_index() && part.to - part.after > filter.reach;
    if (is_cut) part.to = part.after + filter.reach;
    scanned found;
    found.events =
        read_events(db_.prepared(sql).query(part.after, part.to, limit, filter.kind, filter.id,
                                            type, is_prefix, filter.trace, filter.from, filter.to));
    found.looked_to = after_sequence;
    if (std::ssize(found.events) == limit) {
      if (limit > 0) found.looked_to = found.events.back().sequence;
      return found;
    }
    auto latest =
        db_.prepared("SELECT max(sequence) FROM events WHERE sequence > ?1").query(after_sequence);
    std::optional<std::int64_t> sequence;
    if (latest.next()) latest.read(sequence);
    found.looked_to = sequence.value_or(after_sequence);
    found.is_end = !is_cut || part.to >= found.looked_to;
    if (!found.is_end) found.looked_to = part.to;
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
                                                              instant horizon,
                                                              const std::optional<alarm_row>& after,
                                                              int limit) {
  const auto from = after.value_or(before_all_alarms);
  return guarded([&]() -> journal_result<std::vector<alarm_row>> {
    auto found = db_.prepared(
                        "SELECT kind, id, due, version FROM alarms"
                        " WHERE partition = ?1 AND due <= ?2 AND (due, kind, id) > (?3, ?4, ?5)"
                        " ORDER BY due, kind, id LIMIT ?6")
                     .query(partition, horizon, from.due, from.entity.kind, from.entity.id,
                            std::max(limit, 0));
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
