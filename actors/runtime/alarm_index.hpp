// The alarms of the near future, in memory: a plain class inside the partition, tested without
// actors. The journal keeps all alarms; this index holds those up to a horizon and agrees with the
// journal whatever the order in which commits and a reading of the table arrive (design.md section
// 6).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "actors/domain/entity.hpp"
#include "actors/domain/time.hpp"
#include "persistence/journal.hpp"

namespace rentwave {

class alarm_index {
 public:
  /// Whether the table may hold alarms up to `until` that are not here.
  bool wants_read(instant until) const { return stale_ || place_ || horizon_ < until; }
  /// Raises the horizon, before the table is read, so that no commit falls between the two.
  void begin_read(instant horizon);
  /// The rows that were read, earliest first; of an entity's alarms the higher version wins. When
  /// the table had more than were read (`complete` is false), the horizon sinks to the last one,
  /// behind which the next reading goes on, but not below what was complete before.
  void finish_read(const std::vector<alarm_row>& rows, bool complete = true);
  /// The reading failed: what is known stays, and the table is to be read anew.
  void abandon_read();
  bool is_reading() const { return reading_; }
  /// Once a reading has begun: behind what it begins; none: at the table's first row.
  const std::optional<alarm_row>& place() const { return place_; }
  /// The table may have changed without a word: the next reading begins at its first row.
  void read_anew() { stale_ = true; }

  /// An entity's alarm became durable with this version; `due` is empty when it was cleared.
  void changed(const entity_ref& entity, std::optional<instant> due, std::int64_t version);

  /// The entity is to be looked after at `due`, whatever its alarm is.
  void again(const entity_ref& entity, instant due);

  /// Takes out the earliest that is due at or before `now`, if any.
  std::optional<entity_ref> take_due(instant now);
  std::optional<instant> earliest() const;
  instant horizon() const { return horizon_; }
  std::size_t size() const { return by_due_.size(); }

 private:
  struct slot {
    std::optional<instant> due;
    std::int64_t version = 0;
  };
  void put(const entity_ref& entity, slot next);
  void end_read();

  std::unordered_map<entity_ref, slot> slots_;
  std::set<std::pair<instant, entity_ref>> by_due_;
  instant horizon_ = instant::min();
  instant complete_until_ = instant::min();  ///< all of the table was read once up to here
  std::optional<alarm_row> place_;
  bool stale_ = true;
  bool reading_ = false;
};

}  // namespace rentwave
