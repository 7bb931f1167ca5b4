// Where events, alarms, snapshots, read models and subscription offsets are durable (design.md
// section 5). Plain blocking calls: a `journal` is one connection, used by one thread at a time; a
// `journal_store` makes as many as are wanted. Every implementation passes the same contract suite.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/domain/entity.hpp"
#include "actors/domain/ids.hpp"
#include "actors/domain/photo.hpp"
#include "actors/domain/time.hpp"
#include "persistence/journal_error.hpp"
#include "persistence/read_models.hpp"

namespace rentwave {

using partition_id = std::int32_t;

/// An event on its way into the journal.
struct new_event {
  std::string type;    ///< the wire name, for example "rent.late"
  int schema = 1;      ///< of `data`, counted up when its form changes
  std::string data;    ///< the text of a JSON object
  instant time;        ///< domain time
  command_id command;  ///< what caused it; unique together with entity and `n`
  int n = 0;           ///< 0, 1, … within the command
  std::string actor;   ///< who asked: an account's id, or "kind/id" of an entity, or empty
  trace_id trace;
  /// Set when `data` has personal fields, as {"personal": "text"}: whose key seals them.
  std::optional<account_id> subject;
};

struct stored_event : new_event {
  partition_id partition = 0;
  std::int64_t position = 0;  ///< 1, 2, 3, … without a gap within the partition
  std::int64_t sequence = 0;  ///< order of writing in this journal, with gaps; for `scan`
  entity_ref entity;
  std::int64_t version = 0;  ///< 1, 2, 3, … within the entity
};

struct snapshot {
  std::int64_t version = 0;  ///< of the last event in it
  int schema = 1;
  std::string data;                   ///< the text of a JSON object
  std::optional<account_id> subject;  ///< as in `new_event`
};

struct alarm_row {
  entity_ref entity;
  instant due;               ///< domain time
  std::int64_t version = 0;  ///< of the entity when it was written; the higher one wins
};

/// Before every alarm there can be.
inline const alarm_row before_all_alarms{{}, instant::min()};

/// What an append does to the entity's one alarm.
struct alarm_change {
  bool keep = true;            ///< leave it as it is
  std::optional<instant> due;  ///< otherwise: set it, or clear it
};

struct entity_append {
  entity_ref entity;
  /// Of the entity's last event so far; any other, also a later one, is a `conflict`.
  std::int64_t version = 0;
  std::vector<new_event> events;
  alarm_change alarm;
  std::optional<snapshot> state;
  std::vector<row_change> rows;
};

struct offset_change {
  std::string subscription;
  std::int64_t position = 0;  ///< everything up to here has had its effect
};

/// Where an event stands in a subscription's dead letters.
struct letter_key {
  std::string subscription;
  std::int64_t position = 0;  ///< of the event
};
/// The same among the letters of all partitions.
struct letter_place : letter_key {
  partition_id partition = 0;
};
/// Comes before any.
inline const letter_place before_all_letters{{"", 0}, -1};
/// An event that a subscription gave up on, or one of the same entity that waits behind it.
struct dead_letter : letter_key {
  partition_id partition = 0;
  entity_ref entity;
  std::string reason;  ///< empty: it waits behind an earlier one
  instant since;       ///< real time
};

/// All that one transaction writes of one partition. `epoch` and `position` are its fence.
struct partition_append {
  partition_id partition = 0;
  std::int64_t epoch = 0;
  std::int64_t position = 0;  ///< of the partition's last event so far
  std::vector<entity_append> entities;
  std::vector<offset_change> offsets;
  std::vector<dead_letter> given_up{};  ///< of this partition; one that is there already stays
  std::vector<letter_key> replayed{};   ///< letters that are none any more
};

struct entity_result {
  std::optional<journal_error> failed;  ///< conflict or refused: this entity's alone
  std::int64_t first_position = 0;      ///< of its first event, when there are events
};

struct partition_result {
  bool fenced = false;        ///< nothing of this partition was written
  std::int64_t position = 0;  ///< of the partition's last event now
  /// In the order of the append; when fenced, each has failed with `fenced`.
  std::vector<entity_result> entities;
};

struct partition_lease {
  std::int64_t epoch = 0;
  std::int64_t position = 0;  ///< of the last event
};

/// Who may write a partition, and how far its log goes.
struct partition_row {
  partition_id partition = 0;
  std::string owner;  ///< empty: nobody, it was released
  std::int64_t epoch = 0;
  std::int64_t position = 0;  ///< of the last event
};

struct history {
  std::optional<snapshot> state;
  std::vector<stored_event> events;  ///< after the snapshot, in order
};

/// Real time, domain time and rate at one moment (design.md section 6).
struct clock_anchor {
  instant real;
  instant domain;
  double rate = 1;
};

struct event_filter {
  std::optional<entity_kind> kind{};
  std::optional<std::string> id{};    ///< of the entity, together with `kind`
  std::optional<std::string> type{};  ///< exact, or a prefix that ends in '*'
  std::optional<trace_id> trace{};
  std::optional<instant> from{};  ///< domain time, inclusive
  std::optional<instant> to{};    ///< exclusive
  /// How many sequences one scan goes through at most, where no index leads to what it is to find:
  /// a log is long, and others want to read, too.
  std::int64_t reach = std::numeric_limits<std::int64_t>::max();

