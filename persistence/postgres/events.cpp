#include <algorithm>

#include "persistence/postgres/error.hpp"
#include "persistence/postgres/journal.hpp"

namespace rentwave::postgres {
namespace {

/// The columns as `read_event` reads them.
std::string select_events(std::string_view rest) {
  std::string sql =
      "SELECT partition, position, sequence, kind, id, version, type, schema, data, time, command,"
      " n, actor, trace, subject FROM events ";
  return sql += rest;
}

void read_event(const rows& from, stored_event& e) {
  from.read(e.partition, e.position, e.sequence, e.entity.kind, e.entity.id, e.version, e.type,
            e.schema, e.data, e.time, e.command, e.n, e.actor, e.trace, e.subject);
}

std::vector<stored_event> read_events(rows from) {
  std::vector<stored_event> events;
  while (from.next()) read_event(from, events.emplace_back());
  return events;
}

/// Where `scan` looks: an entity and a trace have their indexes, all else is found by going through
/// the log.
std::string_view way_to(const event_filter& wanted) {
  if (wanted.kind && wanted.id) return "WHERE kind = $4 AND id = $5";
  if (wanted.trace) return "WHERE trace = $8";
  return "WHERE true";
}

struct sequences {
  std::int64_t after = 0;
  std::int64_t to = 0;
};

/// A span of time with more events than these is not looked through for every page of them.
constexpr int many_events = 2000;

/// Whether the log is being read within a long span of time.
bool is_amid(connection& in, std::int64_t sequence, instant from, instant to) {
  auto found = in.query(
      "SELECT coalesce((SELECT time >= $2 AND time < $3 FROM events WHERE sequence <= $1"
      " ORDER BY sequence DESC LIMIT 1), false)"
      " AND (SELECT count(*) FROM (SELECT FROM events WHERE time >= $2 AND time < $3 LIMIT $4)"
      " AS few) = $4",
      sequence, from, to, many_events);
  bool amid = false;
  if (found.next()) found.read(amid);
  return amid;
}

/// The part of the log that a span of time lies in, by one look through that part of an index:
/// events are nearly in the order of their times, but not quite. (A plain `sequence` would have the
/// server go through the log.)
sequences narrowed(connection& in, sequences log, const event_filter& wanted) {
  if (!wanted.from && !wanted.to) return log;
  const auto from = wanted.from.value_or(instant::min()), to = wanted.to.value_or(instant::max());
  if (is_amid(in, log.after, from, to)) return log;
  auto found = in.query(
      "SELECT min(sequence + 0), max(sequence + 0) FROM events"
      " WHERE time >= $1 AND time < $2 AND sequence + 0 > $3 AND sequence + 0 <= $4",
      from, to, log.after, log.to);
  std::optional<std::int64_t> first, last;
  if (found.next()) found.read(first, last);
  if (!first) return {log.after, log.after};
  return {*first - 1, *last};
}

using event_list = journal_result<std::vector<stored_event>>;

}  // namespace

std::vector<journal_result<history>> postgres_journal::load_many(
    const std::vector<entity_ref>& entities) {
  std::vector<journal_result<history>> each;
  auto all = load_together(entities);
  if (all) {
    std::ranges::move(*all, std::back_inserter(each));
  } else if (all.error().code == journal_errc::corrupt && entities.size() > 1) {
    // One of them cannot be read: the others can.
    for (const auto& entity : entities) each.push_back(load(entity));
  } else {
    each.assign(entities.size(), all.error());
  }
  return each;
}

journal_result<std::vector<history>> postgres_journal::load_together(
    const std::vector<entity_ref>& entities) {
  // One statement, so that snapshot and events are of one moment: a snapshot comes as the event
  // before the first.
  static const std::string sql =
      "WITH asked AS (SELECT * FROM unnest($1::text[], $2::text[])"
      "   WITH ORDINALITY AS a (kind, id, place)),"
      " state AS MATERIALIZED (SELECT place, version, schema, data, subject"
      "   FROM asked JOIN snapshots USING (kind, id))"
      " SELECT NULL AS partition, 0 AS position, 0 AS sequence, '' AS kind, '' AS id, version,"
      " '' AS type, schema, data, 0 AS time, NULL AS command, 0 AS n, '' AS actor, NULL AS trace,"
      " subject, place FROM state"
      " UNION ALL SELECT e.*, place FROM asked LEFT JOIN state USING (place) CROSS JOIN LATERAL (" +
      select_events(
          "WHERE kind = asked.kind AND id = asked.id AND version > coalesce(state.version, 0)) e"
          " ORDER BY place, position, version");
  return guarded(purpose::reading, [&]() -> journal_result<std::vector<history>> {
    array kinds;
    array ids;
    for (const auto& entity : entities) {
      kinds.add(entity.kind);
      ids.add(entity.id);
    }
    std::vector<history> found(entities.size());
    auto from = db_.execute(sql, values{std::move(kinds), std::move(ids)});
    while (from.next()) {
      std::optional<partition_id> partition;
      std::int64_t place = 0;
      from.read(partition);
      from.read_from(15, place);
      auto& one = found.at(static_cast<std::size_t>(place - 1));
      if (partition) {
        read_event(from, one.events.emplace_back());
      } else {
        auto& state = one.state.emplace();
        from.read_from(5, state.version);
        from.read_from(7, state.schema, state.data);
        from.read_from(14, state.subject);
      }
    }
    return found;
  });
}

journal_result<history> postgres_journal::load_from_start(const entity_ref& entity) {
  return guarded(purpose::reading, [&]() -> journal_result<history> {
    history found;
    found.events = read_events(db_.query(
        select_events("WHERE kind = $1 AND id = $2 ORDER BY version"), entity.kind, entity.id));
    return found;
  });
}

event_list postgres_journal::find_command(const entity_ref& entity, command_id command) {
  return guarded(purpose::reading, [&]() -> event_list {
    return read_events(
        db_.query(select_events("WHERE kind = $1 AND id = $2 AND command = $3 ORDER BY n"),
                  entity.kind, entity.id, command));
  });
}

event_list postgres_journal::read_entity(const entity_ref& entity, std::int64_t after_version,
                                         int limit) {
  return guarded(purpose::reading, [&]() -> event_list {
    return read_events(db_.query(
        select_events("WHERE kind = $1 AND id = $2 AND version > $3 ORDER BY version LIMIT $4"),
        entity.kind, entity.id, after_version, std::max(limit, 0)));
  });
}

event_list postgres_journal::read_log(partition_id partition, std::int64_t after_position,
                                      int limit) {
  return guarded(purpose::reading, [&]() -> event_list {
    return read_events(db_.query(
        select_events("WHERE partition = $1 AND position > $2 ORDER BY position LIMIT $3"),
        partition, after_position, std::max(limit, 0)));
  });
}

journal_result<scanned> postgres_journal::scan(std::int64_t after_sequence,
                                               const event_filter& filter, int limit) {
  return guarded(purpose::reading, [&]() -> journal_result<scanned> {
    limit = std::max(limit, 0);
    // Two statements, as the second has to see what was committed until the first.
    std::int64_t settled = 0;
    auto until = db_.query("SELECT settled_sequence()");
    if (until.next()) until.read(settled);
    // For the order of a plain `sequence` the server would go through the log, as it does not sort
    // when it can do without. An entity's events are few.
    const std::string sequence = filter.kind && filter.id ? "sequence + 0" : "sequence";
    const std::string sql =
        select_events(way_to(filter)) + " AND " + sequence + " > $1 AND " + sequence +
        " <= $2"
        " AND ($4::text IS NULL OR kind = $4) AND ($5::text IS NULL OR id = $5)"
        " AND ($6::text IS NULL OR CASE WHEN $7::boolean THEN starts_with(type, $6)"
        " ELSE type = $6 END)"
        " AND ($8::uuid IS NULL OR trace = $8) AND ($9::bigint IS NULL OR time >= $9)"
        " AND ($10::bigint IS NULL OR time < $10) ORDER BY " +
        sequence + " LIMIT $3";
    // "rent.*" is every type that starts with "rent."; without the star it is one type.
    auto type = filter.type;
    const bool is_prefix = type && type->ends_with('*');
    if (is_prefix) type->pop_back();
    auto part = narrowed(db_, {after_sequence, settled}, filter);
    const bool is_cut = !filter.has_index() && part.to - part.after > filter.reach;
    if (is_cut) part.to = part.after + filter.reach;
    scanned found;
    found.events = read_events(db_.query(sql, part.after, part.to, limit, filter.kind, filter.id,
                                         type, is_prefix, filter.trace, filter.from, filter.to));
    found.is_end = std::ssize(found.events) < limit && !is_cut;
    found.looked_to = std::max(after_sequence, is_cut ? part.to : settled);
    if (std::ssize(found.events) == limit)
      found.looked_to = limit > 0 ? found.events.back().sequence : after_sequence;
    return found;
  });
}

journal_result<std::vector<alarm_row>> postgres_journal::alarms(
    partition_id partition, instant horizon, const std::optional<alarm_row>& after, int limit) {
  const auto from = after.value_or(before_all_alarms);
  return guarded(purpose::reading, [&]() -> journal_result<std::vector<alarm_row>> {
    auto found = db_.query(
        "SELECT kind, id, due, version FROM alarms"
        " WHERE partition = $1 AND due <= $2 AND (due, kind, id) > ($3, $4, $5)"
        " ORDER BY due, kind, id LIMIT $6",
        partition, horizon, from.due, from.entity.kind, from.entity.id, std::max(limit, 0));
    std::vector<alarm_row> alarms;
    while (found.next()) {
      auto& alarm = alarms.emplace_back();
      found.read(alarm.entity.kind, alarm.entity.id, alarm.due, alarm.version);
    }
    return alarms;
  });
}

journal_result<std::int64_t> postgres_journal::offset(partition_id partition,
                                                      std::string_view subscription) {
  return guarded(purpose::reading, [&]() -> journal_result<std::int64_t> {
    std::int64_t position = 0;
    auto found =
        db_.query("SELECT position FROM offsets WHERE partition = $1 AND subscription = $2",
                  partition, subscription);
    if (found.next()) found.read(position);
    return position;
  });
}

}  // namespace rentwave::postgres
