#include <algorithm>
#include <numeric>

#include "persistence/append_check.hpp"
#include "persistence/sqlite/error.hpp"
#include "persistence/sqlite/journal.hpp"
#include "persistence/sqlite/row_writer.hpp"

namespace rentwave::sqlite {
namespace {

/// One attempt to write a batch. Nothing guards an entity's rows from each other at first, which is
/// quicker; when a row is refused the whole batch is written again with a savepoint for each
/// entity.
class batch_writer {
 public:
  enum class savepoints { none, each_entity };

  batch_writer(connection& db, savepoints how) : db_(db), how_(how), rows_(db) {}

  partition_result write(const partition_append& wanted) {
    const auto count = std::transform_reduce(
        wanted.entities.begin(), wanted.entities.end(), std::int64_t{0}, std::plus{},
        [](const entity_append& entity) { return std::ssize(entity.events); });
    if (claim_.run(wanted.partition, count, wanted.epoch, wanted.position + 1) == 0)
      return fenced_result(wanted);

    partition_result result;
    result.position = wanted.position;
    for (const auto& entity : wanted.entities) {
      auto& own = result.entities.emplace_back(write(wanted.partition, entity, result.position));
      if (own.failed || entity.events.empty()) continue;
      own.first_position = result.position + 1;
      result.position += std::ssize(entity.events);
    }
    if (result.position != wanted.position + count)
      close_up_.run(wanted.partition, result.position + 1);
    for (const auto& [subscription, position] : wanted.offsets)
      offset_.run(wanted.partition, subscription, position);
    for (const auto& letter : wanted.given_up) give_up(letter);
    for (const auto& [subscription, position] : wanted.replayed)
      db_.prepared(
             "DELETE FROM dead_letters"
             " WHERE partition = ?1 AND subscription = ?2 AND position = ?3")
          .run(wanted.partition, subscription, position);
    return result;
  }

  /// To be called before the commit.
  void finish() { rows_.flush_words(); }

 private:
  entity_result write(partition_id partition, const entity_append& wanted, std::int64_t position) {
    if (auto refused = check(wanted)) return {std::move(refused), 0};
    if (const auto version = last_version(wanted.entity); version != wanted.version)
      return {version_conflict(wanted, version), 0};
    if (how_ == savepoints::none) {
      write_rows(partition, wanted, position);
      return {};
    }
    db_.prepared("SAVEPOINT entity").run();
    std::optional<journal_error> failed;
    try {
      write_rows(partition, wanted, position);
      rows_.flush_words();
    } catch (const error& e) {
      if (!e.is_data_error()) throw;
      failed =
          in_events_ && e.is_unique_violation()
              ? command_conflict(wanted)
              : journal_error{journal_errc::refused, to_string(wanted.entity) + ": " + e.what()};
      db_.prepared("ROLLBACK TO entity").run();
    }
    db_.prepared("RELEASE entity").run();
    return {std::move(failed), 0};
  }

  void give_up(const dead_letter& letter) {
    db_.prepared(
           "INSERT INTO dead_letters (partition, subscription, position, kind, id, reason, since)"
           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING")
        .run(letter.partition, letter.subscription, letter.position, letter.entity.kind,
             letter.entity.id, letter.reason, letter.since);
  }

  std::int64_t last_version(const entity_ref& entity) {
    std::int64_t version = 0;
    auto found = last_version_.query(entity.kind, entity.id);
    if (found.next()) found.read(version);
    return version;
  }

  void write_rows(partition_id partition, const entity_append& wanted, std::int64_t position) {
    const auto& [kind, id] = wanted.entity;
    auto version = wanted.version;
    in_events_ = true;
    for (const auto& event : wanted.events)
      event_.run(partition, ++position, kind, id, ++version, event.type, event.schema, event.data,
                 event.time, event.command, event.n, event.actor, event.trace, event.subject);
    in_events_ = false;
    if (!wanted.alarm.keep) {
      if (wanted.alarm.due)
        set_alarm_.run(kind, id, partition, *wanted.alarm.due, version);
      else
        clear_alarm_.run(kind, id);
    }
    if (const auto& state = wanted.state)
      snapshot_.run(kind, id, state->version, state->schema, state->data, state->subject);
    for (const auto& row : wanted.rows) rows_.write(row);
  }

  connection& db_;
  savepoints how_;
  bool in_events_ = false;
  row_writer rows_;
  statement& claim_ = db_.prepared(
      "UPDATE partitions SET next_position = next_position + ?2"
      " WHERE id = ?1 AND epoch = ?3 AND next_position = ?4");
  statement& close_up_ = db_.prepared("UPDATE partitions SET next_position = ?2 WHERE id = ?1");
  statement& last_version_ = db_.prepared(
      "SELECT version FROM events WHERE kind = ?1 AND id = ?2 ORDER BY version DESC LIMIT 1");
  statement& event_ = db_.prepared(
      "INSERT INTO events (partition, position, kind, id, version, type, schema, data, time,"
      " command, n, actor, trace, subject)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
  statement& set_alarm_ = db_.prepared(
      "INSERT INTO alarms (kind, id, partition, due, version) VALUES (?1, ?2, ?3, ?4, ?5)"
      " ON CONFLICT (kind, id) DO UPDATE SET partition = ?3, due = ?4, version = ?5"
      " WHERE ?5 >= version");
  statement& clear_alarm_ = db_.prepared("DELETE FROM alarms WHERE kind = ?1 AND id = ?2");
  statement& snapshot_ = db_.prepared(
      "INSERT INTO snapshots (kind, id, version, schema, data, subject)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
      " ON CONFLICT (kind, id) DO UPDATE SET version = ?3, schema = ?4, data = ?5, subject = ?6"
      " WHERE ?3 >= version");
  statement& offset_ = db_.prepared(
      "INSERT INTO offsets (partition, subscription, position) VALUES (?1, ?2, ?3)"
      " ON CONFLICT (partition, subscription) DO UPDATE SET position = ?3");
};

std::vector<partition_result> write_batch(connection& db,
                                          const std::vector<partition_append>& batch,
                                          batch_writer::savepoints how) {
  // Ascending ids: the order in which every journal takes its fences (design.md section 5).
  std::vector<std::size_t> order(batch.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return batch[i].partition; });

  transaction whole(db, transaction::kind::write);
  std::vector<partition_result> results(batch.size());
  batch_writer writer(db, how);
  for (const auto i : order) results[i] = writer.write(batch[i]);
  writer.finish();
  whole.commit();
  return results;
}

}  // namespace

journal_result<std::vector<partition_result>> sqlite_journal::append(
    const std::vector<partition_append>& batch) {
  using savepoints = batch_writer::savepoints;
  return guarded([&]() -> journal_result<std::vector<partition_result>> {
    if (batch.empty()) return std::vector<partition_result>{};
    try {
      return write_batch(db_, batch, savepoints::none);
    } catch (const error& e) {
      if (!e.is_data_error()) throw;
    }
    return write_batch(db_, batch, savepoints::each_entity);
  });
}

}  // namespace rentwave::sqlite