  bool has_index() const { return trace || (kind && id); }
};

/// A key for a person that has none yet.
struct fresh_key {
  account_id person;
  std::string key;
};

/// What `scan` found, and up to where there is nothing else that it was to find.
struct scanned {
  std::vector<stored_event> events;
  /// The sequence to go on after: of the last event when there are as many as were asked for, else
  /// the journal's latest when it was looked at, or how far the filter reaches; never before where
  /// the scan began.
  std::int64_t looked_to = 0;
  /// There was nothing behind it: neither was the limit met, nor the end of the filter's reach.
  bool is_end = false;
};

/// A photo's bytes.
struct stored_photo {
  photo_type type{};
  std::string bytes;
};

/// A part of a sweep.
struct photo_sweep {
  std::optional<photo_id> next;  ///< to go on after; none: that was the last part
  int removed = 0;
};

/// The rows that an event changes.
using row_projection = std::function<journal_result<std::vector<row_change>>(const stored_event&)>;
/// Told how far a long call is: the sequence that it has come to, and the journal's latest.
using progress_report = std::function<void(std::int64_t sequence, std::int64_t latest)>;

class journal : public read_models {
 public:
  /// Makes `owner` the only writer of each of these partitions from now on by raising its epoch:
  /// whoever had it before is fenced. An owner's name is that of one life of one process. One
  /// question to the database, where it can be, and still one that cannot be taken fails alone; in
  /// their order. Errors: fenced when the cluster's table (membership.hpp) gives it to another.
  virtual std::vector<journal_result<partition_lease>> take_over_many(
      const std::vector<partition_id>& partitions, std::string_view owner) = 0;
  /// The same for one.
  journal_result<partition_lease> take_over(partition_id partition, std::string_view owner);

  /// The same after an unknown outcome, from oneself only: `fenced` when the partition is another
  /// owner's by now.
  virtual journal_result<partition_lease> take_back(partition_id partition,
                                                    std::string_view owner) = 0;

  /// Afterwards nobody has the partition and nothing is written under this epoch, so that whoever
  /// takes it over next has no one to disturb. Errors: fenced when it is not this owner's under
  /// this epoch any more.
  virtual journal_result<void> release(partition_id partition, std::string_view owner,
                                       std::int64_t epoch) = 0;

  /// All that were ever taken over, in order.
  virtual journal_result<std::vector<partition_row>> partitions() = 0;

  /// One transaction for everything, durable when this returns. A partition whose epoch or position
  /// is another is left out (`fenced`); an entity whose rows are refused is left out with its
  /// error, and the positions of the others close up. The results are in the order of the batch.
  /// Errors: unknown_outcome; any other, for the most part unavailable, means that nothing was
  /// written.
  virtual journal_result<std::vector<partition_result>> append(
      const std::vector<partition_append>& batch) = 0;

  /// For each of these, in their order: the latest snapshot, if any, and the events after it; both
  /// empty for an entity never written. One question to the database, where it can be, and still
  /// an entity that cannot be read fails alone.
  virtual std::vector<journal_result<history>> load_many(
      const std::vector<entity_ref>& entities) = 0;
  /// The same for one.
  journal_result<history> load(const entity_ref& entity);
  /// All its events, for an entity whose snapshot is not one of ours.
  virtual journal_result<history> load_from_start(const entity_ref& entity) = 0;
  /// The events that this command caused in this entity, in order; empty: it caused none.
  virtual journal_result<std::vector<stored_event>> find_command(const entity_ref& entity,
                                                                 command_id command) = 0;
  virtual journal_result<std::vector<stored_event>> read_entity(const entity_ref& entity,
                                                                std::int64_t after_version,
                                                                int limit) = 0;
  /// A partition's log, in order.
  virtual journal_result<std::vector<stored_event>> read_log(partition_id partition,
                                                             std::int64_t after_position,
                                                             int limit) = 0;
  /// All partitions, in order of writing, for `rentwave events` and administrators. Whoever goes on
  /// after `looked_to` misses nothing and looks at nothing twice.
  virtual journal_result<scanned> scan(std::int64_t after_sequence, const event_filter& filter,
                                       int limit) = 0;

