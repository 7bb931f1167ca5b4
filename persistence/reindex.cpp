#include "persistence/reindex.hpp"

#include "actors/domain/kinds.hpp"
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
  if (!is_kept(stored.entity.kind))
    return journal_error{journal_errc::corrupt, to_string(stored.entity) + " has an event"};
  return with_state_of(stored.entity.kind, [&]<class State>(std::type_identity<State>) {
    return rows_of<typename State::event_type>(stored);
  });
}

}  // namespace

journal_result<reindexed> reindex(journal& of, const progress_report& report) {
  reindexed done;
  const auto project = [&done](const stored_event& event) {
    ++done.events;
    return rows_of(event);
  };
  if (const auto rebuilt = of.rebuild_rows(project, report); !rebuilt) return rebuilt.error();
  done.overlaps = of.overlapping_reservations();
  return done;
}

}  // namespace rentwave
