#include "persistence/reindex.hpp"

#include "persistence/codec.hpp"
#include "persistence/projection.hpp"

namespace rentwave {
namespace {

using row_changes = journal_result<std::vector<row_change>>;

template <class Event>
row_changes rows_of(const stored_event& stored) {
  const auto event = decode<Event>(stored.type, stored.schema, stored.data);
  if (!event)
    return journal_error{event.error().code, to_string(stored.entity) + " version " +
                                                 std::to_string(stored.version) + ": " +
                                                 event.error().detail};
  std::vector<row_change> rows;
  project({stored.entity, stored.version, stored.time}, *event, rows);
  return rows;
}

/// Personal fields may stay sealed: no row has one.
row_changes rows_of(const stored_event& stored) {
  switch (stored.entity.kind) {
    case entity_kind::login:
      return rows_of<login::event>(stored);
    case entity_kind::account:
      return rows_of<account::event>(stored);
    case entity_kind::session:
      return rows_of<session::event>(stored);
    case entity_kind::listing:
      return rows_of<listing::event>(stored);
    case entity_kind::book:
      return rows_of<book::event>(stored);
    case entity_kind::rental:
      return rows_of<rental::event>(stored);
    case entity_kind::wallet:
      return rows_of<wallet::event>(stored);
    case entity_kind::inbox:
      return rows_of<inbox::event>(stored);
    case entity_kind::keyed_request:
      return rows_of<keyed_request::event>(stored);
    case entity_kind::payment:
      break;
  }
  return journal_error{journal_errc::corrupt, to_string(stored.entity) + " has an event"};
}

}  // namespace

journal_result<reindexed> reindex(journal& of, const progress_report& report) {
  reindexed done;
  const auto project = [&done](const stored_event& event) {
    ++done.events;
    return rows_of(event);
  };
  if (const auto rebuilt = of.rebuild_rows(project, report); !rebuilt) return rebuilt.error();
  auto overlaps = of.overlapping_reservations();
  if (!overlaps) return overlaps.error();
  done.overlaps = std::move(*overlaps);
  return done;
}

}  // namespace rentwave