  /// Makes the read models anew: drops all rows and applies what `project` makes of each event, in
  /// order. One transaction: until it ends, and whenever it fails, they are as they were. Nothing
  /// is appended meanwhile. Errors: in_use (a node runs on this journal), `project`'s own,
  /// unavailable; unknown_outcome, after which they may be new ones.
  virtual journal_result<void> rebuild_rows(const row_projection& project,
                                            const progress_report& report) = 0;

  /// Alarms due at or before `horizon`, earliest first; those that stand behind `after`, be that
  /// there or not.
  virtual journal_result<std::vector<alarm_row>> alarms(partition_id partition, instant horizon,
                                                        const std::optional<alarm_row>& after,
                                                        int limit) = 0;
  /// How far a subscription has come; 0 when it never wrote one.
  virtual journal_result<std::int64_t> offset(partition_id partition,
                                              std::string_view subscription) = 0;

  /// The dead letters of a partition, or of all; by partition, subscription and position, those
  /// behind `after`, be that there or not.
  virtual journal_result<std::vector<dead_letter>> dead_letters(
      std::optional<partition_id> partition, const std::optional<letter_place>& after,
      int limit) = 0;

  /// The latest domain time among the newest 10,000 events, which is more than a transaction holds:
  /// no event of this journal is later.
  virtual journal_result<std::optional<instant>> latest_event_time() = 0;
  /// The latest, if any.
  virtual journal_result<std::optional<clock_anchor>> anchor() = 0;
  /// Appends one; a domain time before the latest one's is refused with `mismatch`.
  virtual journal_result<void> set_anchor(const clock_anchor& now) = 0;

  /// The value kept under this name; `value` becomes it if there is none yet. For what is made
  /// once: the token secret, the currency, the number of partitions.
  virtual journal_result<std::string> pin(std::string_view name, std::string_view value) = 0;

  /// People's keys (32 bytes each), in their order, made by the first call that finds none, in one
  /// transaction. A destroyed key stays destroyed: it is empty here and `find_key` has none.
  virtual journal_result<std::vector<std::string>> ensure_keys(
      const std::vector<fresh_key>& people) = 0;
  /// One person's; `not_found`: it was destroyed.
  journal_result<std::string> ensure_key(account_id person, std::string_view fresh);
  virtual journal_result<std::optional<std::string>> find_key(account_id person) = 0;
  /// Success means that no byte of the key is left in the journal's files. `unavailable` can also
  /// mean that the key is gone for every call already and only its bytes are not: ask again until
  /// it succeeds.
  virtual journal_result<void> destroy_key(account_id person) = 0;

  // Photos' bytes are no part of appends: they are there before an event says that an advert shows
  // them, and go some time after none does any more.

  /// Keeps the bytes under their id, durably. What is there already only counts as put at `now`
  /// (real time). Errors: unavailable, unknown_outcome; asking again does no harm.
  virtual journal_result<void> put_photo(const photo_id& id, const stored_photo& what,
                                         instant now) = 0;
  /// What adverts show of it, without the bytes; empty when none does.
  virtual journal_result<std::optional<photo>> find_photo(const photo_id& id) = 0;
  /// Empty when no advert shows it, even if its bytes are there.
  virtual journal_result<std::optional<stored_photo>> get_photo(const photo_id& id) = 0;
  /// Looks at up to `limit` photos behind `after`, by id, and removes the bytes of those that no
  /// advert shows and that were last put before `before`.
  virtual journal_result<photo_sweep> sweep_photos(const std::optional<photo_id>& after,
                                                   instant before, int limit) = 0;
};

/// A journal that connections can be made to. Outlives them all.
class journal_store {
 public:
  virtual ~journal_store() = default;
  /// A new connection; any thread may ask.
  virtual journal_result<std::unique_ptr<journal>> connect() = 0;
  /// What its durability promises, for the start-up line (design.md section 1).
  virtual std::string promise() const = 0;
};

/// For example "sqlite:data/rentwave.db": opens or makes it, migrates it, locks it against a second
/// program. Errors: in_use, too_new, unavailable, corrupt, and not_found for an unknown scheme.
journal_result<std::unique_ptr<journal_store>> open_journal(std::string_view url);
/// The same without lock, migration or writing: for `rentwave events` beside a running node.
journal_result<std::unique_ptr<journal_store>> open_journal_read_only(std::string_view url);

}  // namespace rentwave
