#include "bench/raw_postgres.hpp"

#include <pqxx/pqxx>

namespace rentwave::bench {

struct raw_postgres::session {
  explicit session(const std::string& url) : link(url) {}
  pqxx::connection link;
};

raw_postgres::raw_postgres(const std::string& url) : on_{std::make_unique<session>(url)} {
  auto& link = on_->link;
  pqxx::nontransaction{link}.exec("SET search_path = rentwave; SET synchronous_commit = on");
  link.prepare("partition",
               "UPDATE partitions SET next_position = next_position + $2 WHERE id = $1");
  link.prepare("event",
               "INSERT INTO events (sequence, partition, position, kind, id, version, type, schema,"
               " data, time, command, n, actor, trace) VALUES (nextval('event_sequence'), $1, $2,"
               " $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
  link.prepare("alarm",
               "INSERT INTO alarms (kind, id, partition, due, version) VALUES ($1, $2, $3, $4, $5)"
               " ON CONFLICT (kind, id) DO UPDATE SET partition = $3, due = $4, version = $5");
}

raw_postgres::~raw_postgres() = default;

void raw_postgres::write(const std::vector<partition_append>& batch) {
  pqxx::work whole(on_->link);
  for (const auto& part : batch) {
    whole.exec_prepared("partition", part.partition, part.entities.size());
    auto position = part.position;
    for (const auto& one : part.entities) {
      const auto& event = one.events.front();
      const std::string kind = to_string(one.entity.kind);
      const auto time = event.time.time_since_epoch().count();
      whole.exec_prepared("event", part.partition, ++position, kind, one.entity.id, one.version + 1,
                          event.type, event.schema, event.data, time, to_string(event.command),
                          event.n, event.actor, to_string(event.trace));
      whole.exec_prepared("alarm", kind, one.entity.id, part.partition,
                          one.alarm.due->time_since_epoch().count(), one.version + 1);
    }
  }
  whole.commit();
}

}  // namespace rentwave::bench
